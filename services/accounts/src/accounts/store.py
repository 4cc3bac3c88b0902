"""Accounts and sessions in PostgreSQL, each change with its event in one transaction."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Insert, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import events, tables
from accounts.database import Work
from accounts.factors import SecondFactorDue
from accounts.log_in_step import due
from accounts.outbox import record
from accounts.registration import Registration
from accounts.secret_tokens import forget_expired
from accounts.sessions import EXTEND_AFTER, Account, Beginning, Session, expiry

ACCOUNT_COLUMNS = (
    tables.accounts.c.account_id,
    tables.accounts.c.plan,
    tables.accounts.c.name,
    tables.accounts.c.confirmed_at,
    tables.accounts.c.role,
)
"""What :func:`account_of` reads."""
_ENABLED = tables.accounts.c.disabled_at.is_(None)
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
        query = select(*ACCOUNT_COLUMNS, table.c.email_key, table.c.password_hash).where(
            table.c.request_id == request_id
        )

        async def work(connection: AsyncConnection) -> Registered | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            return Registered(account_of(row), row.email_key, row.password_hash)

        return await self._transact(work)

    async def register(
        self,
        asked: Registration,
        account: Account,
        password_hash: str,
        session: Beginning,
        also: Work[None],
    ) -> bool:
        """Make *account* with its first *session*; False when the request made one before.

        What is done *also* is done with it or not at all.
        """
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
            await connection.execute(session_begun(account.id, session))
            await record(connection, event)
            await also(connection)
            return True

        return await self._transact(work)

    async def rivals(self, address_key: str) -> Rivals:
        """Who claims an address; an account that is disabled does not."""
        table = tables.accounts
        claims = select(*ACCOUNT_COLUMNS, table.c.password_hash).where(
            table.c.email_key == address_key, _ENABLED
        )
        confirmed = claims.where(table.c.confirmed_at.is_not(None)).limit(1)
        newest = (
            claims.where(table.c.confirmed_at.is_(None)).order_by(table.c.position.desc()).limit(1)
        )
        query = confirmed.subquery().select().union_all(newest.subquery().select())

        async def work(connection: AsyncConnection) -> Rivals:
            found = [
                Rival(account_of(row), row.password_hash)
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
        """Begin *session*, and keep *rehashed* in place of the account's password hash.

        Raises:
            SecondFactorDue: when the account has a second factor; the session is not begun.
        """
        table = tables.accounts
        replaced = update(table).where(table.c.account_id == account_id)

        async def work(connection: AsyncConnection) -> SecondFactorDue | None:
            if rehashed is not None:
                await connection.execute(replaced.values(password_hash=rehashed))
            still = await due(connection, account_id, session.begun_at)
            if still is None:
                await connection.execute(session_begun(account_id, session))
            return still

        if (still := await self._transact(work)) is not None:
            raise still

    async def resolve(self, token_hash: bytes, now: datetime, network: str = "") -> Session | None:
        """The open session of a token, its end put off as its use at *now* allows.

        *network* is where it is used from; empty leaves the one that is known.
        """
        table = tables.sessions
        query = (
            select(
                *ACCOUNT_COLUMNS,
                *(table.c.session_id, table.c.begun_at, table.c.expires_at),
                *(table.c.used_at, table.c.network),
            )
            .join_from(table, tables.accounts)
            .where(table.c.token_hash == token_hash, table.c.expires_at > now, _ENABLED)
        )

        async def work(connection: AsyncConnection) -> Session | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            expires_at: datetime = row.expires_at
            moved = bool(network) and network != row.network
            if moved or now - (row.used_at or row.begun_at) > EXTEND_AFTER:
                expires_at = max(expires_at, expiry(row.begun_at, now))
                await connection.execute(
                    update(table)
                    .where(table.c.session_id == row.session_id)
                    .values(
                        expires_at=func.greatest(table.c.expires_at, expires_at),
                        used_at=func.greatest(table.c.used_at, now),
                        network=network or row.network,
                    )
                )
            return Session(row.session_id, account_of(row), expires_at)

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

    async def forget_tokens(self, now: datetime) -> int:
        """Delete the secret tokens that have expired by *now*; says how many."""

        async def work(connection: AsyncConnection) -> int:
            return await forget_expired(connection, now)

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


def session_begun(account_id: str, session: Beginning) -> Insert:
    """The statement that begins *session*."""
    return insert(tables.sessions).values(
        session_id=session.id,
        token_hash=session.token_hash,
        account_id=account_id,
        begun_at=session.begun_at,
        expires_at=session.expires_at,
        device=session.device,
        network=session.network,
    )


def account_of(row: Any) -> Account:
    """The account of a row with :data:`ACCOUNT_COLUMNS`."""
    return Account(row.account_id, row.plan, row.name, row.confirmed_at is not None, row.role)
