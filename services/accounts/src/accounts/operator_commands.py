"""``accounts find``, ``disable``, ``enable``, ``set-role``, ``sessions``, ``audit``."""

import argparse
from collections.abc import Awaitable
from datetime import UTC, datetime

from accounts.audit import AuditLog
from accounts.command import DONE, CommandRefused, Commands, Desk, add, group
from accounts.operators import ROLES, Entry, NoSuchAccount, Operators


def add_to(commands: Commands) -> None:
    """Add the commands."""
    find = add(commands, "find", "show an account, or all that claim an address", _find)
    find.add_argument("account", metavar="ID_OR_ADDRESS")
    _on_one(add(commands, "disable", "let nobody into an account any more", _disable))
    _on_one(add(commands, "enable", "let an account's owner in again", _enable))
    set_role = add(commands, "set-role", "give an account a role; its sessions end", _set_role)
    _on_one(set_role)
    set_role.add_argument("role", choices=ROLES)
    sessions = group(commands, "sessions", "the sessions of an account")
    _on_one(add(sessions, "revoke", "end every session of an account", _revoke))
    _on_one(add(commands, "audit", "print what was done to an account, the last first", _audit))


def _on_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar="ID", help="an account's id, as find prints it")


async def _find(desk: Desk, arguments: argparse.Namespace) -> int:
    found = await _operators(desk).find(arguments.account)
    if not found:
        raise CommandRefused("there is no such account")
    for number, entry in enumerate(found):
        if number:
            print()
        for label, value in _lines(entry):
            print(f"{label:<15} {value}")
    return DONE


async def _disable(desk: Desk, arguments: argparse.Namespace) -> int:
    changed = await _known(_operators(desk).disable(arguments.account))
    print("disabled; its sessions and keys have ended" if changed else "was disabled already")
    return DONE


async def _enable(desk: Desk, arguments: argparse.Namespace) -> int:
    changed = await _known(_operators(desk).enable(arguments.account))
    print("enabled; its owner can log in" if changed else "was not disabled")
    return DONE


async def _set_role(desk: Desk, arguments: argparse.Namespace) -> int:
    changed = await _known(_operators(desk).set_role(arguments.account, arguments.role))
    print(f"is {arguments.role} now; its sessions have ended" if changed else "has it already")
    return DONE


async def _revoke(desk: Desk, arguments: argparse.Namespace) -> int:
    ended = await _known(_operators(desk).end_sessions(arguments.account))
    print(f"{ended} sessions ended")
    return DONE


async def _audit(desk: Desk, arguments: argparse.Namespace) -> int:
    # Of an account that was erased too: what was done to it stays.
    done = await AuditLog(desk.transact).of(arguments.account)
    if not done:
        raise CommandRefused("nothing was done to such an account")
    for at, act in done:
        print("  ".join(filter(None, (_moment(at), act.actor, act.act, act.detail))))
    return DONE


def _operators(desk: Desk) -> Operators:
    return Operators(desk.transact, desk.actor, desk.now)


async def _known[A](work: Awaitable[A]) -> A:
    try:
        return await work
    except NoSuchAccount:
        raise CommandRefused("there is no such account; find prints ids") from None


def _lines(entry: Entry) -> list[tuple[str, str]]:
    ways = ["password"] if entry.has_password else []
    if entry.identities:
        ways.append(f"{entry.identities} providers")
    return [
        ("id", entry.account_id),
        ("plan", entry.plan),
        ("role", entry.role),
        ("registered", _moment(entry.registered_at)),
        ("confirmed", _moment(entry.confirmed_at)),
        ("disabled", _moment(entry.disabled_at)),
        ("signs in by", ", ".join(ways) or "nothing"),
        ("second factors", ", ".join(entry.second_factors) or "none"),
        ("sessions", str(entry.sessions)),
        ("API keys", str(entry.api_keys)),
    ]


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(" ", "seconds") if at else "no"
