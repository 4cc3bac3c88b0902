"""A session that goes on under another token: after its owner has proven who they are, and after
what changes who may get in.

Whoever had the token of before, by whatever way, has nothing any more.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import events, sessions, tables
from accounts.outbox import record
from accounts.registrar import SignedIn
from accounts.store import ACCOUNT_COLUMNS, account_of


async def rotate(
    connection: AsyncConnection, account_id: str, session_id: str, now: datetime, *, proven: bool
) -> SignedIn | None:
    """Give an open session of the account another token and identifier; None when it is not open.

    *proven*: its owner has just shown who they are. Its absolute end stays. The identifier of
    before is revoked by an event, so that nobody believes in the old token: the caller wakes the
    relay.
    """
    table, accounts = tables.sessions, tables.accounts
    begun = sessions.beginning(now)
    found = (
        await connection.execute(
            select(*ACCOUNT_COLUMNS, table.c.begun_at)
            .join_from(table, accounts)
            .where(
                table.c.session_id == session_id,
                table.c.account_id == account_id,
                table.c.expires_at > now,
                accounts.c.disabled_at.is_(None),
            )
            .with_for_update(of=table)
        )
    ).one_or_none()
    if found is None:
        return None
    session = sessions.Beginning(
        begun.id,
        begun.token,
        begun.token_hash,
        found.begun_at,
        sessions.expiry(found.begun_at, now),
    )
    changed = {
        "session_id": session.id,
        "token_hash": session.token_hash,
        "expires_at": session.expires_at,
        "used_at": now,
    }
    if proven:
        changed |= {"authenticated_at": now, "failed_proofs": 0}
    await connection.execute(update(table).where(table.c.session_id == session_id).values(changed))
    await record(connection, events.session_revoked(account_id, session_id, now))
    return SignedIn(account_of(found), session)
