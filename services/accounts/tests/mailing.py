"""Mail that waits, a sender at work, and what came of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.availability import Availability
from accounts.database import Database
from accounts.letters import Letterhead
from accounts.mail_carriers import Carrier
from accounts.mail_queue import MailQueue
from accounts.mail_sender import MAILS, MailSender
from accounts.mail_settings import MailSettings
from accounts.mails import Mail, post
from servicekit.health import Readiness
from services.accounts.tests.conftest import Clock
from services.accounts.tests.smtp_server import SmtpServer
from services.accounts.tests.sql import Sql

DUE = "UPDATE mails SET due_at = made_at"
WAITING = "SELECT kind, attempts, begun_at IS NOT NULL FROM mails ORDER BY position"


def settings(server: SmtpServer, **more: object) -> MailSettings:
    given: dict[str, object] = {
        "base_url": "https://codes.example",
        "mail_from": "no-reply@codes.example",
        "mail_seconds": 2.0,
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": "none",
    }
    return MailSettings.model_validate(given | more)


@asynccontextmanager
async def sending(database: Database, carrier: Carrier, clock: Clock) -> AsyncIterator[MailSender]:
    availability = Availability(database, database, Readiness())
    queue = MailQueue(database.transact)
    head = Letterhead("Coding Ahead", "no-reply@codes.example")
    sender = MailSender(queue, carrier, head, availability, clock, seconds=2.0)
    tasks = [asyncio.create_task(availability.probe()), asyncio.create_task(sender.run())]
    try:
        yield sender
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await sender.stop()


async def posted(database: Database, clock: Clock, count: int = 1, kind: str = "notice") -> None:
    async def work(connection: AsyncConnection) -> None:
        for number in range(count):
            mail = Mail(kind, f"ann{number}@example.org", "news", "Hello\n", "<p>Hello</p>")
            await post(connection, "", mail, clock())

    await database.transact(work)


async def until_nothing_waits(sql: Sql) -> None:
    async with asyncio.timeout(15):
        while await sql("SELECT 1 FROM mails"):
            await asyncio.sleep(0.02)


async def until_tried(sql: Sql, attempts: int) -> None:
    """Until the one mail was tried so often and is put off again."""
    async with asyncio.timeout(15):
        query = "SELECT 1 FROM mails WHERE attempts >= :n AND due_at <> made_at"
        while not await sql(query, n=attempts):
            await asyncio.sleep(0.02)


def counted(kind: str, outcome: str) -> float:
    value: float = MAILS.labels(kind, outcome)._value.get()
    return value
