"""Secrets that are good once, for one purpose and for a while: links in mails, steps of a log-in.

Only the SHA-256 of each is kept: they have 256 bits, so no slow hash would help.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import secret_tokens

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_FAILED = "failed_attempts"
"""The fact that counts them."""


class TokenRefused(Exception):  # noqa: N818 - it is the answer
    """A token that was never given out for this purpose, was used before, or is too old."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a token was made with; *account_id* is empty where it belongs to nobody yet."""

    account_id: str
    facts: Mapping[str, str] = field(repr=False)


async def give_out(
    connection: AsyncConnection,
    purpose: str,
    account_id: str,
    now: datetime,
    lifetime: timedelta,
    *,
    replace: bool = True,
    **facts: str,
) -> str:
    """A new token for *purpose*, in the transaction of *connection*.

    With *replace* those that the account was given for the same purpose before are void.
    """
    table = secret_tokens
    if replace and account_id:
        await connection.execute(
            delete(table).where(table.c.account_id == account_id, table.c.purpose == purpose)
        )
    token = secrets.token_urlsafe(32)
    await connection.execute(
        insert(table).values(
            token_hash=_hashed(token),
            purpose=purpose,
            account_id=account_id or None,
            facts=json.dumps(facts),
            made_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


async def look_at(connection: AsyncConnection, purpose: str, token: str, now: datetime) -> Found:
    """What *token* was given out with; it stays good.

    Raises:
        TokenRefused: when it is not good for *purpose* now.
    """
    table = secret_tokens
    query = select(table.c.account_id, table.c.facts).where(*_is(purpose, token, now))
    return _found((await connection.execute(query)).one_or_none())


async def use(connection: AsyncConnection, purpose: str, token: str, now: datetime) -> Found:
    """As :func:`look_at`, and the token is void from the commit on; of two users one is refused.

    Raises:
        TokenRefused: when it is not good for *purpose* now.
    """
    table = secret_tokens
    used = delete(table).where(*_is(purpose, token, now))
    return _found(
        (await connection.execute(used.returning(table.c.account_id, table.c.facts))).one_or_none()
    )


async def hold(connection: AsyncConnection, purpose: str, token: str, now: datetime) -> Found:
    """As :func:`look_at`, and nobody else uses or holds *token* until the transaction ends.

    Raises:
        TokenRefused: when it is not good for *purpose* now.
    """
    table = secret_tokens
    query = select(table.c.account_id, table.c.facts).where(*_is(purpose, token, now))
    return _found((await connection.execute(query.with_for_update())).one_or_none())


async def count_failure(
    connection: AsyncConnection, purpose: str, token: str, now: datetime, at_most: int
) -> bool:
    """Count an attempt with *token* that failed; the one numbered *at_most* makes it void.

    Answers whether it is good for another. The caller holds it.
    """
    table = secret_tokens
    is_it = _is(purpose, token, now)
    facts = json.loads((await connection.execute(select(table.c.facts).where(*is_it))).scalar_one())
    failed = int(facts.get(_FAILED, "0")) + 1
    if failed >= at_most:
        await connection.execute(delete(table).where(*is_it))
        return False
    counted = json.dumps({**facts, _FAILED: str(failed)})
    await connection.execute(update(table).where(*is_it).values(facts=counted))
    return True


async def forget_expired(connection: AsyncConnection, now: datetime) -> int:
    """Delete what is too old; says how many."""
    table = secret_tokens
    return (await connection.execute(delete(table).where(table.c.expires_at <= now))).rowcount


def _is(purpose: str, token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    if not _TOKEN.fullmatch(token):
        raise TokenRefused
    table = secret_tokens
    return (
        table.c.token_hash == _hashed(token),
        table.c.purpose == purpose,
        table.c.expires_at > now,
    )


def _found(row: Any | None) -> Found:
    if row is None:
        raise TokenRefused
    return Found(row.account_id or "", json.loads(row.facts))


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
