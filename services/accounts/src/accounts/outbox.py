"""The outbox: events that were recorded with what they tell of, and wait for the bus."""

import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.database import Database
from accounts.tables import outbox
from servicekit.events import Event

RELAY_LOCK = 0x6163_0001
"""Advisory lock of whoever relays."""

type Publish = Callable[[Sequence[Event]], Awaitable[list[bool]]]


@dataclass(frozen=True, slots=True)
class Passing:
    """What one look at the outbox came to; *oldest_seconds* is 0 when nothing waited."""

    read: int
    moved: int
    oldest_seconds: float


async def record(connection: AsyncConnection, event: Event) -> None:
    """Record *event* in the transaction of *connection*: it is published if that commits."""
    await connection.execute(
        insert(outbox).values(
            event_id=uuid.UUID(event.id),
            type=event.type,
            source=event.source,
            subject=event.subject,
            time=event.time,
            traceparent=event.traceparent,
            data=event.data,
        )
    )


class Outbox:
    """Hands recorded events on, oldest first. Methods raise :class:`DatabaseAway`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pass_on(self, publish: Publish, at_most: int) -> Passing | None:
        """Have *publish* take the oldest events and forget those it took.

        One process at a time does; None while it is another. Should this one die meanwhile, what
        it published comes again, under the same ids.
        """
        oldest = select(outbox).order_by(outbox.c.position).limit(at_most)

        async def work(connection: AsyncConnection) -> Passing | None:
            lock = select(func.pg_try_advisory_xact_lock(RELAY_LOCK))
            if not (await connection.execute(lock)).scalar_one():
                return None
            rows = (await connection.execute(oldest)).all()
            if not rows:
                return Passing(0, 0, 0.0)
            age = time.time() - rows[0].recorded_at.timestamp()
            stored = await publish(
                [
                    Event(
                        id=str(row.event_id),
                        type=row.type,
                        source=row.source,
                        subject=row.subject,
                        time=row.time,
                        data=row.data,
                        traceparent=row.traceparent,
                    )
                    for row in rows
                ]
            )
            taken = [row.position for row, ok in zip(rows, stored, strict=True) if ok]
            await connection.execute(delete(outbox).where(outbox.c.position.in_(taken)))
            return Passing(len(rows), len(taken), max(0.0, age))

        return await self._database.transact(work)

    async def size(self) -> int:
        """How many events wait."""

        async def work(connection: AsyncConnection) -> int:
            query = select(func.count()).select_from(outbox)
            return (await connection.execute(query)).scalar_one()

        return await self._database.transact(work)
