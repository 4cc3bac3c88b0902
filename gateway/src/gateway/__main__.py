"""``python -m gateway`` serves; ``python -m gateway principal`` issues one for a trial."""

import argparse
import secrets
from datetime import UTC, datetime, timedelta

from gateway.app import visitors_of
from gateway.serve import serve
from gateway.settings import GatewaySettings
from gateway.visitors import Account
from servicekit import lifecycle
from servicekit.settings import load_settings


def main() -> None:
    """Read the command line and the environment, and do what they say."""
    parser = argparse.ArgumentParser(prog="gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    principal = commands.add_parser(
        "principal", help="print a cookie that makes its bearer an account (until accounts open)"
    )
    principal.add_argument("--plan", default="free", help="plan the account holds (default: free)")
    principal.add_argument("--account", default="", help="account id (default: a new one)")
    principal.add_argument("--hours", type=int, default=24, help="validity (default: 24)")
    arguments = parser.parse_args()
    settings = load_settings(GatewaySettings)
    if arguments.command == "principal":
        account = Account(arguments.account or secrets.token_urlsafe(12), arguments.plan)
        until = datetime.now(UTC) + timedelta(hours=arguments.hours)
        try:
            print(visitors_of(settings).principal_cookie(account, until))
        except ValueError as error:
            raise SystemExit(f"gateway: {error}") from None
        return
    lifecycle.run(serve, settings)


if __name__ == "__main__":
    main()
