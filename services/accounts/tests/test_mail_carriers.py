"""The ways mail goes: over TLS to whom an authority vouches for, or into a folder."""

from email import message_from_bytes
from pathlib import Path

from pydantic import SecretStr

from accounts.database import Database
from accounts.mail_carriers import FolderCarrier, SmtpCarrier
from services.accounts.tests.conftest import Clock
from services.accounts.tests.mailing import (
    DUE,
    posted,
    sending,
    settings,
    until_nothing_waits,
    until_tried,
)
from services.accounts.tests.smtp_server import SmtpServer
from services.accounts.tests.sql import Sql


async def test_a_password_is_said_only_behind_tls_and_to_whom_the_authority_vouches_for(
    tmp_path: Path, database: Database, sql: Sql, clock: Clock
) -> None:
    server = SmtpServer(tmp_path, user="accounts", password="s3cret")
    await server.start(starttls=True)
    try:
        login = {"smtp_user": "accounts", "smtp_password": SecretStr("s3cret")}
        trusted = {"smtp_ca_file": server.certificate}
        await posted(database, clock)
        untrusting = settings(server, smtp_security="starttls", **login)
        async with sending(database, SmtpCarrier(untrusting), clock):
            await until_tried(sql, 1)
        assert server.received == []
        await sql(DUE)
        right = settings(server, smtp_security="starttls", **login, **trusted)
        async with sending(database, SmtpCarrier(right), clock):
            (mail,) = await server.until(1)
        assert (mail.over_tls, mail.user) == (True, "accounts")
    finally:
        await server.stop()


async def test_a_server_without_starttls_gets_nothing_where_it_is_demanded(
    mail_server: SmtpServer, database: Database, sql: Sql, clock: Clock
) -> None:
    await posted(database, clock)
    carrier = SmtpCarrier(settings(mail_server, smtp_security="starttls"))
    async with sending(database, carrier, clock):
        await until_tried(sql, 1)
    assert mail_server.received == []


async def test_mail_goes_over_tls_from_the_first_byte_on(
    tmp_path: Path, database: Database, sql: Sql, clock: Clock
) -> None:
    server = SmtpServer(tmp_path)
    await server.start(tls=True)
    try:
        await posted(database, clock)
        right = settings(server, smtp_security="tls", smtp_ca_file=server.certificate)
        async with sending(database, SmtpCarrier(right), clock):
            (mail,) = await server.until(1)
        assert mail.over_tls
    finally:
        await server.stop()


async def test_a_folder_gets_one_file_a_mail_that_only_its_owner_reads(
    tmp_path: Path, database: Database, sql: Sql, clock: Clock
) -> None:
    folder = tmp_path / "var" / "mail"
    await posted(database, clock, 2)
    async with sending(database, FolderCarrier(folder), clock):
        await until_nothing_waits(sql)
    files = sorted(folder.iterdir())
    assert len(files) == 2
    for file in files:
        assert file.name.startswith("20260301-120000-notice-")
        assert file.suffix == ".eml"
        assert file.stat().st_mode & 0o077 == 0
        assert message_from_bytes(file.read_bytes())["Message-ID"][1:37] in file.name


async def test_a_file_that_is_written_again_after_a_crash_is_the_same_file(
    tmp_path: Path, database: Database, sql: Sql, clock: Clock
) -> None:
    await posted(database, clock)
    rows = await sql(
        "SELECT mail_id, kind, recipient, subject, plain, html, made_at, due_at FROM mails"
    )
    carrier = FolderCarrier(tmp_path / "mail")
    for _ in range(2):
        async with sending(database, carrier, clock):
            await until_nothing_waits(sql)
        # As if whoever sent it had died before it was noted.
        names = ("id", "kind", "recipient", "subject", "plain", "html", "made", "due")
        await sql(
            "INSERT INTO mails (mail_id, kind, recipient, subject, plain, html, made_at, due_at) "
            "VALUES (:id, :kind, :recipient, :subject, :plain, :html, :made, :due)",
            **dict(zip(names, rows[0], strict=True)),
        )
    assert len(list((tmp_path / "mail").iterdir())) == 1
