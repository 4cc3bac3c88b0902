"""``python -m accounts`` serves; ``… migrate`` updates the schema; the rest is for operators."""

import argparse
from collections.abc import Sequence

from accounts import (
    command,
    erase_command,
    factor_command,
    key_commands,
    operator_commands,
    plan_command,
)
from accounts.settings import AccountsSettings
from servicekit import lifecycle
from servicekit.settings import load_settings


def main(line: Sequence[str] | None = None) -> None:
    """Read the command *line*, this process's own if None, and the environment; do what they say.

    Raises:
        SystemExit: with the exit code of a command.
    """
    parser = argparse.ArgumentParser(prog="accounts", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    migration = commands.add_parser(
        "migrate", help="change the schema to what this code needs; exits 1 when it cannot"
    )
    migration.add_argument(
        "--to", metavar="REVISION", help="another revision than the newest, or base; may go back"
    )
    groups = (operator_commands, factor_command, plan_command, erase_command, key_commands)
    for commands_of in groups:
        commands_of.add_to(commands)
    arguments = parser.parse_args(line)
    settings = load_settings(AccountsSettings)
    if arguments.command == "migrate":
        _migrate(settings, arguments.to or "head")
    elif arguments.command:
        raise SystemExit(command.run(settings, arguments))
    else:
        # Imported here: operators need not wait for all that serving needs.
        from accounts.serve import serve

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
