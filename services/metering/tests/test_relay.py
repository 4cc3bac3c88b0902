"""Every grant reaches the ledger exactly once, whatever dies on the way."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import nats
import pytest
from prometheus_client import REGISTRY

from metering.decision import Subject
from metering.keys import SHARDS, outbox_key
from metering.outbox import Entry, Outbox
from metering.redis_connection import RedisConnection
from metering.relay import CONSUMER, Relay
from metering.store import Store
from servicekit.bus import Bus
from services.metering.tests.ledger_reader import read_ledger
from services.metering.tests.questions import UNLIMITED, question
from tests.support.nats_server import NatsServer


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[Bus]:
    bus = await Bus.connect(nats_server.url, "test")
    yield bus
    await bus.close()


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def grant(store: Store, number: int, begin: int = 0) -> set[str]:
    """Make so many grants of as many subjects; answers their decision ids."""
    charges = [
        (question(f"hcpcs:J{n:04}", subject=Subject("guest", f"g{n % 97}")), UNLIMITED)
        for n in range(begin, begin + number)
    ]
    uses = await store.count(charges, int(time.time() * 1000))
    names = {use.decision_id for use in uses if use}
    assert len(names) == number
    return names


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def until_empty(outbox: Outbox, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while await outbox.size():
            await asyncio.sleep(0.02)


async def ledger_ids(server: NatsServer) -> list[str]:
    return sorted(entry.decision_id for entry in await read_ledger(server.url))


async def test_each_grant_becomes_one_event(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    names = await grant(store, 300)
    outbox = Outbox(redis)
    async with running(Relay(outbox, bus)):
        await until_empty(outbox)
    assert await ledger_ids(nats_server) == sorted(names)


async def test_an_event_tells_the_whole_grant(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    now = int(time.time() * 1000)
    (use,) = await store.count([(question("hcpcs:J0100"), UNLIMITED)], now)
    assert use is not None
    outbox = Outbox(redis)
    async with running(Relay(outbox, bus)):
        await until_empty(outbox)
    (entry,) = await read_ledger(nats_server.url)
    assert entry.decision_id == use.decision_id
    assert (entry.subject.id, entry.plan, entry.action) == ("ann", "free", "view_code")
    assert (entry.resource, entry.units) == ("hcpcs:J0100", 1)
    assert entry.granted_at.ToMilliseconds() == now
    assert entry.period_start.ToMilliseconds() <= now < entry.period_end.ToMilliseconds()
    assert entry.period_end.ToMilliseconds() == use.ends_ms
    assert use.decision_id.endswith(f"-{entry.shard:02}-{entry.entry_id}")


class Dying(Outbox):
    """Dies when it should clear: what it did not clear was published."""

    died = False

    async def clear(self, entries: Sequence[Entry]) -> None:
        self.died = True
        raise asyncio.CancelledError


async def test_a_relay_that_dies_between_publish_and_clear_doubles_nothing(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    names = await grant(store, 40)
    dying = Dying(redis, lease_seconds=0.3)
    async with running(Relay(dying, bus)):
        await until(lambda: dying.died)
    assert await ledger_ids(nats_server) == sorted(names)
    outbox = Outbox(redis)
    assert await outbox.size() == 40
    async with running(Relay(outbox, bus)):
        await until_empty(outbox)
    assert await ledger_ids(nats_server) == sorted(names)


async def test_grants_wait_while_the_bus_is_away(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    outbox = Outbox(redis)
    relay = Relay(outbox, bus)
    async with running(relay):
        names = await grant(store, 50)
        await until_empty(outbox)
        await nats_server.stop()
        names |= await grant(store, 200, begin=50)
        await asyncio.sleep(0.5)
        assert await outbox.size() == 200
        await nats_server.start()
        await until_empty(outbox)
    assert await ledger_ids(nats_server) == sorted(names)


async def test_an_outage_may_last_as_long_as_it_likes(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    await nats_server.stop()
    names = await grant(store, 3)
    outbox = Outbox(redis, lease_seconds=0.5)
    relay = Relay(outbox, bus)
    relay._failures = 5_000  # so many in about five hours
    async with running(relay):
        await until(lambda: relay._failures > 5_000)
        await nats_server.start()
        await until_empty(outbox)
    assert await ledger_ids(nats_server) == sorted(names)


async def test_a_relay_without_the_lease_tells_nothing_of_what_waits(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    await nats_server.stop()
    await grant(store, 3)
    waiting = "metering_outbox_entries"
    mine, other = Outbox(redis, lease_seconds=0.2), Outbox(redis)
    async with running(Relay(mine, bus)):
        await until(lambda: REGISTRY.get_sample_value(waiting) == 3)
        async with asyncio.timeout(10):
            while not await other.hold():
                await asyncio.sleep(0.02)
        await until(lambda: REGISTRY.get_sample_value(waiting) == 0)
    assert REGISTRY.get_sample_value("metering_outbox_oldest_age_seconds") == 0


async def test_grants_wait_for_a_stream_that_is_not_there(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    client = await nats.connect(nats_server.url)
    config = (await client.jetstream().stream_info("METERING")).config
    await client.jetstream().delete_stream("METERING")
    outbox = Outbox(redis)
    async with running(Relay(outbox, bus)):
        names = await grant(store, 30)
        await asyncio.sleep(0.5)
        assert await outbox.size() == 30
        await client.jetstream().add_stream(config)
        await until_empty(outbox)
    await client.close()
    assert await ledger_ids(nats_server) == sorted(names)


async def test_one_relay_works_and_another_takes_over(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    first, second = (Outbox(redis, lease_seconds=0.5) for _ in range(2))
    async with running(Relay(first, bus)):
        await until(lambda: first.held)
        async with running(Relay(second, bus)):
            names = await grant(store, 50)
            await until_empty(second)
            assert [outbox.held for outbox in (first, second)] == [True, False]
    async with running(Relay(second, bus)):
        names |= await grant(store, 50, begin=50)
        await until_empty(second)
        assert [outbox.held for outbox in (first, second)] == [False, True]
    assert await ledger_ids(nats_server) == sorted(names)


async def test_a_relay_that_stops_empties_the_outbox_and_hands_over(
    store: Store, redis: RedisConnection, bus: Bus
) -> None:
    outbox = Outbox(redis)
    relay = Relay(outbox, bus)
    assert await outbox.hold()
    # More of a shard than one reading takes.
    await grant(store, 3_000)
    await relay.stop()
    assert await outbox.size() == 0
    assert await Outbox(redis).hold()


async def test_a_lease_is_kept_by_asking_again(redis: RedisConnection) -> None:
    mine, other = Outbox(redis, lease_seconds=0.4), Outbox(redis, lease_seconds=0.4)
    for _ in range(8):
        assert await mine.hold()
        assert not await other.hold()
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    assert not mine.held
    assert await other.hold()


async def poison(redis: RedisConnection, shard: int, **fields: str) -> None:
    words = [word for pair in fields.items() for word in pair]
    await redis.execute([("XADD", outbox_key(shard), "1-1", *words)])


async def test_an_entry_that_no_event_can_be_made_of_holds_up_no_other(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    for shard in range(SHARDS):
        await poison(redis, shard, kind="robot", epoch="00000001")
    names = await grant(store, 100)
    outbox = Outbox(redis)
    before = dead_letters()
    async with running(Relay(outbox, bus)):
        await until_empty(outbox)
    assert await ledger_ids(nats_server) == sorted(names)
    assert await outbox.refused() == SHARDS
    assert dead_letters() == before + SHARDS


@pytest.mark.parametrize("alone", [True, False])
async def test_an_entry_that_the_ledger_refuses_is_set_aside_and_goes_once_it_may(
    alone: bool, store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    client = await nats.connect(nats_server.url)
    config = (await client.jetstream().stream_info("METERING")).config
    await client.jetstream().update_stream(replace(config, max_msg_size=2_000))
    now = int(time.time() * 1000)
    (large,) = await store.count([(question("x" * 5_000), UNLIMITED)], now)
    assert large is not None
    names = set() if alone else await grant(store, 100)
    outbox = Outbox(redis)
    async with running(Relay(outbox, bus)):
        await until_empty(outbox)
        assert await ledger_ids(nats_server) == sorted(names)
        assert await outbox.refused() == 1
        await client.jetstream().update_stream(replace(config, max_msg_size=-1))
        assert await outbox.take_back() == 1
        await until_empty(outbox)
    await client.close()
    # Under the name that the decision had.
    assert await ledger_ids(nats_server) == sorted({*names, large.decision_id})
    assert await outbox.refused() == 0


async def test_a_ledger_that_is_full_is_an_outage_and_nothing_is_set_aside(
    store: Store, redis: RedisConnection, bus: Bus, nats_server: NatsServer
) -> None:
    client = await nats.connect(nats_server.url)
    config = (await client.jetstream().stream_info("METERING")).config
    await client.jetstream().update_stream(replace(config, max_msgs=10))
    names = await grant(store, 30)
    outbox = Outbox(redis)
    relay = Relay(outbox, bus)
    async with running(relay):
        await until(lambda: relay._failures > 4, seconds=40)
        assert await outbox.size() == 20
        assert await outbox.refused() == 0
        await client.jetstream().update_stream(replace(config, max_msgs=-1))
        await until_empty(outbox)
    await client.close()
    assert await ledger_ids(nats_server) == sorted(names)


def dead_letters() -> float:
    labels = {"consumer": CONSUMER}
    return REGISTRY.get_sample_value("bus_dead_letters_total", labels) or 0
