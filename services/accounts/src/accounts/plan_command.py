"""``accounts plan set``, ``accounts plan history``."""

import argparse
import re
import sys
from datetime import UTC
from pathlib import Path

from accounts.command import DONE, CommandRefused, Commands, Desk, add, group
from accounts.notebook import AccountUnknown
from accounts.plan_changes import Plans
from accounts.plan_names import plan_of

_LONGEST_REASON = 200
_UNKNOWN = "there is no such account; find prints ids"
# The file is YAML, which metering alone reads in full; of it only the names of plans matter here.
_BLOCK = re.compile(r"^plans:[ \t]*(?:#.*)?\n((?:[ \t]+.*\n|[ \t]*(?:#.*)?\n)*)", re.MULTILINE)
_NAME = re.compile(r"^([ \t]+)([a-z][a-z0-9_]*):", re.MULTILINE)


def add_to(commands: Commands) -> None:
    """Add the commands."""
    plans = group(commands, "plan", "the plan an account holds")
    setting = add(plans, "set", "have an account hold another plan from now on", _set)
    setting.add_argument("account", metavar="ID", help="an account's id, as find prints it")
    setting.add_argument("plan", metavar="PLAN", type=_plan, help="a key of the plan file")
    setting.add_argument(
        "--reason", required=True, type=_reason, help="why, for the history; names nobody"
    )
    setting.add_argument(
        "--plans-file",
        metavar="FILE",
        type=Path,
        help="metering's plan file; warns where it has no such plan",
    )
    history = add(plans, "history", "print how an account came to its plan, the last first", _past)
    history.add_argument("account", metavar="ID", help="an account's id, as find prints it")


def names_of_plans(text: str) -> list[str]:
    """The names of plans in the *text* of a plan file.

    Raises:
        ValueError: when it is none.
    """
    block = _BLOCK.search(text + "\n")
    found = _NAME.findall(block[1]) if block else []
    if not found:
        raise ValueError("there is no list of plans in it")
    outermost = min(len(indent) for indent, _ in found)
    return [name for indent, name in found if len(indent) == outermost]


async def _set(desk: Desk, arguments: argparse.Namespace) -> int:
    if arguments.plans_file is not None:
        _warn(arguments.plan, arguments.plans_file)
    plans = Plans(desk.transact, desk.now)
    try:
        before = await plans.set(arguments.account, arguments.plan, desk.actor, arguments.reason)
    except AccountUnknown:
        raise CommandRefused(_UNKNOWN) from None
    if before == arguments.plan:
        print("holds it already")
    else:
        print(f"holds {arguments.plan} now; it held {before}")
    return DONE


async def _past(desk: Desk, arguments: argparse.Namespace) -> int:
    try:
        held = await Plans(desk.transact, desk.now).held(arguments.account)
    except AccountUnknown:
        raise CommandRefused(_UNKNOWN) from None
    print(f"holds {held.plan}")
    for change in held.changes:
        moment = change.at.astimezone(UTC).isoformat(" ", "seconds")
        print(f"{moment}  {change.actor}  {change.before} to {change.plan}  {change.reason}")
    return DONE


def _warn(plan: str, file: Path) -> None:
    try:
        names = names_of_plans(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandRefused(f"{file} cannot be read as a plan file: {error}") from None
    if plan not in names:
        print(
            f"accounts: warning: {file} has no plan {plan}, only {', '.join(names)}; until "
            "metering knows it, the account sees the public sections alone",
            file=sys.stderr,
        )


def _plan(text: str) -> str:
    try:
        return plan_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _reason(text: str) -> str:
    text = text.strip()
    if not text or len(text) > _LONGEST_REASON or not text.isprintable():
        raise argparse.ArgumentTypeError(
            f"must be 1 to {_LONGEST_REASON} characters that can be printed"
        )
    return text
