"""Accounts and sessions in PostgreSQL, each change with its event in one transaction."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import events, tables
from accounts.database import Work
from accounts.outbox import record
from accounts.registration import Registration
from accounts.sessions import EXTEND_AFTER, Account, Beginning, Session, expiry

_ACCOUNT = (
    tables.accounts.c.account_id,
    tables.accounts.c.plan,
    tables.accounts.c.name,
    tables.accounts.c.confirmed_at,
)
_SWEEP = 1000


class Transact(Protocol):
    """Does work in one transaction and commits it."""

    async def __call__[T](self, work: Work[T]) -> T:
        """Raises :class:`accounts.database.DatabaseAway` when it is not known to be done."""
        ...


@dataclass(frozen=True, slots=True)
class Registered:
    """An account as a repeated registration is compared with it."""

    account: Account
    address_key: str = field(repr=False)
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rival:
    """An account that claims an address."""

    account: Account
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Who claims an address: the account that confirmed it, the newest that has not."""

    confirmed: Rival | None
    unconfirmed: Rival | None


NO_RIVALS = Rivals(None, None)


class Store:
    """Reads and writes through *transact*, whose errors its methods raise."""

    def __init__(self, transact: Transact) -> None:
        self._transact = transact

    async def registered(self, request_id: uuid.UUID) -> Registered | None:
        """The account that a registration made, if it did."""
        table = tables.accounts
        query = select(*_ACCOUNT, table.c.email_key, table.c.password_hash).where(
            table.c.request_id == request_id
        )

        async def work(connection: AsyncConnection) -> Registered | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            return Registered(_account(row), row.email_key, row.password_hash)

        return await self._transact(work)

    async def register(
        self, asked: Registration, account: Account, password_hash: str, session: Beginning
    ) -> bool:
        """Make *account* with its first *session*; False when the request made one before."""
        made = (
            insert_or(tables.accounts)
            .values(
                account_id=account.id,
                email=asked.address.email,
                email_key=asked.address.key,
                name=account.name,
                plan=account.plan,
                password_hash=password_hash,
                request_id=asked.request_id,
                registered_at=session.begun_at,
            )
            .on_conflict_do_nothing(index_elements=["request_id"])
            .returning(tables.accounts.c.account_id)
        )
        event = events.account_registered(
            account.id, account.plan, asked.guest_id, session.begun_at
        )

        async def work(connection: AsyncConnection) -> bool:
            if (await connection.execute(made)).one_or_none() is None:
                return False
            await connection.execute(_begun(account.id, session))
            await record(connection, event)
            return True

        return await self._transact(work)

    async def rivals(self, address_key: str) -> Rivals:
        """Who claims an address."""
        table = tables.accounts
        claims = select(*_ACCOUNT, table.c.password_hash).where(table.c.email_key == address_key)
        confirmed = claims.where(table.c.confirmed_at.is_not(None)).limit(1)
        newest = (
            claims.where(table.c.confirmed_at.is_(None)).order_by(table.c.position.desc()).limit(1)
        )
        query = confirmed.subquery().select().union_all(newest.subquery().select())

        async def work(connection: AsyncConnection) -> Rivals:
            found = [
                Rival(_account(row), row.password_hash)
                for row in (await connection.execute(query)).all()
            ]
            return Rivals(
                next((rival for rival in found if rival.account.confirmed), None),
                next((rival for rival in found if not rival.account.confirmed), None),
            )

        return await self._transact(work)

    async def begin(
        self, account_id: str, session: Beginning, *, rehashed: str | None = None
    ) -> None:
        """Begin *session*, and keep *rehashed* in place of the account's password hash."""
        table = tables.accounts
        replaced = update(table).where(table.c.account_id == account_id)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(_begun(account_id, session))
            if rehashed is not None:
                await connection.execute(replaced.values(password_hash=rehashed))

        await self._transact(work)

    async def resolve(self, token_hash: bytes, now: datetime) -> Session | None:
        """The open session of a token, its end put off as its use at *now* allows."""
        table = tables.sessions
        query = (
            select(*_ACCOUNT, table.c.session_id, table.c.begun_at, table.c.expires_at)
            .join_from(table, tables.accounts)
            .where(table.c.token_hash == token_hash, table.c.expires_at > now)
        )

        async def work(connection: AsyncConnection) -> Session | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            expires_at: datetime = row.expires_at
            put_off = expiry(row.begun_at, now)
            if put_off - expires_at > EXTEND_AFTER:
                expires_at = put_off
                await connection.execute(
                    update(table)
                    .where(table.c.session_id == row.session_id, table.c.expires_at < put_off)
                    .values(expires_at=put_off)
                )
            return Session(row.session_id, _account(row), expires_at)

        return await self._transact(work)

    async def end(self, token_hash: bytes, now: datetime) -> bool:
        """End the session of a token; False when none was open."""
        table = tables.sessions
        ended = (
            delete(table)
            .where(table.c.token_hash == token_hash)
            .returning(table.c.session_id, table.c.account_id, table.c.expires_at)
        )

        async def work(connection: AsyncConnection) -> bool:
            row = (await connection.execute(ended)).one_or_none()
            if row is None or row.expires_at <= now:
                return False
            await record(connection, events.session_revoked(row.account_id, row.session_id, now))
            return True

        return await self._transact(work)

    async def sweep(self, now: datetime) -> int:
        """Delete some sessions that have expired by *now*; says how many."""
        table = tables.sessions
        expired = (
            select(table.c.session_id)
            .where(table.c.expires_at <= now)
            .limit(_SWEEP)
            .with_for_update(skip_locked=True)
        )
        swept = delete(table).where(table.c.session_id.in_(expired))

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(swept)).rowcount

        return await self._transact(work)


def _begun(account_id: str, session: Beginning) -> Any:
    return insert(tables.sessions).values(
        session_id=session.id,
        token_hash=session.token_hash,
        account_id=account_id,
        begun_at=session.begun_at,
        expires_at=session.expires_at,
    )


def _account(row: Any) -> Account:
    return Account(row.account_id, row.plan, row.name, row.confirmed_at is not None)
