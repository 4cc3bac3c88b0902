"""Events: each happens once, whatever dies between what they tell of and the bus."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import nats
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.availability import Availability
from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.outbox import RELAY_LOCK, Outbox
from accounts.registrar import Registrar
from accounts.relay import Relay
from servicekit.bus import Bus
from servicekit.events import Event
from servicekit.health import Readiness
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.events_reader import STREAM, events_when_there_are, read_events
from services.accounts.tests.people import register_request, registration
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer

SECONDS = 5.0
IDS = "SELECT event_id::text FROM outbox ORDER BY position"


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[Bus]:
    bus = await Bus.connect(nats_server.url, "test")
    yield bus
    await bus.close()


@asynccontextmanager
async def relaying(database: Database, bus: Bus) -> AsyncIterator[Relay]:
    availability = Availability(database, database, Readiness())
    relay = Relay(Outbox(database), bus, availability)
    tasks = [asyncio.create_task(availability.probe()), asyncio.create_task(relay.run())]
    try:
        yield relay
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until_empty(sql: Sql) -> None:
    async with asyncio.timeout(20):
        while await sql(IDS):
            await asyncio.sleep(0.02)


async def published(server: NatsServer) -> list[str]:
    return [event.id for event, _ in await read_events(server.url)]


async def test_each_event_is_published_once_under_the_id_it_was_recorded_with(
    registrar: Registrar,
    doorkeeper: Doorkeeper,
    database: Database,
    sql: Sql,
    bus: Bus,
    nats_server: NatsServer,
) -> None:
    made = [await registrar.register(registration()) for _ in range(5)]
    await doorkeeper.log_out(made[0].session.token)
    ids = [name for (name,) in await sql(IDS)]
    async with relaying(database, bus):
        await until_empty(sql)
    assert len(ids) == 6
    assert await published(nats_server) == ids


async def test_an_event_of_what_was_never_committed_is_not_published(
    registrar: Registrar, sql: Sql
) -> None:
    await sql("ALTER TABLE sessions RENAME TO hidden")
    with pytest.raises(Exception, match="UndefinedTable"):
        await registrar.register(registration())
    await sql("ALTER TABLE hidden RENAME TO sessions")
    assert await sql("SELECT count(*) FROM accounts") == [(0,)]
    assert await sql(IDS) == []


async def test_a_relay_that_dies_between_publish_and_clear_doubles_nothing(
    registrar: Registrar, database: Database, sql: Sql, bus: Bus, nats_server: NatsServer
) -> None:
    for _ in range(3):
        await registrar.register(registration())
    ids = [name for (name,) in await sql(IDS)]

    async def publish_and_die(events: Sequence[Event]) -> list[bool]:
        assert all(await bus.publish_batch(events))
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Outbox(database).pass_on(publish_and_die, 64)
    assert await published(nats_server) == ids
    assert [name for (name,) in await sql(IDS)] == ids
    async with relaying(database, bus):
        await until_empty(sql)
    assert await published(nats_server) == ids


async def test_one_relay_works_at_a_time(
    registrar: Registrar, database: Database, sql: Sql, bus: Bus
) -> None:
    await registrar.register(registration())
    outbox = Outbox(database)

    async def publish_while_another_asks(events: Sequence[Event]) -> list[bool]:
        assert await outbox.pass_on(bus.publish_batch, 64) is None
        return await bus.publish_batch(events)

    passing = await outbox.pass_on(publish_while_another_asks, 64)
    assert passing is not None
    assert passing.moved == 1
    assert await sql(IDS) == []


async def test_another_relay_takes_over(
    registrar: Registrar, database: Database, sql: Sql, bus: Bus, nats_server: NatsServer
) -> None:
    holds = asyncio.Event()
    over = asyncio.Event()

    async def hold(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({RELAY_LOCK})")
        holds.set()
        await over.wait()

    holding = asyncio.create_task(database.transact(hold))
    await holds.wait()
    await registrar.register(registration())
    async with relaying(database, bus):
        over.set()
        await holding
        await until_empty(sql)
    assert len(await published(nats_server)) == 1


async def test_events_wait_for_a_stream_that_is_not_there(
    registrar: Registrar, database: Database, sql: Sql, bus: Bus, nats_server: NatsServer
) -> None:
    client = await nats.connect(nats_server.url)
    await client.jetstream().delete_stream("ACCOUNTS")
    await registrar.register(registration())
    refused = asyncio.Event()

    class Watched(Bus):
        async def publish_batch(
            self,
            events: Sequence[Event],
            timeout: float = 5.0,  # noqa: ASYNC109
        ) -> list[bool]:
            stored = await super().publish_batch(events, timeout)
            if not all(stored):
                refused.set()
            return stored

    watched = await Watched.connect(nats_server.url, "test")
    async with relaying(database, watched):
        await asyncio.wait_for(refused.wait(), 20)
        assert len(await sql(IDS)) == 1
        await client.jetstream().add_stream(STREAM)
        await until_empty(sql)
    await watched.close()
    await client.close()
    assert len(await published(nats_server)) == 1


async def test_a_process_killed_after_its_answer_publishes_once_it_is_back(
    database_url: str, nats_server: NatsServer
) -> None:
    accounts: set[str] = set()
    # The first does not relay: it dies between commit and publish for certain.
    for relay in ("false", "true", "true"):
        process = AccountsProcess(database_url, nats_server.url, ACCOUNTS_RELAY=relay)
        try:
            await process.start()
            for _ in range(5):
                answer = await process.stub.Register(register_request(), timeout=SECONDS)
                accounts.add(answer.session.principal.account_id)
        finally:
            await process.kill()
    process = AccountsProcess(database_url, nats_server.url)
    try:
        await process.start()
        found = await events_when_there_are(nats_server.url, 15)
        async with asyncio.timeout(10):
            while await process.metric("accounts_outbox_events"):
                await asyncio.sleep(0.05)
    finally:
        await process.kill()
    assert {message.account_id for _, message in found} == accounts  # type: ignore[attr-defined]
    assert len(await read_events(nats_server.url)) == 15


async def test_a_bus_that_is_away_stops_no_registration(
    process: AccountsProcess, nats_server: NatsServer
) -> None:
    await process.stub.Register(register_request(), timeout=SECONDS)
    await events_when_there_are(nats_server.url, 1)
    await nats_server.stop()
    for n in range(10):
        await process.stub.Register(register_request(f"p{n}@example.org"), timeout=SECONDS)
    async with asyncio.timeout(10):
        while not await process.metric("accounts_outbox_oldest_age_seconds"):
            await asyncio.sleep(0.05)
        while await process.metric("accounts_outbox_events") < 10:
            await asyncio.sleep(0.05)
    assert '"status": "ready"' in await process.get("/readyz")
    await nats_server.start()
    found = await events_when_there_are(nats_server.url, 11)
    assert len({event.id for event, _ in found}) == 11
    async with asyncio.timeout(10):
        while await process.metric("accounts_outbox_events"):
            await asyncio.sleep(0.05)
    assert len(await read_events(nats_server.url)) == 11


async def test_a_process_that_stops_hands_over_what_waits(
    database_url: str, nats_server: NatsServer, sql: Sql
) -> None:
    process = AccountsProcess(database_url, nats_server.url)
    try:
        await process.start()
        await asyncio.gather(
            *(process.stub.Register(register_request(), timeout=SECONDS) for _ in range(10))
        )
        assert await process.stop() == 0
    finally:
        await process.kill()
    assert await sql(IDS) == []
    assert len(await read_events(nats_server.url)) == 10
