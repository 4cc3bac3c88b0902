"""Sessions: their secret tokens, and how long they last."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.clients import UNKNOWN, Client

IDLE = timedelta(days=7)
"""A session that is not used ends after this."""
ABSOLUTE = timedelta(days=30)
"""A session ends after this however much it is used."""
EXTEND_AFTER = timedelta(minutes=1)
"""A use is written down only when the last one is longer ago, or it comes from elsewhere."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as other services may know it; *plan* is a key of the plan file."""

    id: str
    plan: str
    name: str = field(repr=False)
    confirmed: bool
    role: str = "user"


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and until when if the session is not used; UTC."""

    id: str
    account: Account
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Beginning:
    """A session about to begin; only its owner gets *token*, only *token_hash* is kept."""

    id: str
    token: str = field(repr=False)
    token_hash: bytes = field(repr=False)
    begun_at: datetime
    expires_at: datetime
    device: str = ""
    network: str = ""


def new_id() -> str:
    """An opaque identifier of an account or a session: 128 bits, 22 characters."""
    return secrets.token_urlsafe(16)


def is_id(text: str) -> bool:
    """Whether *text* can be an identifier of :func:`new_id`."""
    return _ID.fullmatch(text) is not None


def beginning(now: datetime, client: Client = UNKNOWN) -> Beginning:
    """A session that *client* begins *now*, with a new token of 256 bits."""
    token = secrets.token_urlsafe(32)
    return Beginning(
        new_id(), token, _hashed(token), now, expiry(now, now), client.device, client.place
    )


def hash_of(token: str) -> bytes | None:
    """The form in which *token* is kept: SHA-256, as it has no weakness a slow hash would help.

    None when it cannot be a token.
    """
    return _hashed(token) if _TOKEN.fullmatch(token) else None


def expiry(begun_at: datetime, now: datetime) -> datetime:
    """When a session used *now* ends unless it is used again."""
    return min(now + IDLE, begun_at + ABSOLUTE)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
