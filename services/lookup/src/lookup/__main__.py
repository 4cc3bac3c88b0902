"""``python -m lookup`` serves; ``python -m lookup catalog build`` makes what is served."""

import argparse

from lookup.serve import serve
from lookup.settings import LookupSettings
from servicekit import lifecycle
from servicekit.settings import load_settings


def main() -> None:
    """Read the command line and the environment, and do what they say."""
    parser = argparse.ArgumentParser(prog="lookup", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    catalog = commands.add_parser(
        "catalog", help="work on the catalogs in LOOKUP_CATALOG_DIR"
    ).add_subparsers(dest="catalog_command", required=True)
    catalog.add_parser("build", help="build from the installed packages and make it current")
    catalog.add_parser("list", help="list the catalogs; the current one is marked")
    arguments = parser.parse_args()
    settings = load_settings(LookupSettings)
    if arguments.command == "catalog":
        # Only here: what a build reads is not installed where the service runs.
        from lookup.build.command import build_command, list_command

        command = build_command if arguments.catalog_command == "build" else list_command
        raise SystemExit(command(settings.catalog_dir))
    lifecycle.run(serve, settings)


if __name__ == "__main__":
    main()
