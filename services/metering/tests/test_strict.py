"""The ledger as arbiter: many who ask at once, lost acknowledgements, expiry, erasure."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import nats
import pytest
from prometheus_client import REGISTRY

from codingahead.metering.v1 import events_pb2
from metering.balance import Balance, Holder
from metering.decision import Question, Reason, Subject, Verdict
from metering.erasure import Eraser
from metering.ledger_reader import STREAM, LedgerAway
from metering.periods import CalendarMonth
from metering.plans import Limit
from metering.reaper import Reaper
from metering.strict import Outcome, Reserved
from metering.strict_audit import Audit, audit
from metering.strict_count import StrictCount
from metering.strict_entries import balance_of, entry_in, subject_of_holder
from metering.strict_ledger import StrictLedger
from metering.usage import Used, usage
from servicekit.bus import Bus
from servicekit.events import Event
from services.metering.tests.ledger_site import (
    SHIPPED,
    LedgerSite,
    account,
    guest,
    ledger_site,
    now_ms,
)
from services.metering.tests.questions import ANN, TWO_IN_30_DAYS
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

DENIED, GRANTED, REPEAT = Verdict.DENIED, Verdict.GRANTED, Verdict.REPEAT
CONSULT = "consult"
THREE = Limit(3, CalendarMonth())
_LATE = "metering_strict_unknown_total"


@pytest.fixture
async def site(valkey: ValkeyServer, nats_server: NatsServer) -> AsyncIterator[LedgerSite]:
    async with ledger_site(valkey.url, nats_server) as site, site.running():
        while not site.availability.up or len(await _closed(site)):
            await asyncio.sleep(0.02)
        yield site


async def _closed(site: LedgerSite) -> list[int]:
    states = await site.keeper._shards.inspect()
    return [state.shard for state in states if not state.open]


@asynccontextmanager
async def counting(
    site: LedgerSite, server: NatsServer, *, seconds: float = 20, lifetime: float = 120
) -> AsyncIterator[StrictCount]:
    """The count as another process has it."""
    bus = await Bus.connect(server.url, "another")
    try:
        yield StrictCount(StrictLedger(bus), site.store, seconds=seconds, lifetime_seconds=lifetime)
    finally:
        await bus.close()


@pytest.fixture
async def count(site: LedgerSite, nats_server: NatsServer) -> AsyncIterator[StrictCount]:
    async with counting(site, nats_server) as count:
        yield count


def asked(resource: str = "case:1", *, subject: Subject = ANN, request: str = "") -> Question:
    request = request or str(uuid.uuid4())
    return Question(subject, "free", CONSULT, resource, request)


async def reserve(count: StrictCount, question: Question, limit: Limit = THREE) -> Reserved:
    return await count.reserve(question, limit, 1, now_ms())


async def entries(
    server: NatsServer, subject: Subject = ANN, action: str = CONSULT
) -> list[events_pb2.UnitsAccounted]:
    """What the ledger has of a holder, in order."""
    client = await nats.connect(server.url)
    try:
        jetstream = client.jetstream()
        wanted = subject_of_holder(Holder(subject, action))
        state = (await jetstream.stream_info(STREAM, subjects_filter=wanted)).state
        found = []
        for sequence in range(state.first_seq, state.last_seq + 1):
            try:
                message = await jetstream.get_msg(STREAM, sequence)
            except nats.js.errors.NotFoundError:
                continue
            if message.subject == wanted:
                found.append(entry_in(message.data or b""))
        return found
    finally:
        await client.close()


async def last(server: NatsServer, subject: Subject = ANN) -> Balance:
    return balance_of((await entries(server, subject))[-1])


async def audited(site: LedgerSite) -> Audit:
    found = Audit()
    for shard in range(64):
        found.add(await audit(site.ledger, shard))
    return found


async def test_two_processes_grant_a_last_unit_once_among_two_hundred_who_ask(
    site: LedgerSite, nats_server: NatsServer
) -> None:
    async with counting(site, nats_server) as one, counting(site, nats_server) as two:
        for number in range(2):
            await one.decide(asked(f"case:{number}"), THREE, now_ms())
        answers = await asyncio.gather(
            *(reserve((one, two)[number % 2], asked(f"another:{number}")) for number in range(200))
        )
    told = Counter((answer.use.verdict, answer.use.why) for answer in answers)
    assert told == {(GRANTED, None): 1, (DENIED, Reason.RESERVED): 199}
    balance = await last(nats_server)
    assert (balance.settled, balance.open) == (2, 1)


async def test_two_processes_that_contend_for_a_holder_lose_no_turn(
    site: LedgerSite, nats_server: NatsServer
) -> None:
    forty = Limit(40, CalendarMonth())
    async with counting(site, nats_server) as one, counting(site, nats_server) as two:
        uses = await asyncio.gather(
            *(
                (one, two)[number % 2].decide(asked(f"case:{number}"), forty, now_ms())
                for number in range(60)
            )
        )
    assert Counter(use.verdict for use in uses) == {GRANTED: 40, DENIED: 20}
    # What an answer says is left was left then.
    granted = [use.charged for use in uses if use.verdict is GRANTED]
    assert sorted(granted) == list(range(1, 41))
    assert (await audited(site)).unbalanced == 0


async def test_the_same_request_gets_the_same_reservation_whoever_is_asked(
    site: LedgerSite, nats_server: NatsServer
) -> None:
    question = asked(request=str(uuid.uuid4()))
    async with counting(site, nats_server) as one, counting(site, nats_server) as two:
        answers = await asyncio.gather(*(reserve(each, question) for each in (one, two) * 5))
        names = {answer.use.decision_id for answer in answers}
        assert len(names) == 1
        settled = [
            await each.settle(Holder(ANN, CONSULT), names.copy().pop(), 1, now_ms())
            for each in (one, two)
        ]
    assert [(each.outcome, each.units) for each in settled] == [(Outcome.SETTLED, 1)] * 2
    balance = await last(nats_server)
    assert (balance.reserved, balance.settled) == (1, 1)


class _StallsBeforeWriting(StrictLedger):
    """The server takes what is written, and answers after *seconds*."""

    def __init__(self, bus: Bus, server: NatsServer, seconds: float) -> None:
        super().__init__(bus)
        self._server = server
        self._stall_seconds = seconds

    async def write(self, event: Event, after: int) -> bool:
        self._server.stall()
        # Its threads stop one after the other.
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().call_later(self._stall_seconds, self._server.resume)
        return await super().write(event, after)


@pytest.mark.parametrize("kind", ["reserve", "decide"])
async def test_an_entry_whose_acknowledgement_is_late_is_looked_up(
    site: LedgerSite, nats_server: NatsServer, kind: str
) -> None:
    bus = await Bus.connect(nats_server.url, "stalls")
    ledger = _StallsBeforeWriting(bus, nats_server, 0.8)
    late = REGISTRY.get_sample_value(_LATE) or 0
    count = StrictCount(ledger, site.store, seconds=20, lifetime_seconds=120)
    try:
        if kind == "reserve":
            use = (await reserve(count, asked())).use
        else:
            use = await count.decide(asked(), THREE, now_ms())
    finally:
        await bus.close()
    assert use.verdict is GRANTED
    assert (REGISTRY.get_sample_value(_LATE) or 0) > late
    (entry,) = await entries(nats_server)
    assert {change.reservation_id for change in entry.changes} == {use.decision_id}
    assert balance_of(entry).reserved == 1


async def test_what_cannot_be_known_in_time_is_not_granted_and_asking_again_tells(
    site: LedgerSite, nats_server: NatsServer, count: StrictCount
) -> None:
    bus = await Bus.connect(nats_server.url, "stalls")
    ledger = _StallsBeforeWriting(bus, nats_server, 1.0)
    impatient = StrictCount(ledger, site.store, seconds=0.5, lifetime_seconds=120)
    question = asked()
    try:
        with pytest.raises(LedgerAway):
            await reserve(impatient, question)
        # Nobody waits in vain a second time.
        with pytest.raises(LedgerAway, match="did not answer just now"):
            await reserve(impatient, asked("another"))
    finally:
        await bus.close()
    # It had landed, or lands now; either way once.
    assert (await reserve(count, question)).use.verdict is GRANTED
    balance = await last(nats_server)
    assert (balance.reserved, balance.open) == (1, 1)


async def test_a_ledger_that_is_restarted_goes_on_where_it_was(
    site: LedgerSite, nats_server: NatsServer, count: StrictCount
) -> None:
    step = await reserve(count, asked())
    assert step.reservation is not None
    await nats_server.stop()
    with pytest.raises(LedgerAway):
        await reserve(count, asked("another"))
    await nats_server.start()
    async with asyncio.timeout(20):
        while True:
            try:
                settled = await count.settle(Holder(ANN, CONSULT), step.reservation.id, 1, now_ms())
            except LedgerAway:
                await asyncio.sleep(0.1)
            else:
                break
    assert settled.outcome is Outcome.SETTLED
    assert (await count.decide(asked(), THREE, now_ms())).verdict is REPEAT


async def test_what_is_never_settled_expires_and_is_written_down(
    site: LedgerSite, nats_server: NatsServer
) -> None:
    one = Limit(1, CalendarMonth())
    async with counting(site, nats_server, lifetime=0.5) as count:
        step = await reserve(count, asked(), one)
        assert step.reservation is not None
        await reserve(count, asked(subject=account("bob")))
        assert (await reserve(count, asked("another"), one)).use.why is Reason.RESERVED
        await asyncio.sleep(0.6)
        # Past its moment it is gone, whether or not that is written.
        assert len(await entries(nats_server)) == 1
        assert (await reserve(count, asked("another"), one)).use.verdict is GRANTED
        late = await count.settle(Holder(ANN, CONSULT), step.reservation.id, 1, now_ms())
        assert (late.outcome, late.units) == (Outcome.EXPIRED, 0)
        reapers = [Reaper(site.redis, site.ledger, count) for _ in range(2)]
        tasks = [asyncio.create_task(reaper.run()) for reaper in reapers]
        async with asyncio.timeout(20):
            while (await last(nats_server)).open or (await last(nats_server, account("bob"))).open:
                await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    balance = await last(nats_server)
    assert (balance.reserved, balance.settled, balance.expired) == (2, 0, 2)
    found = await audited(site)
    assert (found.unbalanced, found.holders) == (0, 2)


async def test_what_one_holder_has_open_of_two_actions_may_expire_at_one_moment(
    site: LedgerSite, nats_server: NatsServer
) -> None:
    async with counting(site, nats_server, lifetime=0.5) as count:
        at = now_ms()
        for action in (CONSULT, "ask_assistant"):
            await count.reserve(replace(asked(), action=action), THREE, 1, at)
        reaping = asyncio.create_task(Reaper(site.redis, site.ledger, count).run())
        async with asyncio.timeout(20):
            while len(await entries(nats_server)) < 2 or (
                len(await entries(nats_server, action="ask_assistant")) < 2
            ):
                assert not reaping.done(), reaping.exception()
                await asyncio.sleep(0.1)
        reaping.cancel()
        await asyncio.gather(reaping, return_exceptions=True)


async def test_a_reaper_that_comes_later_and_loses_the_ledger_still_reaps(
    site: LedgerSite, nats_server: NatsServer
) -> None:
    async with counting(site, nats_server, lifetime=1.5) as count:
        await reserve(count, asked())
        reaping = asyncio.create_task(Reaper(site.redis, site.ledger, count).run())
        await asyncio.sleep(0.5)
        await nats_server.stop()
        await asyncio.sleep(1.2)
        await nats_server.start()
        async with asyncio.timeout(30):
            while (await last(nats_server)).open:
                await asyncio.sleep(0.1)
        reaping.cancel()
        await asyncio.gather(reaping, return_exceptions=True)


async def test_nothing_hangs_on_what_redis_remembers(
    site: LedgerSite, valkey: ValkeyServer, nats_server: NatsServer, count: StrictCount
) -> None:
    for number in range(3):
        await count.decide(asked(f"case:{number}"), THREE, now_ms())
    await valkey.ask("FLUSHALL")
    async with asyncio.timeout(20):
        while not await _is_known(site):
            await asyncio.sleep(0.02)
    use = await count.decide(asked("case:9"), THREE, now_ms())
    assert (use.verdict, use.charged) == (DENIED, 3)
    assert (await count.decide(asked("case:1"), THREE, now_ms())).verdict is REPEAT
    # Neither does the ledger's record of fast actions see anything of it.
    assert (await site.drift()).units == 0


async def _is_known(site: LedgerSite) -> bool:
    try:
        await site.store.spent(ANN)
    except Exception:
        return False
    return True


async def test_a_guest_that_went_to_an_account_gets_nothing_more(
    site: LedgerSite, count: StrictCount
) -> None:
    gone = guest("g-1")
    await count.decide(asked(subject=gone), TWO_IN_30_DAYS, now_ms())
    await site.merge("g-1", "ann")
    use = await count.decide(asked("new", subject=gone), TWO_IN_30_DAYS, now_ms())
    assert (use.verdict, use.merged, use.charged, use.ends_ms) == (DENIED, True, 2, 0)
    assert (await count.decide(asked(subject=gone), TWO_IN_30_DAYS, now_ms())).verdict is REPEAT


async def test_an_erased_account_leaves_its_units_and_neither_who_nor_what(
    site: LedgerSite, nats_server: NatsServer, count: StrictCount
) -> None:
    await count.decide(asked("guest's", subject=guest("g-1")), TWO_IN_30_DAYS, now_ms())
    await site.merge("g-1", "ann")
    step = await reserve(count, asked("open"))
    await count.decide(asked("first"), THREE, now_ms())
    await count.decide(asked("bob's", subject=account("bob")), THREE, now_ms())
    today = datetime.now(UTC).date()
    before = await usage(site.ledger, today, today)
    eraser = Eraser(site.redis, site.ledger, lambda: SHIPPED, site.relay.wake)
    for _ in range(2):
        await eraser.erase(ANN, now_ms())
    assert await usage(site.ledger, today, today) == before == [Used(today, "free", CONSULT, 3)]
    for subject in (ANN, guest("g-1")):
        for action in (CONSULT, "ask_assistant"):
            (entry,) = await entries(nats_server, subject, action)
            assert entry.erased
            assert (entry.subject.id, len(entry.changes)) == ("", 0)
    assert len(await entries(nats_server, account("bob"))) == 1
    # Who had read the balance before writes nothing any more.
    stale = await count.decide(asked("late"), THREE, now_ms())
    assert (stale.verdict, stale.merged) == (DENIED, True)
    assert step.reservation is not None
    late = await count.settle(Holder(ANN, CONSULT), step.reservation.id, 1, now_ms())
    assert late.outcome is Outcome.UNKNOWN
    assert (await audited(site)).unbalanced == 0


class _ErasedMeanwhile(StrictLedger):
    """An erasure passes between reading and writing."""

    def __init__(self, bus: Bus, eraser: Eraser) -> None:
        super().__init__(bus)
        self._eraser = eraser

    async def write(self, event: Event, after: int) -> bool:
        await self._eraser.erase(ANN, now_ms())
        return await super().write(event, after)


async def test_an_erasure_cannot_be_overtaken_by_a_first_question(
    site: LedgerSite, nats_server: NatsServer
) -> None:
    bus = await Bus.connect(nats_server.url, "overtakes")
    eraser = Eraser(site.redis, site.ledger, lambda: SHIPPED, site.relay.wake)
    count = StrictCount(_ErasedMeanwhile(bus, eraser), site.store, seconds=20, lifetime_seconds=120)
    try:
        use = await count.decide(asked(), THREE, now_ms())
    finally:
        await bus.close()
    assert (use.verdict, use.merged) == (DENIED, True)
    assert [entry.erased for entry in await entries(nats_server)] == [True]


async def test_an_entry_that_does_not_add_up_is_found(
    site: LedgerSite, nats_server: NatsServer, count: StrictCount
) -> None:
    await count.decide(asked("a"), THREE, now_ms())
    await count.decide(asked("b", subject=account("bob")), THREE, now_ms())
    (entry,) = await entries(nats_server)
    entry.entry_id = "forged"
    del entry.changes[:]
    entry.balance.settled += 1
    entry.balance.reserved += 1
    client = await nats.connect(nats_server.url)
    await client.jetstream().publish(
        subject_of_holder(Holder(ANN, CONSULT)), entry.SerializeToString()
    )
    await client.close()
    found = await audited(site)
    assert (found.entries, found.unbalanced) == (3, 1)
    assert found.subjects == [subject_of_holder(Holder(ANN, CONSULT))]
