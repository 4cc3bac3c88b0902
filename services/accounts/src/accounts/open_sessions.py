"""The open sessions of an account: listed for its owner, and ended by them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit
from accounts.audit import OWNER, Act
from accounts.session_ends import end_session, end_sessions
from accounts.sessions import is_id
from accounts.store import Transact
from accounts.tables import sessions


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it; *device* and *network* are empty where nothing told."""

    id: str
    device: str
    network: str
    begun_at: datetime
    used_at: datetime
    expires_at: datetime


type After = tuple[datetime, str]
"""When the last session that was seen began, and its id."""


class OpenSessions:
    """Lists and ends sessions; calls *recorded* when there is an event to relay.

    Methods raise what *transact* raises.
    """

    def __init__(
        self, transact: Transact, recorded: Callable[[], None], now: Callable[[], datetime]
    ) -> None:
        self._transact = transact
        self._recorded = recorded
        self._now = now

    async def of(self, account_id: str, limit: int, after: After | None) -> list[OpenSession]:
        """At most *limit* open sessions, the one begun last first, from *after* on."""
        place = (sessions.c.begun_at, sessions.c.session_id)
        query = (
            select(
                sessions.c.session_id,
                sessions.c.device,
                sessions.c.network,
                sessions.c.begun_at,
                func.coalesce(sessions.c.used_at, sessions.c.begun_at).label("used_at"),
                sessions.c.expires_at,
            )
            .where(sessions.c.account_id == account_id, sessions.c.expires_at > self._now())
            .order_by(*(column.desc() for column in place))
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(*place) < after)

        async def work(connection: AsyncConnection) -> list[OpenSession]:
            return [OpenSession(*row) for row in (await connection.execute(query)).all()]

        return await self._transact(work)

    async def end(self, account_id: str, session_id: str) -> None:
        """End one session, if it is open."""
        if not is_id(session_id):
            return
        now = self._now()

        async def work(connection: AsyncConnection) -> bool:
            if not await end_session(connection, account_id, session_id, now):
                return False
            await audit.record(connection, Act(account_id, OWNER, "session_ended"), now)
            return True

        if await self._transact(work):
            self._recorded()

    async def end_all(self, account_id: str, *, but: str) -> int:
        """End every session, *but* one unless that is empty; says how many were open."""
        now = self._now()

        async def work(connection: AsyncConnection) -> int:
            ended = await end_sessions(connection, account_id, now, but=but)
            if ended:
                act = Act(account_id, OWNER, "sessions_ended", f"{ended} sessions")
                await audit.record(connection, act, now)
            return ended

        ended = await self._transact(work)
        if ended:
            self._recorded()
        return ended
