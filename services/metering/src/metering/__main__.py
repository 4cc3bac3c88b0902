"""``python -m metering`` serves; ``python -m metering plans check [FILE]`` checks a plan file."""

import argparse
from pathlib import Path

from metering.plans import Plans, PlansInvalid, load_plans
from metering.serve import serve
from metering.settings import MeteringSettings
from servicekit import lifecycle
from servicekit.settings import load_settings


def main() -> None:
    """Read the command line and the environment, and do what they say."""
    parser = argparse.ArgumentParser(prog="metering", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    plans = commands.add_parser("plans", help="work on plan files")
    check = plans.add_subparsers(dest="plans_command", required=True).add_parser(
        "check", help="check a plan file without serving it; exits 1 when it is wrong"
    )
    check.add_argument("file", nargs="?", type=Path, help="default: METERING_PLANS_FILE")
    arguments = parser.parse_args()
    settings = load_settings(MeteringSettings)
    try:
        if arguments.command == "plans":
            file = arguments.file or settings.plans_file
            print(f"{file}: {_summary(load_plans(file))}")
        else:
            lifecycle.run(serve, settings)
    except PlansInvalid as error:
        raise SystemExit(f"metering: {error}") from None


def _summary(plans: Plans) -> str:
    return f"fine: plans {', '.join(plans.plans)}; actions {', '.join(plans.actions)}"


if __name__ == "__main__":
    main()
