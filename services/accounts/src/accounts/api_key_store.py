"""Keys for programs in PostgreSQL, each change with its event and its line in the audit log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, events, tables
from accounts.api_keys import MOST_KEYS, USED_AFTER, KeptKey, NewKey
from accounts.audit import OWNER, Act
from accounts.mail_texts import MailTexts
from accounts.mails import post
from accounts.notebook import AccountUnknown
from accounts.outbox import record
from accounts.sessions import Account
from accounts.store import ACCOUNT_COLUMNS, Transact, account_of


class TooManyKeys(Exception):  # noqa: N818 - it is an answer
    """The account has as many keys as it may."""


class AddressUnconfirmed(Exception):  # noqa: N818 - it is an answer
    """The account's address has not been confirmed, so it may have no keys."""


class RequestRepeated(Exception):  # noqa: N818 - it is an answer
    """The request has made a key before, whose secret cannot be told again."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whom a key acts for."""

    account: Account
    key_id: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


class ApiKeyStore:
    """Reads and writes through *transact*, whose errors its methods raise.

    Calls *recorded* when there is an event to relay or a mail to send.
    """

    def __init__(self, transact: Transact, texts: MailTexts, recorded: Callable[[], None]) -> None:
        self._transact = transact
        self._texts = texts
        self._recorded = recorded

    async def create(self, account_id: str, key: NewKey) -> None:
        """Keep a new key, and tell the account's owner by mail.

        Raises:
            AccountUnknown: when there is no such account, or it was disabled.
            AddressUnconfirmed: when nobody has shown that its address is theirs.
            TooManyKeys: when it has as many as it may.
            RequestRepeated: when the request made one before.
        """
        table, kept = tables.api_keys, key.kept
        count = select(func.count()).select_from(table).where(table.c.account_id == account_id)
        earlier = select(table.c.key_id).where(table.c.request_id == key.request_id)
        made = insert(table).values(
            key_id=kept.id,
            account_id=account_id,
            name=kept.name,
            hint=kept.hint,
            key_hash=key.key_hash,
            scopes=" ".join(kept.scopes),
            request_id=key.request_id,
            made_at=kept.made_at,
            expires_at=kept.expires_at,
        )
        act = Act(account_id, OWNER, "api_key_made", f"{kept.id} {' '.join(kept.scopes)}")

        async def work(connection: AsyncConnection) -> None:
            address = await _lock(connection, account_id)
            if (await connection.execute(earlier)).one_or_none() is not None:
                raise RequestRepeated
            if (await connection.execute(count)).scalar_one() >= MOST_KEYS:
                raise TooManyKeys
            await connection.execute(made)
            await audit.record(connection, act, kept.made_at)
            await post(connection, account_id, self._texts.api_key_made(address), kept.made_at)

        await self._transact(work)
        self._recorded()

    async def all_of(self, account_id: str) -> list[KeptKey]:
        """The keys of an account, the newest first; those that have ended are among them."""
        table = tables.api_keys
        query = (
            select(table)
            .where(table.c.account_id == account_id)
            .order_by(table.c.made_at.desc(), table.c.key_id)
        )

        async def work(connection: AsyncConnection) -> list[KeptKey]:
            return [_kept(row) for row in (await connection.execute(query)).all()]

        return await self._transact(work)

    async def revoke(self, account_id: str, key_id: str, now: datetime) -> None:
        """Take a key away, if the account has it."""
        table = tables.api_keys
        gone = delete(table).where(table.c.account_id == account_id, table.c.key_id == key_id)

        async def work(connection: AsyncConnection) -> bool:
            if not (await connection.execute(gone)).rowcount:
                return False
            await record(connection, events.api_key_revoked(account_id, key_id, now))
            act = Act(account_id, OWNER, "api_key_revoked", key_id)
            await audit.record(connection, act, now)
            return True

        if await self._transact(work):
            self._recorded()

    async def resolve(self, key_hash: bytes, now: datetime) -> Resolved | None:
        """Whom a key acts for, its use at *now* noted; None when it is good for nothing."""
        table, accounts = tables.api_keys, tables.accounts
        query = (
            select(
                *ACCOUNT_COLUMNS,
                *(table.c.key_id, table.c.scopes, table.c.expires_at, table.c.used_at),
            )
            .join_from(table, accounts)
            .where(
                table.c.key_hash == key_hash,
                or_(table.c.expires_at.is_(None), table.c.expires_at > now),
                accounts.c.disabled_at.is_(None),
            )
        )

        async def work(connection: AsyncConnection) -> Resolved | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            if row.used_at is None or now - row.used_at >= USED_AFTER:
                used = update(table).where(table.c.key_id == row.key_id)
                await connection.execute(used.values(used_at=func.greatest(table.c.used_at, now)))
            scopes = tuple(row.scopes.split())
            return Resolved(account_of(row), row.key_id, scopes, row.expires_at)

        return await self._transact(work)


async def _lock(connection: AsyncConnection, account_id: str) -> str:
    """Have an account's keys made by one transaction at a time, and only where it may have any.

    Answers the account's address.
    """
    table = tables.accounts
    held = (
        select(table.c.confirmed_at, table.c.email)
        .where(table.c.account_id == account_id, table.c.disabled_at.is_(None))
        .with_for_update(key_share=True)
    )
    row = (await connection.execute(held)).one_or_none()
    if row is None:
        raise AccountUnknown
    if row.confirmed_at is None:
        raise AddressUnconfirmed
    address: str = row.email
    return address


def _kept(row: Any) -> KeptKey:
    return KeptKey(
        id=row.key_id,
        name=row.name,
        hint=row.hint,
        scopes=tuple(row.scopes.split()),
        made_at=row.made_at,
        used_at=row.used_at,
        expires_at=row.expires_at,
    )
