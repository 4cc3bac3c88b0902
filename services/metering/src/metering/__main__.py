"""``python -m metering`` serves; with a command it does what operators do by hand."""

import argparse
from pathlib import Path

from metering import command
from metering.keys import SHARDS
from metering.plans import Plans, PlansInvalid, load_plans
from metering.serve import serve
from metering.settings import MeteringSettings
from servicekit import lifecycle
from servicekit.settings import load_settings


def main() -> None:
    """Read the command line and the environment, and do what they say."""
    arguments = _parser().parse_args()
    settings = load_settings(MeteringSettings)
    try:
        code = _run(arguments, settings)
    except PlansInvalid as error:
        raise SystemExit(f"metering: {error}") from None
    raise SystemExit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="metering", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    plans = commands.add_parser("plans", help="work on plan files")
    check = plans.add_subparsers(dest="plans_command", required=True).add_parser(
        "check", help="check a plan file without serving it; exits 1 when it is wrong"
    )
    check.add_argument("file", nargs="?", type=Path, help="default: METERING_PLANS_FILE")
    rebuild = commands.add_parser(
        "rebuild", help="give Redis back what the ledger has of the current periods"
    )
    rebuild.add_argument(
        *("--shard", "-s"),
        type=int,
        choices=range(SHARDS),
        metavar=f"0-{SHARDS - 1}",
        action="append",
        default=[],
        help="only this one; may be repeated",
    )
    commands.add_parser(
        "verify", help="compare Redis with the ledger; exits 1 when they differ, 2 without them"
    )
    usage = commands.add_parser("usage", help="print units used by day, plan and action")
    usage.add_argument("--days", type=_days, default=30, help="so many, today included; 30")
    refused = commands.add_parser(
        "refused", help="entries that the ledger would not take; exits 1 when there are any"
    )
    refused.add_argument("--retry", action="store_true", help="offer them to the ledger again")
    return parser


def _run(arguments: argparse.Namespace, settings: MeteringSettings) -> int:
    match arguments.command:
        case "plans":
            file = arguments.file or settings.plans_file
            print(f"{file}: {_summary(load_plans(file))}")
        case "rebuild":
            return command.run_rebuild(settings, arguments.shard)
        case "verify":
            return command.run_verify(settings)
        case "usage":
            return command.run_usage(settings, arguments.days)
        case "refused":
            return command.run_refused(settings, retry=arguments.retry)
        case _:
            lifecycle.run(serve, settings)
    return 0


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 400:
        raise argparse.ArgumentTypeError("must be 1 to 400, which the ledger keeps")
    return days


def _summary(plans: Plans) -> str:
    return f"fine: plans {', '.join(plans.plans)}; actions {', '.join(plans.actions)}"


if __name__ == "__main__":
    main()
