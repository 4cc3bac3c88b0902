"""``python -m accounts`` serves; ``python -m accounts migrate`` brings the schema up to date."""

import argparse

from accounts.serve import serve
from accounts.settings import AccountsSettings
from servicekit import lifecycle
from servicekit.settings import load_settings


def main() -> None:
    """Read the command line and the environment, and do what they say."""
    parser = argparse.ArgumentParser(prog="accounts", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    migration = commands.add_parser(
        "migrate", help="change the schema to what this code needs; exits 1 when it cannot"
    )
    migration.add_argument(
        "--to", metavar="REVISION", help="another revision than the newest, or base; may go back"
    )
    arguments = parser.parse_args()
    settings = load_settings(AccountsSettings)
    if arguments.command == "migrate":
        _migrate(settings, arguments.to or "head")
    else:
        lifecycle.run(serve, settings)


def _migrate(settings: AccountsSettings, to: str) -> None:
    # Imported here: whoever serves need not wait for Alembic.
    from accounts.migrate import MigrationFailed, migrate

    try:
        for line in migrate(settings.database, to=to):
            print(f"accounts: {line}", flush=True)
    except MigrationFailed as error:
        raise SystemExit(f"accounts: {error}") from None


if __name__ == "__main__":
    main()
