"""Sensitive changes: only shortly after the owner has proven who they are."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.store import Transact
from accounts.tables import sessions

FRESH = timedelta(minutes=10)
"""A proof is good for so long in the session it was given in."""


class ProofNeeded(Exception):  # noqa: N818 - it is the answer
    """The session's owner must prove again who they are."""


class Freshness:
    """Sees to it that a session was authenticated shortly before."""

    def __init__(self, transact: Transact, now: Callable[[], datetime]) -> None:
        self._transact = transact
        self._now = now

    async def require(self, account_id: str, session_id: str) -> None:
        """See that the owner of *session_id* has just proven to be *account_id*.

        Raises:
            ProofNeeded: when that is too long ago, or the session is none of the account's.
            DatabaseAway: when it cannot be known.
        """
        proven = func.coalesce(sessions.c.authenticated_at, sessions.c.begun_at)
        query = select(proven).where(
            sessions.c.session_id == session_id,
            sessions.c.account_id == account_id,
            sessions.c.expires_at > self._now(),
        )

        async def work(connection: AsyncConnection) -> datetime | None:
            found: datetime | None = (await connection.execute(query)).scalar_one_or_none()
            return found

        at = await self._transact(work)
        if at is None or self._now() - at > FRESH:
            raise ProofNeeded
