"""An erased account leaves no trace of what it saw, and every unit it was charged stays counted."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import nats
import pytest

from codingahead.accounts.v1 import events_pb2
from metering.decision import Verdict
from metering.erasure import Eraser
from metering.erasures import ACCOUNT_ERASED, Erasures
from metering.ledger_reader import LedgerAway
from metering.merge import Merge, Outcome
from metering.redis_connection import RedisAway, RedisConnection
from metering.usage import usage
from servicekit.bus import Bus
from servicekit.events import MalformedEvent
from services.metering.tests.ledger_site import (
    SHIPPED,
    LedgerSite,
    account,
    guest,
    ledger_site,
    now_ms,
)
from services.metering.tests.questions import ANN, FIVE_A_MONTH, TWO_IN_30_DAYS, question
from services.metering.tests.test_registrations import running
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

DENIED, GRANTED, REPEAT = Verdict.DENIED, Verdict.GRANTED, Verdict.REPEAT


@pytest.fixture
async def site(valkey: ValkeyServer, nats_server: NatsServer) -> AsyncIterator[LedgerSite]:
    async with ledger_site(valkey.url, nats_server) as site, site.running():
        yield site


@pytest.fixture
def eraser(site: LedgerSite) -> Eraser:
    return Eraser(site.redis, site.ledger, lambda: SHIPPED, site.relay.wake)


async def live(site: LedgerSite) -> None:
    """Ann was a guest, registered and saw two pages; Bob saw one."""
    await site.counted(question("icd-10-cm:F32.A", subject=guest("g-1")), TWO_IN_30_DAYS)
    await site.merge("g-1", "ann")
    for code in ("icd-10-cm:F10.20", "icd-10-cm:Z21"):
        await site.counted(question(code))
    await site.counted(question("icd-10-cm:I10", subject=account("bob")))


async def stored(server: NatsServer) -> list[tuple[str, bytes]]:
    """Every message that the ledger holds, however it is read."""
    client = await nats.connect(server.url)
    try:
        jetstream = client.jetstream()
        state = (await jetstream.stream_info("METERING")).state
        found = []
        for sequence in range(state.first_seq, state.last_seq + 1):
            try:
                message = await jetstream.get_msg("METERING", sequence)
            except nats.js.errors.NotFoundError:
                continue
            found.append((str(message.subject), message.data or b""))
        return found
    finally:
        await client.close()


async def units(site: LedgerSite) -> int:
    today = datetime.now(UTC).date()
    return sum(row.units for row in await usage(site.ledger, today, today))


async def test_the_ledger_keeps_the_units_and_neither_who_nor_what(
    site: LedgerSite, eraser: Eraser, nats_server: NatsServer
) -> None:
    await live(site)
    await site.relayed()
    assert await eraser.erase(ANN, now_ms()) == 3
    entries = await stored(nats_server)
    for word in (b"F32.A", b"F10.20", b"Z21"):
        assert not [subject for subject, data in entries if word in data]
    for name in (b"ann", b"g-1"):
        named = {subject.split(".")[3] for subject, data in entries if name in data}
        assert named == {"subject_erased"}
    assert sum(subject.endswith(".anonymous") for subject, _ in entries) == 3
    assert await units(site) == 4
    # Bob's is as it was.
    assert [subject for subject, data in entries if b"bob" in data and b"I10" in data]


async def test_redis_forgets_the_account_and_grants_it_nothing_more(
    site: LedgerSite, eraser: Eraser, redis: RedisConnection
) -> None:
    await live(site)
    await eraser.erase(ANN, now_ms())
    (keys,) = await redis.execute([("KEYS", "*ann*")])
    assert [key.split(":", 1)[1] for key in keys] == ["merge:account:ann"]
    (held,) = await redis.execute([("HGETALL", keys[0])])
    assert held == ["erased", "1"]
    (uses,) = await redis.execute([("KEYS", "*use*g-1*")])
    assert uses == []
    late = await site.counted(question("late"))
    assert (late.verdict, late.merged) == (DENIED, True)
    assert (await site.counted(question("b", subject=account("bob")))).charged == 2
    again = await site.counted(question("again", subject=guest("g-1")), TWO_IN_30_DAYS)
    assert (again.verdict, again.merged) == (DENIED, True)
    assert (await site.merge("g-1", "bob")).outcome is Outcome.GUEST_SPENT
    assert (await site.merge("g-2", "ann")).outcome is Outcome.ACCOUNT_TAKEN


async def test_an_erasure_outlives_a_flush_and_the_return_of_an_older_copy(
    site: LedgerSite, eraser: Eraser, redis: RedisConnection
) -> None:
    await live(site)
    await site.relayed()
    old = {}
    for key in (await redis.execute([("KEYS", "*")]))[0]:
        (old[key],) = await redis.execute([("HGETALL" if "use" in key else "TYPE", key)])
    await eraser.erase(ANN, now_ms())
    await site.relayed()
    await redis.execute([("FLUSHALL",)])
    late = await site.counted(question("late"))
    assert (late.verdict, late.merged) == (DENIED, True)
    spent = await site.counted(question("new", subject=guest("g-1")), TWO_IN_30_DAYS)
    assert (spent.verdict, spent.merged) == (DENIED, True)
    assert (await site.counted(question("c", subject=account("bob")))).charged == 2
    # What an older copy brings back goes again.
    await redis.execute([("FLUSHALL",)])
    for key, held in old.items():
        if "use" in key:
            await redis.execute([("HSET", key, *held)])
    late = await site.counted(question("late"))
    assert (late.verdict, late.merged) == (DENIED, True)
    (uses,) = await redis.execute([("KEYS", "*:use:account:ann:*")])
    assert uses == []
    await site.relayed()
    assert (await site.drift()).units == 0


async def test_an_erasure_broken_off_anywhere_is_finished_by_repeating(
    site: LedgerSite, eraser: Eraser, nats_server: NatsServer
) -> None:
    await live(site)
    await site.relayed()
    failures = 0
    for step in range(100):
        broken = _Breaking(site, step)
        try:
            await Eraser(broken, broken, lambda: SHIPPED, site.relay.wake).erase(ANN, now_ms())  # type: ignore[arg-type]
        except RedisAway:
            failures += 1
        else:
            break
    assert failures > 10
    entries = await stored(nats_server)
    for word in (b"F32.A", b"F10.20", b"Z21"):
        assert not [subject for subject, data in entries if word in data]
    assert await units(site) == 4
    named = [subject for subject, data in entries if b"ann" in data]
    assert len(named) == 1


class _Breaking:
    """Redis and the ledger, of which one breaks off before the step of a number."""

    def __init__(self, site: LedgerSite, step: int) -> None:
        self._site = site
        self._left = step

    def _step(self) -> None:
        if self._left == 0:
            raise RedisAway("broken off")
        self._left -= 1

    async def execute(self, *arguments, **options):  # type: ignore[no-untyped-def]
        self._step()
        return await self._site.redis.execute(*arguments, **options)

    async def append(self, *arguments):  # type: ignore[no-untyped-def]
        self._step()
        return await self._site.ledger.append(*arguments)

    async def delete(self, *arguments):  # type: ignore[no-untyped-def]
        self._step()
        return await self._site.ledger.delete(*arguments)

    def read(self, *arguments, **options):  # type: ignore[no-untyped-def]
        return self._site.ledger.read(*arguments, **options)


async def test_the_event_erases_and_waits_for_what_is_away(
    site: LedgerSite, eraser: Eraser, nats_server: NatsServer
) -> None:
    await live(site)
    await site.relayed()
    erasures = Erasures(eraser, site.availability)
    event = ACCOUNT_ERASED.new(events_pb2.AccountErased(account_id="ann"))
    await nats_server.stop()
    with pytest.raises(LedgerAway):
        await eraser.erase(ANN, now_ms())
    async with running(erasures.handle(event)) as handling:
        await asyncio.wait([handling], timeout=0.3)
        assert not handling.done()
        await nats_server.start()
        async with asyncio.timeout(30):
            await handling
    assert not [data for _, data in await stored(nats_server) if b"F10.20" in data]
    with pytest.raises(MalformedEvent, match="account_id: must be 1 to 64"):
        await erasures.handle(ACCOUNT_ERASED.new(events_pb2.AccountErased(account_id="a b")))


async def test_the_event_is_consumed(
    site: LedgerSite, eraser: Eraser, nats_server: NatsServer
) -> None:
    await live(site)
    bus = await Bus.connect(nats_server.url, "test")
    async with running(Erasures(eraser, site.availability).consume(bus)):
        event = ACCOUNT_ERASED.new(events_pb2.AccountErased(account_id="ann"))
        assert await bus.publish_batch([event]) == [True]
        async with asyncio.timeout(20):
            while not (await site.counted(question("late"), FIVE_A_MONTH)).merged:
                await asyncio.sleep(0.05)
    await bus.close()


async def test_a_guest_that_was_claimed_only_is_left_alone(
    site: LedgerSite, eraser: Eraser
) -> None:
    await site.counted(question("own", subject=guest("g-1")), TWO_IN_30_DAYS)
    await site.merges.claim(Merge("g-1", "ann", "free"))
    await eraser.erase(ANN, now_ms())
    use = await site.counted(question("own", subject=guest("g-1")), TWO_IN_30_DAYS)
    assert use.verdict is REPEAT
