"""Ending sessions before their time, each with the event that makes every process forget it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import events
from accounts.outbox import record
from accounts.tables import sessions


async def end_session(
    connection: AsyncConnection, account_id: str, session_id: str, now: datetime
) -> bool:
    """End one session of an account in the transaction of *connection*; False when not open."""
    ended = (
        delete(sessions)
        .where(sessions.c.account_id == account_id, sessions.c.session_id == session_id)
        .returning(sessions.c.expires_at)
    )
    row = (await connection.execute(ended)).one_or_none()
    if row is None or row.expires_at <= now:
        return False
    await record(connection, events.session_revoked(account_id, session_id, now))
    return True


async def end_sessions(
    connection: AsyncConnection, account_id: str, now: datetime, *, but: str = ""
) -> int:
    """End every session of an account, in the transaction of *connection*; says how many were open.

    The session *but* goes on, unless that is empty.
    """
    ended = (
        delete(sessions)
        .where(sessions.c.account_id == account_id, sessions.c.session_id != but)
        .returning(sessions.c.session_id, sessions.c.expires_at)
    )
    open_ones = [
        row.session_id for row in (await connection.execute(ended)).all() if row.expires_at > now
    ]
    # Without one that goes on, one event says it of all.
    told = open_ones if but else ([""] if open_ones else [])
    for session_id in told:
        await record(connection, events.session_revoked(account_id, session_id, now))
    return len(open_ones)
