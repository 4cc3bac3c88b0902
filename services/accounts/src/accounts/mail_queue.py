"""Mail that waits in PostgreSQL: taken by one sender at a time, forgotten once it is sent."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.mails import Mail
from accounts.store import Transact
from accounts.tables import mails


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that is a sender's for a while; *attempt* counts from one.

    *perhaps_sent*: an earlier attempt ended while the server had the mail in hand.
    """

    id: uuid.UUID
    mail: Mail
    made_at: datetime
    attempt: int
    perhaps_sent: bool


class MailQueue:
    """Reads and writes through *transact*, whose errors its methods raise.

    Every step is a short transaction: no row is locked while a mail server takes its time.
    """

    def __init__(self, transact: Transact) -> None:
        self._transact = transact

    async def take(self, now: datetime, lease: timedelta) -> Taken | None:
        """The mail that is due longest, for *lease*: then it is due again; None when none is.

        A sender that dies leaves its mail to whoever comes when the lease is over.
        """
        due = (
            select(mails)
            .where(mails.c.due_at <= now)
            .order_by(mails.c.due_at, mails.c.position)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

        async def work(connection: AsyncConnection) -> Taken | None:
            row = (await connection.execute(due)).one_or_none()
            if row is None:
                return None
            attempt = row.attempts + 1
            await connection.execute(
                update(mails)
                .where(mails.c.mail_id == row.mail_id)
                .values(attempts=attempt, due_at=now + lease)
            )
            mail = Mail(row.kind, row.recipient, row.subject, row.plain, row.html)
            return Taken(row.mail_id, mail, row.made_at, attempt, row.begun_at is not None)

        return await self._transact(work)

    async def begin(self, taken: Taken, now: datetime) -> bool:
        """Note that the server is about to have *taken*.

        False when it must not have it: the account was erased, or the lease ran out and another
        sender has taken it.
        """
        begun = update(mails).where(*_still(taken)).values(begun_at=now)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(begun)).rowcount == 1

        return await self._transact(work)

    async def forget(self, taken: Taken) -> None:
        """Forget a mail: it is sent, or never will be."""
        forgotten = delete(mails).where(mails.c.mail_id == taken.id)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(forgotten)

        await self._transact(work)

    async def put_off(self, taken: Taken, until: datetime, *, perhaps_sent: bool) -> None:
        """Have a mail tried again at *until*."""
        values: dict[str, datetime | None] = {"due_at": until}
        if not perhaps_sent:
            values["begun_at"] = None
        put_off = update(mails).where(*_still(taken)).values(values)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(put_off)

        await self._transact(work)

    async def oldest(self) -> datetime | None:
        """When the oldest mail that waits was made; None when none waits."""
        query = select(func.min(mails.c.made_at))

        async def work(connection: AsyncConnection) -> datetime | None:
            found: datetime | None = (await connection.execute(query)).scalar_one()
            return found

        return await self._transact(work)


def _still(taken: Taken) -> tuple[ColumnElement[bool], ...]:
    """Whose attempt it still is."""
    return (mails.c.mail_id == taken.id, mails.c.attempts == taken.attempt)
