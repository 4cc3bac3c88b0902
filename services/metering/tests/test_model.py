"""The script in a real Redis against a model that is easy to believe, over random histories."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from nats.aio.msg import Msg

from metering.decision import Held, Question, Subject, Use, Verdict
from metering.keys import SHARDS, shard_of
from metering.ledger import event_of
from metering.ledger_reader import Ledger
from metering.merge import Merge, Merged, Outcome, carry_over
from metering.merge_store import MergeStore
from metering.outbox import Entry, Outbox
from metering.periods import DAY_MS, CalendarMonth, DaysFromFirst
from metering.plans import Limit, load_plans
from metering.rebuild import rebuild
from metering.redis_connection import RedisConnection
from metering.shards import Shards
from metering.store import REPEATABLE_MS, Store
from metering.verify import verify
from servicekit.bus import Bus
from services.metering.tests.conftest import PLANS, declare_streams, open_shards
from services.metering.tests.questions import FIVE_A_MONTH, TWO_IN_30_DAYS, UNLIMITED
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

# Ahead of Redis's own clock, by which it forgets.
BEGIN = int(datetime(2040, 1, 30, 23, 50, tzinfo=UTC).timestamp() * 1000)
ACCOUNTS = ["ann", "bob"]
GUESTS = ["g", "h"]
SUBJECTS = [
    *(Subject("account", account) for account in ACCOUNTS),
    *(Subject("guest", guest) for guest in GUESTS),
]
LIMITS = {
    "small": FIVE_A_MONTH,
    "large": Limit(8, CalendarMonth()),
    "other": Limit(8, CalendarMonth()),
    "all": UNLIMITED,
}
RESOURCES = [f"icd-10-cm:E11.{number}" for number in range(9)]
PLANS_IN_FORCE = load_plans(PLANS)
REQUESTS = [str(uuid.UUID(int=number + 1)) for number in range(6)]


@dataclass
class Period:
    """What the model knows of one subject and period.

    A grant is (decision id, request id), both empty where a merge made the resource free. *held*
    is the largest plan so far, *recorded* what the ledger knows of that.
    """

    charged: int = 0
    start: int = 0
    held: Held | None = None
    recorded: Held | None = None
    granted: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Expected:
    verdict: Verdict
    charged: int
    ends: int
    decision_id: str | None = ""
    """None: a new one."""
    merged: bool = False
    held: Held | None = None


class Model:
    """The rules in plain words, without a store."""

    def __init__(self) -> None:
        self.periods: dict[tuple[Subject, str], Period] = {}
        self.clocks: dict[int, int] = {}
        self.claimed: dict[str, str] = {}
        """Account to the guest it takes over."""
        self.went_to: dict[str, str] = {}
        """Guest to the account it was spent for."""
        self.done: dict[str, int] = {}
        """Account to how many resources became free for it."""

    def decide(self, asked: Question, limit: Limit, now: int) -> tuple[Expected, Period]:
        clock = max(now, self.clocks.get(shard_of(asked.subject), 0))
        if isinstance(limit.period, CalendarMonth):
            return self._by_month(asked, limit, now, clock)
        return self._by_days(asked, limit, clock)

    def _by_month(
        self, asked: Question, limit: Limit, now: int, clock: int
    ) -> tuple[Expected, Period]:
        month = CalendarMonth().window(now)
        period = self._period(asked.subject, month.key)
        if same := self._same_request(asked, limit, period, month.end_ms):
            return same, period
        if clock >= month.end_ms:
            # The caller's clock lags behind what was charged already.
            return self._by_month(asked, limit, clock, clock)
        if asked.resource in period.granted:
            return self._repeat(asked, limit, period, month.end_ms), period
        if now - month.start_ms < REPEATABLE_MS:
            before = self._period(asked.subject, CalendarMonth().before(month).key)
            if same := self._same_request(asked, limit, before, month.start_ms):
                return same, before
        return self._new(asked, limit, period, month.start_ms, month.end_ms, clock)

    def _by_days(self, asked: Question, limit: Limit, clock: int) -> tuple[Expected, Period]:
        period = self._period(asked.subject, "days")
        end = period.start + 30 * DAY_MS if period.start else 0
        if same := self._same_request(asked, limit, period, end):
            return same, period
        if period.start and clock >= end:
            period = Period()
            if not asked.peek:
                self.periods[asked.subject, "days"] = period
            end = 0
        if asked.subject.id in self.went_to:
            assert limit.units is not None
            charged = max(period.charged, limit.units)
            if asked.resource in period.granted:
                return Expected(Verdict.REPEAT, charged, 0), period
            return Expected(Verdict.DENIED, charged, 0, merged=True), period
        if asked.resource in period.granted:
            return self._repeat(asked, limit, period, end), period
        start = period.start or clock
        return self._new(asked, limit, period, start, end or clock + 30 * DAY_MS, clock)

    def _new(
        self, asked: Question, limit: Limit, period: Period, start: int, end: int, clock: int
    ) -> tuple[Expected, Period]:
        held = _in_force(asked, limit, period)
        units = (held.limit if held else limit).units
        if asked.peek or (units is not None and period.charged >= units):
            begun = isinstance(limit.period, CalendarMonth) or period.start
            ends = end if begun else 0
            return Expected(Verdict.DENIED, period.charged, ends, held=held), period
        period.charged += 1
        period.start = start
        period.held = period.recorded = held or Held(asked.plan, limit)
        self.clocks[shard_of(asked.subject)] = clock
        return Expected(Verdict.GRANTED, period.charged, end, None, held=held), period

    def _repeat(self, asked: Question, limit: Limit, period: Period, end: int) -> Expected:
        held = _in_force(asked, limit, period)
        if period.held and not asked.peek:
            period.held = held or Held(asked.plan, limit)
        return Expected(Verdict.REPEAT, period.charged, end, held=held)

    def rebuilt(self) -> None:
        """Redis was lost, and made again from a ledger that had everything."""
        for period in self.periods.values():
            period.held = period.recorded
            period.granted = {
                resource: (name, "") for resource, (name, _) in period.granted.items()
            }
        self.claimed = {
            account: guest for account, guest in self.claimed.items() if account in self.done
        }

    def merge(self, guest: str, account: str, now: int, stop_after: int) -> Merged | None:
        """Do so many steps of a merge; how it came out, or None when it was broken off."""
        if self.claimed.setdefault(account, guest) != guest:
            return Merged(Outcome.ACCOUNT_TAKEN)
        if account in self.done:
            return Merged(Outcome.MERGED, self.done[account], repeated=True)
        if stop_after == 1:
            return None
        if self.went_to.setdefault(guest, account) != account:
            if stop_after > 2:
                del self.claimed[account]
            return Merged(Outcome.GUEST_SPENT)
        if stop_after == 2:
            return None
        seen = self.in_force(guest, now)
        shard = shard_of(Subject("account", account))
        clock = max(now, self.clocks.get(shard, 0))
        self.clocks[shard] = clock
        month = self._period(Subject("account", account), CalendarMonth().window(clock).key)
        new = seen - set(month.granted)
        month.granted |= dict.fromkeys(new, ("", ""))
        self.done[account] = len(new)
        return Merged(Outcome.MERGED, len(new))

    def in_force(self, guest: str, now: int) -> set[str]:
        """What a guest may see without being charged."""
        subject = Subject("guest", guest)
        period = self._period(subject, "days")
        clock = max(now, self.clocks.get(shard_of(subject), 0))
        in_force = period.start and clock < period.start + 30 * DAY_MS
        return set(period.granted) if in_force else set()

    def _period(self, subject: Subject, key: str) -> Period:
        return self.periods.setdefault((subject, key), Period())

    @staticmethod
    def _same_request(asked: Question, limit: Limit, period: Period, end: int) -> Expected | None:
        decision_id, request_id = period.granted.get(asked.resource, ("", ""))
        if not decision_id or asked.peek or not request_id or request_id != asked.request_id:
            return None
        held = _in_force(asked, limit, period)
        return Expected(Verdict.GRANTED, period.charged, end, decision_id, held=held)


def _in_force(asked: Question, limit: Limit, period: Period) -> Held | None:
    """What was held within the period, when it is more than what is asked with."""
    held = period.held
    return None if held is None or _at_least(limit, held.limit) else held


def _at_least(one: Limit, other: Limit) -> bool:
    return one.units is None or (other.units is not None and one.units >= other.units)


class WholeLedger(Ledger):
    """The ledger from its beginning: its clock is the server's, the model's is made up."""

    async def read(
        self, subjects: Sequence[str], *, since_ms: int = 0, after: int = 0
    ) -> AsyncIterator[tuple[list[Msg], int]]:
        async for messages in super().read(subjects, after=after):
            yield messages


class Metering(RuleBasedStateMachine):
    """Asks the store and the model the same things."""

    runner: asyncio.Runner
    redis: RedisConnection
    bus: Bus

    def __init__(self) -> None:
        super().__init__()
        self.run(self.begin())
        self.store = Store(self.redis, outbox_capacity=10**6, seconds=5)
        self.outbox = Outbox(self.redis)
        self.ledger = WholeLedger(self.bus)
        self.model = Model()
        self.now = BEGIN
        self.plan = "small"
        self.merges = MergeStore(self.redis, outbox_capacity=10**6)
        self.recorded: list[str] = []
        self.relayed: set[str] = set()
        self.left: dict[tuple[Subject, int], tuple[Limit, int]] = {}

    async def begin(self) -> None:
        await self.redis.execute([("FLUSHALL",)])
        await (await self.bus.jetstream()).purge_stream("METERING")
        await open_shards(self.redis)

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @rule(
        asked=st.lists(
            st.builds(
                Question,
                subject=st.sampled_from(SUBJECTS),
                plan=st.just(""),
                action=st.just("view_code"),
                resource=st.sampled_from(RESOURCES),
                request_id=st.sampled_from(["", *REQUESTS]),
                peek=st.booleans(),
            ),
            min_size=1,
            max_size=6,
        )
    )
    def ask(self, asked: list[Question]) -> None:
        # One by one: a batch that meets the end of a month is counted in two rounds.
        for question in asked:
            if question.subject.kind == "guest":
                question, limit = replace(question, plan="guest"), TWO_IN_30_DAYS
            else:
                question, limit = replace(question, plan=self.plan), LIMITS[self.plan]
            (use,) = self.run(self.store.count([(question, limit)], self.now))
            expected, period = self.model.decide(question, limit, self.now)
            assert use is not None
            assert (use.verdict, use.charged, use.ends_ms, use.merged, use.held) == (
                expected.verdict,
                expected.charged,
                expected.ends,
                expected.merged,
                expected.held,
            )
            self.goes_up_for_a_reason(question, limit, use)
            if expected.decision_id is None:
                assert use.decision_id not in {"", *self.recorded}
                self.recorded.append(use.decision_id)
                period.granted[question.resource] = (use.decision_id, question.request_id)
            else:
                assert use.decision_id == expected.decision_id

    def goes_up_for_a_reason(self, question: Question, limit: Limit, use: Use) -> None:
        """I8: within a period what remains grows with the plan alone, and never falls below 0."""
        limit = use.held.limit if use.held else limit
        if use.merged or not use.ends_ms or limit.units is None:
            return
        key = (question.subject, use.ends_ms)
        before = self.left.get(key)
        assert use.charged <= limit.units
        if before and before[0].units == limit.units:
            assert limit.units - use.charged <= before[1]
        self.left[key] = (limit, limit.units - use.charged)

    @rule(
        guest=st.sampled_from(GUESTS),
        account=st.sampled_from(ACCOUNTS),
        steps=st.sampled_from([1, 2, 3, 3, 3]),
    )
    def register(self, guest: str, account: str, steps: int) -> None:
        merge = Merge(guest, account, "free")
        expected = self.model.merge(guest, account, self.now, steps)
        merged = self.run(self.steps_of(merge, steps))
        if merged is None or expected is None:
            assert merged is expected
            return
        assert (merged.outcome, merged.resources, merged.repeated) == (
            expected.outcome,
            expected.resources,
            expected.repeated,
        )
        if merged.outcome is Outcome.MERGED and not merged.repeated:
            assert merged.merge_id not in {"", *self.recorded}
            self.recorded.append(merged.merge_id)

    async def steps_of(self, merge: Merge, steps: int) -> Merged | None:
        if steps == 3:
            return await carry_over(merge, self.merges, PLANS_IN_FORCE, self.now)
        before = await self.merges.claim(merge)
        if before is not None or steps == 1:
            return before
        found = await self.merges.spend(merge, DaysFromFirst(30), self.now)
        return Merged(Outcome.GUEST_SPENT) if found is None else None

    @rule(plan=st.sampled_from(sorted(LIMITS)))
    def change_plan(self, plan: str) -> None:
        self.plan = plan

    @rule(
        milliseconds=st.sampled_from(
            [1, 1_000, 60_000, 600_000, 3_600_000, DAY_MS, 8 * DAY_MS, 40 * DAY_MS]
        )
    )
    def time_passes(self, milliseconds: int) -> None:
        self.now += milliseconds

    @rule(milliseconds=st.sampled_from([1, 5_000, 3_600_000]))
    def a_clock_steps_back(self, milliseconds: int) -> None:
        self.now -= milliseconds

    @rule()
    def redis_forgets_its_scripts(self) -> None:
        self.run(self.redis.execute([("SCRIPT", "FLUSH")]))

    @rule(dies=st.booleans())
    def the_relay_works_and_perhaps_dies_between_publish_and_trim(self, dies: bool) -> None:
        self.run(self.relay(dies=dies))

    async def relay(self, *, dies: bool = False) -> None:
        entries = await self.outbox.read(1_000)
        assert all(await self.bus.publish_batch([event_of(entry) for entry in entries]))
        if not dies:
            await self.outbox.clear(entries)
            self.relayed.update(_name(entry) for entry in entries)

    @rule()
    def redis_is_lost_and_rebuilt(self) -> None:
        self.run(self.lose_and_rebuild())
        self.model.rebuilt()

    async def lose_and_rebuild(self) -> None:
        await self.relay()
        await self.redis.execute([("FLUSHALL",)])
        lasts = await self.ledger.last(range(SHARDS))
        done = await rebuild(
            self.redis, self.ledger, range(SHARDS), PLANS_IN_FORCE, now_ms=self.now
        )
        await Shards(self.redis).open(dict(enumerate(lasts)), done.clocks)

    @invariant()
    def every_grant_and_merge_waits_for_the_ledger_once(self) -> None:
        entries = self.run(self.outbox.read(1_000))
        waiting = [_name(e) for e in entries if e.fields.get("event") != "guest_spent"]
        assert sorted(waiting) == sorted(set(self.recorded) - self.relayed)

    def teardown(self) -> None:
        self.run(self.ends_in_the_ledger())

    async def ends_in_the_ledger(self) -> None:
        """I2, I5: the ledger has each grant and merge once, and Redis what the ledger has."""
        await self.relay()
        told = []
        async for messages, _ in self.ledger.read(["codingahead.metering.v1.>"]):
            told += [
                str((message.headers or {})["ce-id"])
                for message in messages
                if ".guest_spent." not in message.subject
            ]
        assert sorted(told) == sorted(self.recorded)
        for shard in {shard_of(subject) for subject in SUBJECTS}:
            drift = await verify(self.redis, self.ledger, shard, PLANS_IN_FORCE, now_ms=self.now)
            assert drift.units == 0, drift


def _name(entry: Entry) -> str:
    return f"{entry.fields['epoch']}-{entry.shard:02}-{entry.id}"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[type[Metering]]:
    with asyncio.Runner() as runner:
        # What a crash leaves is tested elsewhere.
        server = ValkeyServer(tmp_path, "--appendfsync", "no")
        runner.run(server.start())
        ledger = NatsServer(tmp_path / "nats")
        runner.run(ledger.start())
        runner.run(declare_streams(ledger))
        Metering.runner = runner
        Metering.redis = RedisConnection(server.url, seconds=5)
        Metering.bus = runner.run(Bus.connect(ledger.url, "test"))
        yield Metering
        runner.run(Metering.bus.close())
        runner.run(Metering.redis.close())
        runner.run(server.kill())
        runner.run(ledger.stop())


RUNS = int(os.environ.get("METERING_MODEL_RUNS", "60"))
"""The long form has 2,000."""


def test_the_script_does_what_the_model_says(machine: type[Metering]) -> None:
    run_state_machine_as_test(
        machine, settings=settings(max_examples=RUNS, stateful_step_count=50, deadline=None)
    )
