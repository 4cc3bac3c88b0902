"""``python -m deploy.local`` starts the platform and serves until Ctrl-C."""

import sys


def main() -> int:
    """Run it; answers the exit code."""
    try:
        # Within the try: Ctrl-C may come while modules are read.
        from deploy.local.runner import run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
