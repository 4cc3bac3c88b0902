"""Mail goes out once, whatever the server answers or does not."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.database import Database
from accounts.mail_carriers import SmtpCarrier
from accounts.mails import Mail, post
from services.accounts.tests.conftest import Clock
from services.accounts.tests.mailing import (
    WAITING,
    counted,
    posted,
    sending,
    settings,
    until_nothing_waits,
    until_tried,
)
from services.accounts.tests.smtp_server import SmtpServer
from services.accounts.tests.sql import Sql


async def test_every_mail_that_waits_is_sent_once_by_however_many(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    await posted(database, clock, 25)
    carrier = SmtpCarrier(settings(mail_server))
    async with sending(database, carrier, clock), sending(database, carrier, clock):
        await until_nothing_waits(sql)
    assert sorted(mail.recipients[0] for mail in mail_server.received) == sorted(
        f"ann{number}@example.org" for number in range(25)
    )
    assert len({mail.message["Message-ID"] for mail in mail_server.received}) == 25


async def test_a_mail_of_what_was_never_committed_is_not_sent(
    database: Database, sql: Sql, clock: Clock
) -> None:
    async def work(connection: AsyncConnection) -> None:
        await post(connection, "", Mail("notice", "ann@example.org", "news", "", ""), clock())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.transact(work)
    assert await sql(WAITING) == []


async def test_a_server_that_defers_gets_the_mail_later_and_less_and_less_often(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    await posted(database, clock, kind="notice_deferred")
    mail_server.to_recipient = "451 4.7.1 Greylisted, try again"
    waits: list[timedelta] = []
    async with sending(database, SmtpCarrier(settings(mail_server)), clock) as sender:
        for attempt in (1, 2, 3):
            await until_tried(sql, attempt)
            async with asyncio.timeout(5):
                while counted("notice_deferred", "put_off") < attempt:
                    await asyncio.sleep(0.01)
            ((due,),) = await sql("SELECT due_at FROM mails")
            waits.append(due - clock())
            clock.time = due
            if attempt == 3:
                mail_server.to_recipient = "250 OK"
            sender.wake()
        await until_nothing_waits(sql)
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert len(mail_server.received) == 1


@pytest.mark.parametrize(
    ("to_recipient", "to_data"),
    [("550 5.1.1 No such user", "250 OK"), ("250 OK", "554 5.6.0 Not this")],
)
async def test_a_mail_that_will_never_be_taken_is_given_up_at_once(
    mail_server: SmtpServer,
    database: Database,
    sql: Sql,
    clock: Clock,
    to_recipient: str,
    to_data: str,
) -> None:
    mail_server.to_recipient, mail_server.to_data = to_recipient, to_data
    before = counted("notice", "refused")
    await posted(database, clock)
    async with sending(database, SmtpCarrier(settings(mail_server)), clock):
        await until_nothing_waits(sql)
    assert mail_server.received == []
    assert counted("notice", "refused") == before + 1


async def test_a_server_that_relays_nothing_of_ours_drops_no_mail(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    mail_server.to_recipient = "554 5.7.1 Relay access denied"
    await posted(database, clock)
    async with sending(database, SmtpCarrier(settings(mail_server)), clock):
        await until_tried(sql, 1)
    assert await sql(WAITING) == [("notice", 1, False)]


@pytest.mark.parametrize(
    ("kind", "life"),
    [("notice_old", timedelta(days=1)), ("reset_password", timedelta(minutes=30))],
)
async def test_a_mail_nobody_takes_is_given_up_when_it_is_worth_nothing(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock, kind: str, life: timedelta
) -> None:
    await posted(database, clock, kind=kind)
    mail_server.to_data = "450 4.2.0 Later"
    clock.pass_by(life - timedelta(seconds=29))
    before = counted(kind, "given_up")
    async with sending(database, SmtpCarrier(settings(mail_server)), clock):
        await until_nothing_waits(sql)
    assert counted(kind, "given_up") == before + 1


async def test_a_server_that_is_away_gets_the_mail_when_it_is_back(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    await mail_server.stop()
    await posted(database, clock, 3)
    async with sending(database, SmtpCarrier(settings(mail_server)), clock) as sender:
        async with asyncio.timeout(10):
            while not await sql("SELECT 1 FROM mails WHERE attempts > 0 AND due_at > made_at"):
                await asyncio.sleep(0.02)
        assert await sql("SELECT count(*) FROM mails WHERE begun_at IS NOT NULL") == [(0,)]
        await mail_server.start()
        clock.pass_by(timedelta(minutes=3))
        sender.wake()
        await until_nothing_waits(sql)
    assert len(mail_server.received) == 3


async def test_a_server_that_hangs_is_left_and_holds_up_no_erasing(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    mail_server.recipient_gate.clear()
    await posted(database, clock)
    carrier = SmtpCarrier(settings(mail_server, mail_seconds=0.4))
    async with sending(database, carrier, clock):
        await mail_server.at_recipient.wait()
        # As erasing an account does, while its mail is in a sender's hands.
        async with asyncio.timeout(0.3):
            await sql("UPDATE mails SET account_id = NULL")
        await until_tried(sql, 1)
        async with asyncio.timeout(5):
            while (
                await sql(
                    "SELECT 1 FROM mails WHERE due_at > :lease",
                    lease=clock() + timedelta(seconds=9),
                )
                == []
            ):
                await asyncio.sleep(0.02)
    assert await sql(WAITING) == [("notice", 1, False)]


async def test_a_server_that_takes_a_mail_and_never_says_so_gets_it_again_as_the_same(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    mail_server.data_gate.clear()
    await posted(database, clock, kind="notice_hung")
    carrier = SmtpCarrier(settings(mail_server, mail_seconds=0.4))
    async with sending(database, carrier, clock) as sender:
        await mail_server.until(1)
        async with asyncio.timeout(10):
            while counted("notice_hung", "put_off") == 0:
                await asyncio.sleep(0.01)
        assert await sql(WAITING) == [("notice_hung", 1, True)]
        mail_server.data_gate.set()
        clock.pass_by(timedelta(minutes=1))
        sender.wake()
        await until_nothing_waits(sql)
    first, second = mail_server.received
    assert first.raw == second.raw
    assert counted("notice_hung", "repeated") == 1


async def test_a_link_that_is_good_no_more_is_not_sent_when_the_sender_is_back(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    await posted(database, clock, kind="reset_password")
    await posted(database, clock, kind="notice")
    clock.pass_by(timedelta(days=2))
    async with sending(database, SmtpCarrier(settings(mail_server)), clock):
        await until_nothing_waits(sql)
    assert len(mail_server.received) == 1


async def test_a_mail_that_is_taken_back_in_the_last_moment_is_not_sent(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    mail_server.recipient_gate.clear()
    await posted(database, clock)
    before = counted("notice", "overtaken")
    async with sending(database, SmtpCarrier(settings(mail_server)), clock):
        await mail_server.at_recipient.wait()
        await sql("DELETE FROM mails")
        mail_server.recipient_gate.set()
        async with asyncio.timeout(5):
            while counted("notice", "overtaken") == before:
                await asyncio.sleep(0.01)
    assert mail_server.received == []
