"""Erasing while PostgreSQL is slow, locked or killed: an account is gone with its event, or not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.database import Database, DatabaseAway
from accounts.events import ACCOUNT_ERASED
from accounts.freshness import Freshness
from accounts.mail_texts import MailTexts
from accounts.notebook import AccountUnknown
from accounts.privacy import Privacy
from accounts.registrar import Registrar
from accounts.settings import database_at
from services.accounts.tests.people import registration
from services.accounts.tests.sql import Sql
from tests.support.postgres_server import PostgresServer

TEXTS = MailTexts("Coding Ahead", "http://localhost:8000")


def now() -> datetime:
    return datetime.now(UTC)


def privacy_of(database: Database) -> Privacy:
    transact = database.transact
    return Privacy(transact, Freshness(transact, now), TEXTS, lambda: None, now)


@asynccontextmanager
async def connected(url: str, seconds: float) -> AsyncIterator[Database]:
    database = Database(database_at(url), pool=10, seconds=seconds)
    try:
        yield database
    finally:
        await database.close()


async def all_or_nothing(sql: Sql, account_ids: list[str]) -> int:
    """How many are gone; each of them, and none of the others, has its event and its mail."""
    left = {row[0] for row in await sql("SELECT account_id FROM accounts")}
    events = await sql("SELECT data FROM outbox WHERE type = :type", type=ACCOUNT_ERASED.type)
    told = {one for one in account_ids if any(one.encode() in row[0] for row in events)}
    assert told == set(account_ids) - left
    mails = await sql("SELECT count(*) FROM mails WHERE kind = 'account_erased'")
    assert mails == [(len(told),)]
    return len(told)


async def test_a_lock_that_is_not_given_up_ends_in_an_answer_in_time(
    database_url: str, registrar: Registrar, sql: Sql
) -> None:
    made = await registrar.register(registration())
    await sql("UPDATE sessions SET authenticated_at = now(), expires_at = now() + interval '1 day'")
    async with connected(database_url, 10) as other, connected(database_url, 0.3) as hurried:
        held, done = asyncio.Event(), asyncio.Event()

        async def hold(connection: AsyncConnection) -> None:
            await connection.execute(text("SELECT * FROM accounts FOR UPDATE"))
            held.set()
            await done.wait()

        holding = asyncio.create_task(other.transact(hold))
        await held.wait()
        erasing = privacy_of(hurried).erase(made.account.id, made.session.id, "ann@example.org")
        answers = await asyncio.gather(erasing, return_exceptions=True)
        assert isinstance(answers[0], DatabaseAway)
        done.set()
        await holding
        assert await all_or_nothing(sql, [made.account.id]) == 0
        # It is done as soon as there is no lock.
        await privacy_of(hurried).erase(made.account.id, made.session.id, "ann@example.org")
    assert await all_or_nothing(sql, [made.account.id]) == 1


async def test_killed_in_the_middle_it_leaves_no_half_of_an_account(
    durable_postgres: PostgresServer,
) -> None:
    names = [f"p{number}" for number in range(12)]
    async with connected(durable_postgres.url, 5) as database:
        sql = Sql(database)
        await sql(
            "INSERT INTO accounts (account_id, email, email_key, name, plan, password_hash, "
            "request_id, registered_at) SELECT p || '-account', p || '@example.org', "
            "p || '@example.org', '', 'free', '', gen_random_uuid(), now() "
            "FROM unnest(CAST(:names AS text[])) AS p",
            names=names,
        )
        await sql(
            "INSERT INTO sessions (session_id, token_hash, account_id, begun_at, expires_at) "
            "SELECT p || '-session', sha256(p::bytea), p || '-account', now(), "
            "now() + interval '1 day' FROM unnest(CAST(:names AS text[])) AS p",
            names=names,
        )
        privacy = privacy_of(database)

        async def erase(name: str) -> bool:
            try:
                await privacy.erase(f"{name}-account", f"{name}-session", f"{name}@example.org")
            except (DatabaseAway, AccountUnknown):
                return False
            return True

        erasing = [asyncio.create_task(erase(one)) for one in names]
        await asyncio.wait(erasing, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.to_thread(durable_postgres.kill)
        done = await asyncio.gather(*erasing)
    acknowledged = {f"{name}-account" for name, ok in zip(names, done, strict=True) if ok}
    assert acknowledged
    await asyncio.to_thread(durable_postgres.start)
    async with connected(durable_postgres.url, 5) as database:
        sql = Sql(database)
        gone = await all_or_nothing(sql, [f"{name}-account" for name in names])
        assert gone >= len(acknowledged)
        left = {row[0] for row in await sql("SELECT account_id FROM accounts")}
        assert not left & acknowledged
