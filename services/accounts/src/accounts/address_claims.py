"""Whose an address is: of all accounts that claim it, the one that confirmed it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.audit import Act
from accounts.erasing import erase
from accounts.tables import accounts

CONFIRMING = "confirming"
"""The actor who erases rivals: whoever proved that they read mail of the address."""

_LOCK_SEED = 0x6163


class AddressTaken(Exception):  # noqa: N818 - it is the answer
    """Another account has confirmed the address. Told only to whoever reads mail of it."""


async def claim(
    connection: AsyncConnection, account_id: str, address_key: str, now: datetime
) -> None:
    """Have nobody but the account claim an address, whose owner it has proven to be.

    Unconfirmed accounts that claim it are erased: whoever made them does not read its mail, or
    does and chose this account. One confirmation of an address is under way at a time.

    Raises:
        AddressTaken: when another account has confirmed it.
    """
    # Also against one that does not have the address yet and is about to.
    lock = select(func.pg_advisory_xact_lock(func.hashtextextended(address_key, _LOCK_SEED)))
    await connection.execute(lock)
    claims = (
        select(accounts.c.account_id, accounts.c.confirmed_at)
        .where(accounts.c.email_key == address_key, accounts.c.account_id != account_id)
        .order_by(accounts.c.account_id)
        .with_for_update()
    )
    others = (await connection.execute(claims)).all()
    if any(other.confirmed_at is not None for other in others):
        raise AddressTaken
    for other in others:
        act = Act(other.account_id, CONFIRMING, "account_erased", "its address is another's")
        await erase(connection, act, now)


async def rivals_of(connection: AsyncConnection, account_id: str, address_key: str) -> int:
    """How many other accounts claim an address and would be erased by confirming it."""
    others = (
        select(func.count())
        .select_from(accounts)
        .where(
            accounts.c.email_key == address_key,
            accounts.c.account_id != account_id,
            accounts.c.confirmed_at.is_(None),
        )
    )
    return (await connection.execute(others)).scalar_one()
