"""Erasing an account: all that hangs on it goes, everybody is told, and that it was is written."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, events
from accounts.audit import Act
from accounts.outbox import record
from accounts.tables import accounts


async def erase(connection: AsyncConnection, act: Act, now: datetime) -> bool:
    """Erase the account of *act* in the transaction of *connection*; False when there was none.

    Its sessions, keys, tokens and mail that waits go with it. Of it there stay its opaque id and
    what was done in the audit log, where *act* says who erased it and why.
    """
    erased = delete(accounts).where(accounts.c.account_id == act.account_id)
    if (await connection.execute(erased)).rowcount == 0:
        return False
    await audit.record(connection, act, now)
    await record(connection, events.session_revoked(act.account_id, "", now))
    await record(connection, events.api_key_revoked(act.account_id, "", now))
    await record(connection, events.account_erased(act.account_id, now))
    return True
