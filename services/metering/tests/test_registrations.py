"""The event of a registration finishes what a merge left undone, and an outage loses none."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import nats
import pytest
from prometheus_client import REGISTRY

from codingahead.accounts.v1 import events_pb2
from metering.availability import Availability
from metering.decision import QuestionInvalid, Verdict
from metering.keys import SHARDS, outbox_key, shard_of
from metering.merge import Merge
from metering.merge_store import MergeStore
from metering.merger import Merger
from metering.plans import load_plans
from metering.redis_connection import RedisConnection
from metering.registrations import ACCOUNT_REGISTERED, DURABLE, STREAM, Registrations
from metering.store import Store
from servicekit.bus import Bus
from servicekit.events import Event, MalformedEvent
from servicekit.health import Readiness
from services.metering.tests.conftest import PLANS, open_shards
from services.metering.tests.questions import ANN, FIVE_A_MONTH, GUEST, question
from services.metering.tests.test_merge import DAYS, ONE_IN_30_DAYS
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

MERGE = Merge("g-1", "ann", "free")


def registered(guest: str = "g-1", account: str = "ann", plan: str = "free") -> Event:
    return ACCOUNT_REGISTERED.new(
        events_pb2.AccountRegistered(account_id=account, plan=plan, guest_id=guest)
    )


def now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def merges_counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("metering_merges_total", {"outcome": outcome}) or 0


async def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[Bus]:
    bus = await Bus.connect(nats_server.url, "test")
    yield bus
    await bus.close()


@pytest.fixture
async def availability(store: Store) -> AsyncIterator[Availability]:
    availability = Availability(store, Readiness())
    async with running(availability.probe()):
        await availability.wait()
        yield availability


@pytest.fixture
def registrations(merges: MergeStore, availability: Availability) -> Registrations:
    plans = load_plans(PLANS)
    return Registrations(
        Merger(lambda: plans, merges, availability, recorded=lambda: None), availability
    )


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def deliveries(server: NatsServer) -> tuple[int, int]:
    """Events in hand, and deliveries ever made."""
    client = await nats.connect(server.url)
    try:
        info = await client.jetstream().consumer_info(STREAM, DURABLE)
        assert info.delivered is not None
        return info.num_ack_pending or 0, info.delivered.consumer_seq
    finally:
        await client.close()


async def test_the_event_finishes_a_merge_broken_off_after_the_guest_was_spent(
    store: Store,
    merges: MergeStore,
    redis: RedisConnection,
    registrations: Registrations,
    bus: Bus,
) -> None:
    await store.count([(question("own", subject=GUEST), ONE_IN_30_DAYS)], now())
    await merges.claim(MERGE)
    await merges.spend(MERGE, DAYS, now())
    before = merges_counted("merged"), merges_counted("repeated")
    async with running(registrations.consume(bus)):
        await bus.publish_batch([registered(), registered(guest="", account="bob"), registered()])
        await eventually(lambda: merges_counted("repeated") == before[1] + 1)
    assert merges_counted("merged") == before[0] + 1
    own, new = await store.count(
        [(question("own"), FIVE_A_MONTH), (question("new"), FIVE_A_MONTH)], now()
    )
    assert own is not None
    assert new is not None
    assert (own.verdict, new.verdict, new.charged) == (Verdict.REPEAT, Verdict.GRANTED, 1)
    (waiting,) = await redis.execute([("XLEN", outbox_key(shard_of(ANN)))])
    assert waiting == 2


async def test_an_outage_of_redis_buries_no_registration(
    registrations: Registrations,
    bus: Bus,
    nats_server: NatsServer,
    valkey: ValkeyServer,
    redis: RedisConnection,
) -> None:
    before = merges_counted("merged")
    async with running(registrations.consume(bus)):
        await bus.publish_batch([registered("g-0", "zoe")])
        await eventually(lambda: merges_counted("merged") == before + 1)
        await valkey.kill()
        await bus.publish_batch([registered(f"g-{n}", f"a-{n}") for n in range(1, 6)])
        async with asyncio.timeout(10):
            while (await deliveries(nats_server))[0] == 0:
                await asyncio.sleep(0.05)
        await valkey.start()
        await open_shards(redis)
        await eventually(lambda: merges_counted("merged") == before + 6)
        async with asyncio.timeout(10):
            while await deliveries(nats_server) != (0, 6):
                await asyncio.sleep(0.05)
    client = await nats.connect(nats_server.url)
    state = (await client.jetstream().stream_info("DEAD_LETTER")).state
    await client.close()
    assert state.messages == 0


async def test_a_registration_waits_in_hand_until_the_outbox_has_room(
    availability: Availability, redis: RedisConnection, store: Store
) -> None:
    plans = load_plans(PLANS)
    full = MergeStore(redis, outbox_capacity=SHARDS)
    merger = Merger(lambda: plans, full, availability, recorded=lambda: None)
    await store.count([(question("a"), FIVE_A_MONTH)], now())
    before = merges_counted("merged")
    async with running(Registrations(merger, availability).handle(registered())) as handling:
        await asyncio.wait([handling], timeout=0.3)
        assert not handling.done()
        await redis.execute([("DEL", outbox_key(shard_of(ANN)))])
        async with asyncio.timeout(10):
            await handling
    assert merges_counted("merged") == before + 1


async def test_a_process_without_redis_fetches_no_registration(
    registrations: Registrations,
    bus: Bus,
    nats_server: NatsServer,
    valkey: ValkeyServer,
    redis: RedisConnection,
) -> None:
    await valkey.kill()
    availability = registrations._availability
    availability.lost("killed")
    before = merges_counted("merged")
    async with running(registrations.consume(bus)):
        await bus.publish_batch([registered()])
        client = await nats.connect(nats_server.url)
        info = await client.jetstream().stream_info(STREAM)
        await client.close()
        assert (info.state.messages, info.state.consumer_count) == (1, 0)
        await valkey.start()
        await open_shards(redis)
        await eventually(lambda: merges_counted("merged") == before + 1)


async def test_ids_that_cannot_be_are_buried_at_once(
    registrations: Registrations, bus: Bus, nats_server: NatsServer
) -> None:
    async with running(registrations.consume(bus)):
        await bus.publish_batch([registered(guest="g 1")])
        client = await nats.connect(nats_server.url)
        letters = await client.jetstream().pull_subscribe(
            f"codingahead.dead_letter.{DURABLE}", "undertaker"
        )
        (letter,) = await letters.fetch(1, timeout=10)
        await client.close()
    assert letter.headers is not None
    assert letter.headers["Dead-Letter-Reason"].startswith("guest_id: must be 1 to 64 characters")


async def test_a_plan_not_known_yet_is_worth_another_try_and_a_payload_is_not(
    registrations: Registrations,
) -> None:
    with pytest.raises(QuestionInvalid, match="there is no plan 'gold'"):
        await registrations.handle(registered(plan="gold"))
    event = registered()
    broken = Event(event.id, event.type, event.source, event.subject, event.time, b"\xff")
    with pytest.raises(MalformedEvent, match="cannot be read"):
        await registrations.handle(broken)
