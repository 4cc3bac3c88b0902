"""``accounts keys new``, ``keys check``, ``keys reencrypt``: keys that have ids and change."""

import argparse
import base64
import os
import re
import secrets

from accounts.command import DONE, REFUSED, CommandRefused, Commands, Desk, add, group
from accounts.key_rotation import KeyRotation
from accounts.secret_keys import SecretKeys
from servicekit.keys import KEY_BYTES, parse_keys

_ENCRYPTING = "ACCOUNTS_SECRET_KEYS"
_SIGNING = "GATEWAY_COOKIE_KEYS"
_KEY_ID = re.compile(r"[A-Za-z0-9]{1,16}")

_HOW = f"""
It is a secret: keep it where the others are. To change over without anybody noticing:

1. Put it at the END of the list, behind a comma, and deploy that everywhere: all can read it.
2. Put it at the FRONT and deploy that everywhere: it is the one in use.
3. Drop the old one, once nothing needs it any more:
   {_SIGNING} (signs the cookies of guests): after 365 days, the life of such a cookie, or at
   once where a key has leaked: guests are then counted as new.
   {_ENCRYPTING} (encrypts the secrets of one-time password apps): after
   `accounts keys reencrypt`, when `accounts keys check` says that nothing is under it.
"""


def add_to(commands: Commands) -> None:
    """Add the commands."""
    keys = group(commands, "keys", "keys that sign and encrypt")
    new = add(keys, "new", "print a new key, and how to change over to it", _new)
    new.add_argument("--id", dest="key_id", type=_id, help="1 to 16 letters and digits")
    add(keys, "check", "say which keys are in use and what is under each; 1 if one lacks", _check)
    add(keys, "reencrypt", "encrypt under the first key what is under another", _reencrypt)


async def _new(desk: Desk, arguments: argparse.Namespace) -> int:
    key_id = arguments.key_id or f"{desk.now():k%y%m%d%H%M}"
    encoded = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).rstrip(b"=").decode()
    print(f"{key_id}:{encoded}")
    print(_HOW, end="")
    return DONE


async def _check(desk: Desk, arguments: argparse.Namespace) -> int:
    keys = desk.settings.secret_keys.get_secret_value()
    known = list(parse_keys(keys)) if keys else []
    held = await _rotation(desk).counts()
    _say(_ENCRYPTING, known)
    for key_id in [*known, *sorted(set(held) - set(known))]:
        lacks = "" if key_id in known else "  IS NOT KNOWN: nobody can use these"
        print(f"  {key_id}: {held.get(key_id, 0)} secrets{lacks}")
    # The gateway's stand in its own environment: they are looked at where they are here too.
    if signing := os.environ.get(_SIGNING, ""):
        try:
            _say(_SIGNING, list(parse_keys(signing)))
        except ValueError as error:
            raise CommandRefused(f"{_SIGNING}: {error}") from None
    return DONE if set(held) <= set(known) else REFUSED


async def _reencrypt(desk: Desk, arguments: argparse.Namespace) -> int:
    if not desk.settings.secret_keys.get_secret_value():
        raise CommandRefused(f"{_ENCRYPTING} is not set: there is no key to encrypt with")
    came = await _rotation(desk).reencrypt()
    print(f"{came.done} secrets are under the first key now")
    if came.unopened:
        raise CommandRefused(
            f"{came.unopened} secrets cannot be opened; add the keys that `keys check` names"
        )
    return DONE


def _rotation(desk: Desk) -> KeyRotation:
    keys = SecretKeys.parse(desk.settings.secret_keys.get_secret_value())
    return KeyRotation(desk.transact, keys, desk.actor, desk.now)


def _say(variable: str, key_ids: list[str]) -> None:
    in_use = f"{key_ids[0]} is in use" if key_ids else "is not set"
    others = f", {', '.join(key_ids[1:])} can still be read" if key_ids[1:] else ""
    print(f"{variable}: {in_use}{others}")


def _id(text: str) -> str:
    if not _KEY_ID.fullmatch(text):
        raise argparse.ArgumentTypeError("must be 1 to 16 letters and digits")
    return text
