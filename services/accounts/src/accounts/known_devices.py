"""Devices that have logged in before: each has a secret of its own, kept here only hashed."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.store import Transact
from accounts.tables import accounts, known_devices

LIFETIME: Final = timedelta(days=365)
"""A device that does not come for so long is not known any more."""
_MOST: Final = 20
"""So many are kept of one account: the ones seen last."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class KnownDevices:
    """Knows devices again. Methods raise what *transact* does."""

    def __init__(self, transact: Transact) -> None:
        self._transact = transact

    async def recognise(self, device: str, address_key: str, now: datetime) -> str:
        """A name for the device of a secret, where it has logged in at an address before.

        Empty where it has not, or there is no such device.
        """
        if not _SECRET.fullmatch(device):
            return ""
        hashed, table = _hashed(device), known_devices
        query = (
            select(table.c.device_hash)
            .join_from(table, accounts)
            .where(
                table.c.device_hash == hashed,
                table.c.seen_at > now - LIFETIME,
                accounts.c.email_key == address_key,
            )
            .limit(1)
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(query)).one_or_none() is not None

        return hashed.hex() if await self._transact(work) else ""

    async def remember(self, account_id: str, device: str, now: datetime) -> str:
        """Know a device at its next log-in; answers the secret it is to keep from now on.

        Empty where it keeps the one it has. A secret that was not given out for this account is
        not taken on: whoever planted it in the browser would have it, too.
        """
        table = known_devices
        mine = table.c.account_id == account_id
        secret = secrets.token_urlsafe(32)
        seen = update(table).where(mine, table.c.device_hash == _hashed(device))
        made = insert(table).values(device_hash=_hashed(secret), account_id=account_id, seen_at=now)
        latest = select(table.c.device_hash).where(mine).order_by(table.c.seen_at.desc())
        # Whoever comes sweeps up those, of anybody's, that have not come for too long.
        old = delete(table).where(table.c.seen_at <= now - LIFETIME)
        beyond = delete(table).where(mine, table.c.device_hash.not_in(latest.limit(_MOST)))

        async def work(connection: AsyncConnection) -> str:
            if (await connection.execute(seen.values(seen_at=now))).rowcount:
                return ""
            await connection.execute(old)
            await connection.execute(made)
            await connection.execute(beyond)
            return secret

        return await self._transact(work)


def _hashed(device: str) -> bytes:
    return hashlib.sha256(device.encode()).digest()
