"""A process that sends mail is killed in each moment: none is lost, and what doubles is one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.mailing import DUE, WAITING, until_nothing_waits
from services.accounts.tests.people import register_request
from services.accounts.tests.smtp_server import SmtpServer
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer

SECONDS = 5.0


class Mailing:
    """An accounts process that sends through *mail_server*, and what waits in its database."""

    def __init__(self, process: AccountsProcess, mail_server: SmtpServer, sql: Sql) -> None:
        self.process = process
        self.mail_server = mail_server
        self.sql = sql

    async def register(self) -> None:
        await self.process.stub.Register(register_request(), timeout=SECONDS)

    async def die_and_come_back(self) -> None:
        """Killed as by ``kill -9``; its lease on the mail is over when it is back."""
        await self.process.kill()
        self.mail_server.recipient_gate.set()
        self.mail_server.data_gate.set()
        await self.sql(DUE)
        self.process.lines.clear()
        await self.process.start()


@pytest.fixture
async def mailing(
    database_url: str, nats_server: NatsServer, mail_server: SmtpServer, sql: Sql
) -> AsyncIterator[Mailing]:
    process = AccountsProcess(
        database_url,
        nats_server.url,
        ACCOUNTS_SMTP_HOST="127.0.0.1",
        ACCOUNTS_SMTP_PORT=str(mail_server.port),
        ACCOUNTS_SMTP_SECURITY="none",
        ACCOUNTS_MAIL_FROM="no-reply@codes.example",
        ACCOUNTS_BASE_URL="https://codes.example",
    )
    try:
        await process.start()
        yield Mailing(process, mail_server, sql)
    finally:
        await process.kill()


async def test_whoever_is_killed_before_the_server_has_the_mail_loses_and_doubles_none(
    mailing: Mailing, mail_server: SmtpServer, sql: Sql
) -> None:
    mail_server.recipient_gate.clear()
    await mailing.register()
    await asyncio.wait_for(mail_server.at_recipient.wait(), 10)
    await mailing.die_and_come_back()
    await mail_server.until(1)
    await until_nothing_waits(sql)
    assert len(mail_server.received) == 1


async def test_whoever_is_killed_while_the_server_has_the_mail_sends_it_again_as_the_same(
    mailing: Mailing, mail_server: SmtpServer, sql: Sql
) -> None:
    mail_server.data_gate.clear()
    await mailing.register()
    await asyncio.wait_for(mail_server.at_data.wait(), 10)
    await mailing.die_and_come_back()
    first, second = await mail_server.until(2)
    await until_nothing_waits(sql)
    assert len(mail_server.received) == 2
    assert first.raw == second.raw
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert (
        await mailing.process.metric(
            'accounts_mails_total{kind="confirm_address",outcome="repeated"'
        )
        == 1
    )


async def test_whoever_is_killed_once_a_mail_is_sent_sends_it_no_more(
    mailing: Mailing, mail_server: SmtpServer, sql: Sql
) -> None:
    await mailing.register()
    (mail,) = await mail_server.until(1)
    await until_nothing_waits(sql)
    await mailing.die_and_come_back()
    await asyncio.sleep(0.3)
    assert len(mail_server.received) == 1
    assert mail.recipients == ["ann@example.org"]
    assert "https://codes.example/verify-email?token=" in mail.plain


async def test_neither_addresses_nor_links_stand_in_the_log(
    mailing: Mailing, mail_server: SmtpServer
) -> None:
    mail_server.to_recipient = "550 5.1.1 <ann@example.org> is unknown"
    await mailing.register()
    await mailing.process.logged("mail_refused")
    said = str(mailing.process.lines)
    assert "example.org" not in said
    assert "token" not in said


async def test_mail_waits_where_there_is_no_way_for_it_and_that_is_told(
    process: AccountsProcess, sql: Sql
) -> None:
    await process.logged("mail_waits")
    await process.stub.Register(register_request(), timeout=SECONDS)
    await sql("UPDATE mails SET made_at = made_at - interval '1 hour'")
    async with asyncio.timeout(5):
        while await process.metric("accounts_mails_oldest_age_seconds") < 3600:
            await asyncio.sleep(0.1)
    assert await sql(WAITING) == [("confirm_address", 0, False)]
