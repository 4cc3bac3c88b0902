"""What operators see of accounts and do to them: each act audited, each with its events."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, events, tables
from accounts.audit import Act
from accounts.credentials import FieldInvalid, address_of
from accounts.outbox import record
from accounts.session_ends import end_sessions
from accounts.store import Transact

ROLES = ("user", "editor", "employer", "operator")
"""What an account may be."""

_MOST_FOUND = 20


class NoSuchAccount(Exception):  # noqa: N818 - it is the answer
    """An id that no account has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An account as operators see it: no name, no address."""

    account_id: str
    plan: str
    role: str
    registered_at: datetime
    confirmed_at: datetime | None
    disabled_at: datetime | None
    has_password: bool
    second_factors: tuple[str, ...]
    identities: int
    sessions: int
    api_keys: int


class Operators:
    """Looks accounts up and changes them, in the name of *actor*.

    Methods raise :class:`NoSuchAccount`, and what *transact* raises.
    """

    def __init__(self, transact: Transact, actor: str, now: Callable[[], datetime]) -> None:
        self._transact = transact
        self._actor = actor
        self._now = now

    async def find(self, text: str) -> list[Entry]:
        """The accounts that *text* is the id or the address of; the one registered last first."""
        table = tables.accounts
        found = table.c.account_id == text
        if "@" in text:
            try:
                found = table.c.email_key == address_of(text).key
            except FieldInvalid:
                return []
        query = select(table).where(found).order_by(table.c.position.desc()).limit(_MOST_FOUND)

        async def work(connection: AsyncConnection) -> list[Entry]:
            rows = (await connection.execute(query)).all()
            return [await self._entry(connection, row) for row in rows]

        return await self._transact(work)

    async def disable(self, account_id: str) -> bool:
        """Let nobody into the account any more; False when it was disabled before.

        Its sessions and its keys for programs end with it, and so do links in mails to it.
        """
        table = tables.accounts
        now = self._now()

        async def work(connection: AsyncConnection) -> bool:
            row = await _locked(connection, account_id)
            if row.disabled_at is not None:
                return False
            await connection.execute(
                update(table).where(table.c.account_id == account_id).values(disabled_at=now)
            )
            ended = await end_sessions(connection, account_id, now)
            for held in (tables.api_keys, tables.secret_tokens):
                await connection.execute(delete(held).where(held.c.account_id == account_id))
            await record(connection, events.api_key_revoked(account_id, "", now))
            await self._audit(connection, account_id, "disabled", f"{ended} sessions ended", now)
            return True

        return await self._transact(work)

    async def enable(self, account_id: str) -> bool:
        """Let its owner in again; False when it was not disabled."""
        table = tables.accounts
        now = self._now()

        async def work(connection: AsyncConnection) -> bool:
            row = await _locked(connection, account_id)
            if row.disabled_at is None:
                return False
            await connection.execute(
                update(table).where(table.c.account_id == account_id).values(disabled_at=None)
            )
            await self._audit(connection, account_id, "enabled", "", now)
            return True

        return await self._transact(work)

    async def set_role(self, account_id: str, role: str) -> bool:
        """Give the account another *role*; False when it has it already.

        Its sessions end: what may do more begins with a new token, after logging in again.
        """
        table = tables.accounts
        now = self._now()

        async def work(connection: AsyncConnection) -> bool:
            row = await _locked(connection, account_id)
            if row.role == role:
                return False
            await connection.execute(
                update(table).where(table.c.account_id == account_id).values(role=role)
            )
            await end_sessions(connection, account_id, now)
            await record(connection, events.account_changed(account_id, now))
            await self._audit(connection, account_id, "role_changed", f"{row.role} to {role}", now)
            return True

        return await self._transact(work)

    async def end_sessions(self, account_id: str) -> int:
        """End every session of the account; says how many there were."""
        now = self._now()

        async def work(connection: AsyncConnection) -> int:
            await _locked(connection, account_id)
            ended = await end_sessions(connection, account_id, now)
            await self._audit(connection, account_id, "sessions_ended", f"{ended} sessions", now)
            return ended

        return await self._transact(work)

    async def _entry(self, connection: AsyncConnection, row: Any) -> Entry:
        async def count(table: Any, *which: Any) -> int:
            query = select(func.count()).select_from(table)
            query = query.where(table.c.account_id == row.account_id, *which)
            return (await connection.execute(query)).scalar_one()

        totp, open_sessions = tables.one_time_passwords, tables.sessions
        factors = {
            "passkey": await count(tables.passkeys),
            "one_time_password": await count(totp, totp.c.confirmed_at.is_not(None)),
        }
        return Entry(
            row.account_id,
            row.plan,
            row.role,
            row.registered_at,
            row.confirmed_at,
            row.disabled_at,
            row.has_password,
            tuple(name for name, held in factors.items() if held),
            await count(tables.identities),
            await count(open_sessions, open_sessions.c.expires_at > self._now()),
            await count(tables.api_keys),
        )

    async def _audit(
        self, connection: AsyncConnection, account_id: str, act: str, detail: str, now: datetime
    ) -> None:
        await audit.record(connection, Act(account_id, self._actor, act, detail), now)


async def _locked(connection: AsyncConnection, account_id: str) -> Any:
    """The account's row, which nobody else changes until the commit."""
    table = tables.accounts
    query = select(table).where(table.c.account_id == account_id).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NoSuchAccount
    return row
