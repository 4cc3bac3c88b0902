"""The operators' command line: which commands there are, and what each of them works with.

A group of commands is a module with ``add_to(commands)``, which calls :func:`add` for each.
"""

import argparse
import asyncio
import getpass
import os
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accounts.database import Database, DatabaseAway, DatabaseFault
from accounts.settings import AccountsSettings
from accounts.store import Transact

DONE, REFUSED, UNREACHABLE = 0, 1, 2
"""Exit codes: it is done; it was refused, and one line says why; PostgreSQL did not do it."""

type Commands = Any
"""What ``ArgumentParser.add_subparsers`` answers."""
type Work = Callable[[Desk, argparse.Namespace], Awaitable[int]]

_SECONDS = 10.0
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class CommandRefused(Exception):  # noqa: N818 - it says what was met
    """A command that cannot be done; its text says why and what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with; *actor* is who gives it, as the audit log names them."""

    settings: AccountsSettings
    transact: Transact
    actor: str
    now: Callable[[], datetime]


def add(commands: Commands, name: str, what: str, work: Work) -> argparse.ArgumentParser:
    """Add the command *name*; *work* is given a desk and the arguments, and answers the exit code.

    It may raise :class:`CommandRefused`.
    """
    parser: argparse.ArgumentParser = commands.add_parser(name, help=what, description=what)
    parser.add_argument(
        "--as",
        dest="operator",
        metavar="NAME",
        type=_operator,
        help="who gives the command, for the audit log; the user of this machine otherwise",
    )
    parser.set_defaults(work=work)
    return parser


def group(commands: Commands, name: str, what: str) -> Commands:
    """Add a group of commands; what it answers takes them."""
    parser = commands.add_parser(name, help=what, description=what)
    return parser.add_subparsers(dest=f"{name}_command", required=True, metavar="COMMAND")


def run(settings: AccountsSettings, arguments: argparse.Namespace) -> int:
    """Do what *arguments* say; answers the exit code."""
    return asyncio.run(_run(settings, arguments))


async def _run(settings: AccountsSettings, arguments: argparse.Namespace) -> int:
    database = Database(settings.database, pool=1, seconds=_SECONDS)
    actor = f"operator:{arguments.operator or _user()}"
    desk = Desk(settings, database.transact, actor, lambda: datetime.now(UTC))
    try:
        code: int = await arguments.work(desk, arguments)
    except CommandRefused as refused:
        print(f"accounts: {refused}", file=sys.stderr)
        return REFUSED
    except (DatabaseAway, DatabaseFault) as error:
        print(f"accounts: PostgreSQL: {error}", file=sys.stderr)
        return UNREACHABLE
    finally:
        await database.close()
    return code


def _operator(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError("must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'")
    return text


def _user() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = ""
    return name if _NAME.fullmatch(name) else f"uid-{os.getuid()}"
