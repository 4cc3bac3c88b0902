"""Runs all tests: ``python -m deploy.all_tests``.

Those of lookup keep one core busy while the others mostly wait for servers, so the two run side
by side; the lines of lookup's follow when the others are done.
"""

import shutil
import signal
import subprocess
import sys
import tempfile

_PYTEST = (sys.executable, "-m", "pytest")


def main() -> int:
    """0 when all tests pass."""
    # Started in the background of a shell we ignore Ctrl-C, and what tests start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryFile() as lines:
        lookup = subprocess.Popen(
            (*_PYTEST, "services/lookup"),
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=subprocess.STDOUT,
        )
        others = subprocess.Popen((*_PYTEST, "--ignore=services/lookup"))
        try:
            failed = [others.wait(), lookup.wait()]
        except KeyboardInterrupt:
            # Ctrl-C has reached them too: they stop the servers they have started.
            others.wait()
            lookup.wait()
            return 130
        lines.seek(0)
        shutil.copyfileobj(lines, sys.stdout.buffer)
        sys.stdout.flush()
    return max(failed)


if __name__ == "__main__":
    raise SystemExit(main())
