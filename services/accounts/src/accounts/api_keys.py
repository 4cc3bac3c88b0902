"""Keys by which programs act for an account: their form, and what may be asked for."""

import hashlib
import re
import secrets
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

PREFIX: Final = "ca_live_"
"""By which people, and programs that look for leaked secrets, know a key."""
SCOPES: Final = ("codes:read", "search:read", "claims:check", "assistant:ask")
"""What a key may be good for, in the order they are kept."""
MOST_KEYS: Final = 20
"""An account may have so many, those that have ended included."""
LONGEST_NAME: Final = 60
LONGEST_DAYS: Final = 730
USED_AFTER: Final = timedelta(minutes=1)
"""A use is written down only when the last one is longer ago."""

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID, _SECRET, _CHECK = 16, 43, 6
"""Characters of each part; 43 digits to base 62 are 256 bits."""
_FORM: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_ID}}}_[0-9A-Za-z]{{{_SECRET + _CHECK}}}")

_ID_FORM: Final = re.compile(rf"[0-9A-Za-z]{{{_ID}}}")


class KeyInvalid(Exception):  # noqa: N818 - it is an answer
    """A key that cannot be made as asked; *violations* name each field at fault and why."""

    def __init__(self, **violations: str) -> None:
        super().__init__(", ".join(violations))
        self.violations = violations


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key as it is kept; *hint* is its first characters. Times are UTC."""

    id: str
    name: str = field(repr=False)
    hint: str
    scopes: tuple[str, ...]
    made_at: datetime
    used_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key about to be made; only its owner gets *secret*, only *key_hash* is kept."""

    secret: str = field(repr=False)
    key_hash: bytes = field(repr=False)
    request_id: uuid.UUID
    kept: KeptKey


def new_key(request_id: str, name: str, scopes: Sequence[str], days: int, now: datetime) -> NewKey:
    """A key as asked for, with a new secret of 256 bits; *days* is 0 where it has no end.

    Raises:
        KeyInvalid: naming every field that is wrong.
    """
    name = " ".join(name.split())
    violations: dict[str, str] = {}
    try:
        request = uuid.UUID(request_id)
    except ValueError:
        violations["request_id"] = "must be a UUID"
    if not name or len(name) > LONGEST_NAME:
        violations["name"] = f"must be 1 to {LONGEST_NAME} characters long"
    elif not name.isprintable():
        violations["name"] = "must not hold control characters"
    if not scopes:
        violations["scopes"] = "must name at least one"
    elif unknown := sorted(set(scopes) - set(SCOPES)):
        violations["scopes"] = f"{unknown[0]!r} is none; there are {', '.join(SCOPES)}"
    if not 0 <= days <= LONGEST_DAYS:
        violations["days"] = f"must be 1 to {LONGEST_DAYS}, or 0 for no end"
    if violations:
        raise KeyInvalid(**violations)
    key_id = _digits(_ID)
    body = f"{PREFIX}{key_id}_{_digits(_SECRET)}"
    secret = body + _check_digits(body)
    kept = KeptKey(
        id=key_id,
        name=name,
        hint=secret[: len(PREFIX) + 4],
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
        made_at=now,
        used_at=None,
        expires_at=now + timedelta(days=days) if days else None,
    )
    return NewKey(secret, _hashed(secret), request, kept)


def is_id(text: str) -> bool:
    """Whether *text* can be the identifier of a key."""
    return _ID_FORM.fullmatch(text) is not None


def hash_of(secret: str) -> bytes | None:
    """The form in which a key is kept: SHA-256, as it has no weakness a slow hash would help.

    None when it cannot be a key: its check digits are the CRC-32 of all before them.
    """
    if not _FORM.fullmatch(secret) or _check_digits(secret[:-_CHECK]) != secret[-_CHECK:]:
        return None
    return _hashed(secret)


def _digits(count: int) -> str:
    return "".join(secrets.choice(_DIGITS) for _ in range(count))


def _check_digits(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = ""
    for _ in range(_CHECK):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
