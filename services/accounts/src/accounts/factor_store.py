"""Second factors in PostgreSQL. Every function works in the transaction of *connection*."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import tables
from accounts.factors import Factors, Passkey
from accounts.passkeys import NewPasskey
from accounts.secret_keys import Sealed

_apps = tables.one_time_passwords
_codes = tables.recovery_codes
_passkeys = tables.passkeys


@dataclass(frozen=True, slots=True)
class App:
    """An app that makes one-time passwords; *confirmed_at* is None while it was only offered.

    *failed* wrong ones were tried since *failing_since*.
    """

    secret: Sealed = field(repr=False)
    made_at: datetime
    confirmed_at: datetime | None
    last_step: int
    failed: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose factors they are, as devices and mails name them."""

    email: str = field(repr=False)
    confirmed: bool


async def lock(connection: AsyncConnection, account_id: str) -> Holder | None:
    """Have an account's factors changed by one transaction at a time; None for no account."""
    table = tables.accounts
    mine = select(table.c.email, table.c.confirmed_at).where(table.c.account_id == account_id)
    row = (await connection.execute(mine.with_for_update(key_share=True))).one_or_none()
    return Holder(row.email, row.confirmed_at is not None) if row else None


async def factors_of(connection: AsyncConnection, account_id: str) -> Factors:
    """What an account has; nothing where there is no such account."""
    passkeys = await passkeys_of(connection, account_id)
    app = select(_apps.c.confirmed_at).where(_apps.c.account_id == account_id)
    left = select(func.count()).select_from(_codes).where(_codes.c.account_id == account_id)
    password = select(tables.accounts.c.has_password).where(
        tables.accounts.c.account_id == account_id
    )
    row = (
        await connection.execute(
            select(
                app.scalar_subquery(),
                left.scalar_subquery(),
                func.coalesce(password.scalar_subquery(), False),
            )
        )
    ).one()
    return Factors(passkeys, row[0], row[1], row[2])


async def passkeys_of(connection: AsyncConnection, account_id: str) -> list[Passkey]:
    """The passkeys of an account, the first one first."""
    query = (
        select(_passkeys)
        .where(_passkeys.c.account_id == account_id)
        .order_by(_passkeys.c.made_at, _passkeys.c.credential_id)
    )
    return [_passkey(row) for row in (await connection.execute(query)).all()]


async def hold_passkey(connection: AsyncConnection, passkey_id: bytes) -> Passkey | None:
    """One passkey of whatever account, for nobody else to use meanwhile."""
    query = select(_passkeys).where(_passkeys.c.credential_id == passkey_id).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    return _passkey(row) if row else None


async def add_passkey(
    connection: AsyncConnection, account_id: str, made: NewPasskey, name: str, now: datetime
) -> Passkey | None:
    """Keep a passkey; None when somebody has one of this identifier already."""
    kept = (
        insert_or(_passkeys)
        .values(
            credential_id=made.id,
            account_id=account_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=name,
            transports=",".join(made.transports),
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["credential_id"])
        .returning(*_passkeys.c)
    )
    row = (await connection.execute(kept)).one_or_none()
    return _passkey(row) if row else None


async def note_use(
    connection: AsyncConnection, passkey_id: bytes, count: int, now: datetime
) -> None:
    """Write down that a passkey was used, and what it counts."""
    await connection.execute(
        update(_passkeys)
        .where(_passkeys.c.credential_id == passkey_id)
        .values(sign_count=count, used_at=now)
    )


async def rename_passkey(
    connection: AsyncConnection, account_id: str, passkey_id: bytes, name: str
) -> bool:
    """Give a passkey another name; False when the account has none of this identifier."""
    renamed = update(_passkeys).where(*_its(account_id, passkey_id)).values(name=name)
    return (await connection.execute(renamed)).rowcount == 1


async def drop_passkey(connection: AsyncConnection, account_id: str, passkey_id: bytes) -> bool:
    """Take a passkey away; False when it was not there."""
    dropped = delete(_passkeys).where(*_its(account_id, passkey_id))
    return (await connection.execute(dropped)).rowcount == 1


async def hold_app(connection: AsyncConnection, account_id: str) -> App | None:
    """The app of an account, confirmed or not, for nobody else to use meanwhile."""
    query = select(_apps).where(_apps.c.account_id == account_id).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return App(
        Sealed(row.key_id, row.secret),
        row.made_at,
        row.confirmed_at,
        row.last_step,
        row.failed,
        row.failing_since,
    )


async def offer_app(
    connection: AsyncConnection, account_id: str, secret: Sealed, now: datetime
) -> None:
    """Keep the secret of an app that is not confirmed yet, in place of any other."""
    await drop_app(connection, account_id)
    await connection.execute(
        insert(_apps).values(
            account_id=account_id, secret=secret.data, key_id=secret.key_id, made_at=now
        )
    )


async def note_step(
    connection: AsyncConnection, account_id: str, step: int, *, confirmed_at: datetime | None = None
) -> None:
    """Write down that the password of a time step was used; no earlier one counts any more."""
    changed: dict[str, Any] = {"last_step": step, "failed": 0, "failing_since": None}
    if confirmed_at is not None:
        changed["confirmed_at"] = confirmed_at
    await connection.execute(update(_apps).where(_apps.c.account_id == account_id).values(changed))


async def note_failures(
    connection: AsyncConnection, account_id: str, failed: int, since: datetime
) -> None:
    """Write down how many wrong one-time passwords were tried since when."""
    await connection.execute(
        update(_apps)
        .where(_apps.c.account_id == account_id)
        .values(failed=failed, failing_since=since)
    )


async def drop_app(connection: AsyncConnection, account_id: str) -> bool:
    """Take the app away; False when a confirmed one was not there."""
    dropped = delete(_apps).where(_apps.c.account_id == account_id).returning(_apps.c.confirmed_at)
    row = (await connection.execute(dropped)).one_or_none()
    return row is not None and row.confirmed_at is not None


async def replace_codes(
    connection: AsyncConnection, account_id: str, hashes: Sequence[bytes], now: datetime
) -> None:
    """Keep recovery codes in place of those there are; none takes them all away."""
    await connection.execute(delete(_codes).where(_codes.c.account_id == account_id))
    if hashes:
        rows = [{"code_hash": it, "account_id": account_id, "made_at": now} for it in hashes]
        await connection.execute(insert(_codes), rows)


async def use_code(connection: AsyncConnection, account_id: str, code_hash: bytes) -> bool:
    """Void a recovery code; False when it is none of the account's."""
    used = delete(_codes).where(_codes.c.account_id == account_id, _codes.c.code_hash == code_hash)
    return (await connection.execute(used)).rowcount == 1


def _its(account_id: str, passkey_id: bytes) -> tuple[Any, ...]:
    return (_passkeys.c.account_id == account_id, _passkeys.c.credential_id == passkey_id)


def _passkey(row: Any) -> Passkey:
    return Passkey(
        row.credential_id,
        row.account_id,
        row.public_key,
        row.sign_count,
        row.name,
        tuple(filter(None, row.transports.split(","))),
        row.made_at,
        row.used_at,
    )
