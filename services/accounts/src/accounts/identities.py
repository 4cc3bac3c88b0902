"""Identities at other providers, in PostgreSQL: whom each signs in."""

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import tables
from accounts.id_tokens import Identity
from accounts.sessions import Account
from accounts.store import ACCOUNT_COLUMNS, account_of

_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Linked:
    """An identity of an account; *id* names it without telling its subject."""

    id: str
    issuer: str
    linked_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """The account that an identity signs in."""

    account: Account
    disabled: bool


async def holder_of(connection: AsyncConnection, identity: Identity) -> Holder | None:
    """Whom *identity* signs in; nobody else holds or takes it away until the commit."""
    table = tables.identities
    query = (
        select(*ACCOUNT_COLUMNS, tables.accounts.c.disabled_at)
        .join_from(table, tables.accounts)
        .where(*_is(identity))
        .with_for_update(of=table)
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Holder(account_of(row), row.disabled_at is not None)


async def is_known(connection: AsyncConnection, identity: Identity) -> bool:
    """Whether *identity* signs in anybody; waits for nobody."""
    query = select(tables.identities.c.account_id).where(*_is(identity))
    return (await connection.execute(query)).one_or_none() is not None


async def add(
    connection: AsyncConnection, identity: Identity, account_id: str, now: datetime
) -> bool:
    """Let *identity* sign the account in; False when it signs in one already."""
    made = (
        insert(tables.identities)
        .values(
            issuer=identity.issuer,
            subject=identity.subject,
            account_id=account_id,
            linked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(tables.identities.c.issuer)
    )
    return (await connection.execute(made)).one_or_none() is not None


async def note_use(connection: AsyncConnection, identity: Identity, now: datetime) -> None:
    """Write down that *identity* has just signed in."""
    await connection.execute(update(tables.identities).where(*_is(identity)).values(used_at=now))


async def of_account(connection: AsyncConnection, account_id: str) -> list[Linked]:
    """The identities of an account, the one linked first first."""
    table = tables.identities
    query = (
        select(table)
        .where(table.c.account_id == account_id)
        .order_by(table.c.linked_at, table.c.issuer)
    )
    return [
        Linked(_id(row.issuer, row.subject), row.issuer, row.linked_at, row.used_at)
        for row in (await connection.execute(query)).all()
    ]


async def remove(connection: AsyncConnection, account_id: str, identity_id: str) -> bool:
    """Take one away; False when the account has no such one."""
    table = tables.identities
    query = select(table.c.issuer, table.c.subject).where(table.c.account_id == account_id)
    for row in (await connection.execute(query)).all():
        if _id(row.issuer, row.subject) == identity_id:
            await connection.execute(delete(table).where(*_is(Identity(row.issuer, row.subject))))
            return True
    return False


async def ways_in(connection: AsyncConnection, account_id: str, issuers: Collection[str]) -> int:
    """By how many ways the account's owner can log in.

    That are its password, its passkeys, and its identities at *issuers*.
    """
    accounts = tables.accounts
    query = select(accounts.c.has_password).where(accounts.c.account_id == account_id)
    ways = int((await connection.execute(query)).scalar_one())
    of_issuers = tables.identities.c.issuer.in_(issuers)
    for table, which in ((tables.identities, of_issuers), (tables.passkeys, true())):
        count = select(func.count()).select_from(table)
        count = count.where(table.c.account_id == account_id, which)
        ways += (await connection.execute(count)).scalar_one()
    return ways


def _is(identity: Identity) -> tuple[Any, ...]:
    table = tables.identities
    return table.c.issuer == identity.issuer, table.c.subject == identity.subject


def _id(issuer: str, subject: str) -> str:
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()[:_ID_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
