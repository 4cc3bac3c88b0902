"""The rules of strict actions against a model that only remembers what was done, at random."""

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from metering import strict
from metering.balance import Balance, Holder, digest
from metering.decision import Held, QuestionInvalid, Reason, Subject, Verdict
from metering.periods import DAY_MS, CalendarMonth, DaysFromFirst, Period
from metering.plans import Limit
from metering.strict import Asked, Outcome, Step
from metering.strict_entries import balance_of, entry_in, event_of

BEGIN = int(datetime(2040, 1, 30, 23, 50, tzinfo=UTC).timestamp() * 1000)
LIFETIME_MS = 120_000
UNITS = {"small": 2, "middle": 3, "other": 3, "large": 6, "all": None}
RESOURCES = [f"question:{number}" for number in range(7)]
REQUESTS = [str(uuid.UUID(int=number + 1)) for number in range(9)]
PERIODS: list[Period] = [CalendarMonth(), DaysFromFirst(30)]
HOLDER = Holder(Subject("account", "ann"), "consult")


@dataclass
class Record:
    """A reservation, from its beginning to what became of it."""

    name: str
    request: str
    resource: str
    units: int
    period: str
    start: int
    ends: int
    expires: int
    fate: str = "open"
    charged: int = 0


class Strict(RuleBasedStateMachine):
    """One holder; what is read back from an entry is what the next rule starts from."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.clock = 0
        self.records: list[Record] = []
        self.held: dict[tuple[str, int], str] = {}
        self.shown: dict[tuple[str, int], tuple[str, int]] = {}
        self.balance = Balance()
        self.spent = False
        self.entries = 0
        self.lapsed: list[Record] = []

    @initialize(period=st.sampled_from(PERIODS))
    def begin(self, period: Period) -> None:
        self.period = period

    # What happens.

    @rule(minutes=st.sampled_from([1, 3, 15, 60 * 24 * 14, -60]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * 60_000

    @rule(
        plan=st.sampled_from(sorted(UNITS)),
        resource=st.sampled_from(RESOURCES),
        request=st.sampled_from(REQUESTS),
        units=st.integers(1, 3),
        decide=st.booleans(),
        peek=st.booleans(),
    )
    def ask(
        self, plan: str, resource: str, request: str, units: int, decide: bool, peek: bool
    ) -> None:
        units = 1 if decide else units
        peek = peek and decide
        limit = Limit(UNITS[plan], self.period)
        name = uuid.uuid4().hex
        asked = Asked(
            digest(request, resource), digest(resource), plan, limit, units, peek, self.spent
        )
        if decide:
            step = strict.decide(self.balance, asked, now_ms=self.now, name=name)
        else:
            step = strict.reserve(
                self.balance, asked, now_ms=self.now, lifetime_ms=LIFETIME_MS, name=name
            )
        self._expect(step, asked, plan, resource, request, name, decide)
        self._write(step)

    @precondition(lambda self: self.records)
    @rule(number=st.integers(0, 60), units=st.integers(0, 4))
    def settle(self, number: int, units: int) -> None:
        record = self.records[number % len(self.records)]
        now = self._lapse()
        try:
            step = strict.settle(self.balance, record.name, units, now_ms=self.now)
        except QuestionInvalid:
            assert record.fate == "open"
            assert units > record.units
            self._unlapse()
            return
        if record.fate == "open":
            again = any(
                other.resource == record.resource
                and (other.period, other.start) == (record.period, record.start)
                and other.charged
                for other in self.records
            )
            record.fate, record.charged = "settled", 0 if again else units
        assert step.outcome is (Outcome.EXPIRED if record.fate == "expired" else Outcome.SETTLED)
        assert step.units == record.charged
        if step.tally and step.tally.ends_ms:
            assert step.tally.ends_ms > now
        self._write(step)

    @rule()
    def settle_what_never_was(self) -> None:
        step = strict.settle(self.balance, uuid.uuid4().hex, 1, now_ms=self.now)
        assert step.outcome is Outcome.UNKNOWN
        assert step.balance is self.balance

    @rule()
    def reap(self) -> None:
        now = self._lapse()
        step = strict.expire(self.balance, now_ms=self.now)
        self._write(step)
        assert self.balance.open == sum(r.units for r in self.records if r.fate == "open")
        assert all(r.expires > now for r in self.records if r.fate == "open")

    @rule(spent=st.sampled_from([False, False, True]))
    def goes_elsewhere(self, spent: bool) -> None:
        self.spent = self.spent or spent

    # What must hold.

    @invariant()
    def reserved_is_settled_expired_and_open(self) -> None:
        balance = self.balance
        assert balance.reserved == balance.settled + balance.expired + balance.open
        assert balance.reserved == sum(record.units for record in self.records)
        assert balance.settled == sum(record.charged for record in self.records)

    @invariant()
    def never_more_than_the_limit(self) -> None:
        for tally in self.balance.tallies:
            assert tally.limit is None or tally.settled + tally.reserved <= tally.limit
            charged = [r for r in self.records if r.charged and r.start == tally.start_ms]
            assert len({r.resource for r in charged}) == len(charged)

    @invariant()
    def what_remains_goes_up_by_a_larger_plan_only(self) -> None:
        for tally in self.balance.tallies:
            if tally.limit is None:
                continue
            key, remaining = (tally.key, tally.start_ms), tally.limit - tally.settled
            plan, before = self.shown.get(key, (tally.plan, remaining))
            assert remaining <= before or tally.plan != plan
            self.shown[key] = (tally.plan, remaining)

    def _expect(
        self,
        step: strict.Reserved,
        asked: Asked,
        plan: str,
        resource: str,
        request: str,
        name: str,
        decide: bool,
    ) -> None:
        now = self._lapse()
        start, ends = self._window(now)
        inside = [r for r in self.records if r.start == start and start]
        charged = sum(r.charged for r in inside)
        reserved = sum(r.units for r in inside if r.fate == "open")
        held = self._force(plan, (asked.limit.period.window(now).key, start))
        units, use = UNITS[held], step.use
        if use.held:
            assert use.held == Held(held, Limit(units, self.period))
        else:
            assert (held, units) == (plan, UNITS[plan])
        same = [
            r
            for r in self.records
            if (r.request, r.resource) == (request, resource) and (r.fate == "open" or r.charged)
        ]
        if same and not asked.peek:
            record = same[-1]
            assert (use.verdict, use.decision_id) == (Verdict.GRANTED, record.name)
            if record.fate == "open":
                assert step.reservation is not None or decide
                if decide:
                    again = any(r.charged for r in self._like(record))
                    record.fate, record.charged = "settled", 0 if again else 1
            else:
                assert step.reservation is None
            return
        if any(r.charged for r in inside if r.resource == resource):
            assert use.verdict is Verdict.REPEAT
            if not asked.peek:
                self.held[asked.limit.period.window(now).key, start] = held
            return
        room = None if units is None else units - charged
        if self.spent:
            assert (use.verdict, use.merged, use.ends_ms) == (Verdict.DENIED, True, 0)
        elif asked.peek:
            assert (use.verdict, use.why) == (Verdict.DENIED, None)
        elif room is not None and room < asked.units:
            assert (use.verdict, use.why) == (Verdict.DENIED, Reason.LIMIT_SPENT)
        elif room is not None and room - reserved < asked.units:
            assert (use.verdict, use.why) == (Verdict.DENIED, Reason.RESERVED)
        else:
            assert (use.verdict, use.decision_id) == (Verdict.GRANTED, name)
            assert use.charged == charged + decide
            assert use.reserved == reserved + (0 if decide else asked.units)
            key = asked.limit.period.window(now).key
            start, ends = start or now, ends or now + 30 * DAY_MS
            self.held[key, start] = held
            record = Record(
                name, request, resource, asked.units, key, start, ends, now + LIFETIME_MS
            )
            if decide:
                record.fate, record.charged = "settled", 1
            else:
                assert step.reservation is not None
                assert step.reservation.expires_ms == record.expires
            self.records.append(record)
            return
        assert step.balance is self.balance

    def _like(self, record: Record) -> list[Record]:
        return [
            r
            for r in self.records
            if (r.resource, r.period, r.start) == (record.resource, record.period, record.start)
        ]

    def _window(self, now: int) -> tuple[int, int]:
        """Of the period in force; zeros where none of days has begun."""
        if isinstance(self.period, CalendarMonth):
            month = self.period.window(now)
            return month.start_ms, month.end_ms
        for record in self.records:
            alive = record.fate == "open" or any(
                other.charged or other.fate == "open"
                for other in self.records
                if other.start == record.start
            )
            if alive and record.start <= now < record.ends:
                return record.start, record.ends
        return 0, 0

    def _force(self, plan: str, key: tuple[str, int]) -> str:
        held = self.held.get(key)
        if held is None:
            return plan
        asked, kept = UNITS[plan], UNITS[held]
        if asked is None:
            return plan
        return held if kept is None or kept > asked else plan

    def _lapse(self) -> int:
        now = max(self.now, self.clock)
        self.lapsed = [r for r in self.records if r.fate == "open" and r.expires <= now]
        for record in self.lapsed:
            record.fate = "expired"
        return now

    def _unlapse(self) -> None:
        """What nobody wrote has no moment: a clock that steps back finds it open again."""
        for record in self.lapsed:
            record.fate = "open"

    def _write(self, step: Step) -> None:
        if step.balance is self.balance:
            assert not step.changes
            self._unlapse()
            return
        self.entries += 1
        self.clock = max(self.now, self.clock)
        assert step.balance.clock_ms == self.clock
        entry = entry_in(event_of(HOLDER, step, f"e{self.entries}").data)
        before, self.balance = self.balance, balance_of(entry)
        assert self.balance == step.balance
        sums = dict.fromkeys(range(4), 0)
        for change in entry.changes:
            sums[change.kind] += change.units
        told = [sums[kind] for kind in (1, 2, 3)]
        assert told == [
            self.balance.reserved - before.reserved,
            self.balance.settled - before.settled,
            self.balance.expired - before.expired,
        ]


RUNS = int(os.environ.get("METERING_MODEL_RUNS", "200"))
"""The long form has 2,000."""


def test_the_rules_do_what_the_model_says() -> None:
    run_state_machine_as_test(
        Strict, settings=settings(max_examples=RUNS, stateful_step_count=50, deadline=None)
    )


def ask(resource: str, units: int = 1, limit: int | None = None) -> Asked:
    request = digest(uuid.uuid4().hex, resource)
    return Asked(request, digest(resource), "all", Limit(limit, CalendarMonth()), units)


def reserved(balance: Balance, asked: Asked, name: str = "r") -> strict.Reserved:
    return strict.reserve(balance, asked, now_ms=BEGIN, lifetime_ms=LIFETIME_MS, name=name)


def test_work_in_hand_has_a_bound_also_where_units_have_none() -> None:
    balance = Balance()
    for number in range(strict.OPEN_AT_MOST):
        balance = reserved(balance, ask(f"q{number}"), f"r{number}").balance
    crowded = reserved(balance, ask("one more"))
    assert (crowded.use.verdict, crowded.use.why) == (Verdict.DENIED, Reason.RESERVED)
    balance = strict.settle(balance, "r7", 0, now_ms=BEGIN).balance
    assert reserved(balance, ask("one more")).use.verdict is Verdict.GRANTED


def test_so_many_resources_are_remembered_and_no_more() -> None:
    balance = Balance()
    for number in range(strict.RESOURCES + 1):
        step = strict.decide(balance, ask(f"q{number}"), now_ms=BEGIN, name=f"r{number}")
        balance = step.balance
    assert reserved(balance, ask("q1")).use.verdict is Verdict.REPEAT
    assert reserved(balance, ask("q0")).use.verdict is Verdict.GRANTED
    assert len(event_of(HOLDER, step, "e").data) < 10_000


@pytest.mark.parametrize(("settled", "expected"), [(1, 1), (0, 0)])
def test_what_is_settled_in_the_next_month_is_charged_to_the_one_it_was_reserved_in(
    settled: int, expected: int
) -> None:
    last_moment = CalendarMonth().window(BEGIN).end_ms - 1_000
    asked = ask("q", limit=1)
    balance = strict.reserve(
        Balance(), asked, now_ms=last_moment, lifetime_ms=LIFETIME_MS, name="r"
    ).balance
    later = last_moment + 60_000
    # It does not stand in the way of the new month's unit.
    other = strict.decide(balance, ask("other", limit=1), now_ms=later, name="s")
    assert (other.use.verdict, other.use.charged) == (Verdict.GRANTED, 1)
    step = strict.settle(other.balance, "r", settled, now_ms=later)
    assert (step.outcome, step.units, step.tally) == (Outcome.SETTLED, expected, None)
    (change, *_) = step.changes
    assert change.tally.key == "2040-01"
    assert [tally.key for tally in step.balance.tallies] == ["2040-02"]


def test_days_begin_with_the_first_unit_that_stays_charged() -> None:
    limit = Limit(2, DaysFromFirst(30))
    asked = Asked(digest("1"), digest("q"), "guest", limit)
    balance = reserved(Balance(), asked).balance
    step = strict.settle(balance, "r", 0, now_ms=BEGIN + 1_000)
    assert step.tally is not None
    assert (step.tally.settled, step.tally.ends_ms) == (0, 0)
    week_later = BEGIN + 7 * DAY_MS
    again = strict.decide(
        step.balance, Asked(digest("2"), digest("q"), "guest", limit), now_ms=week_later, name="s"
    )
    assert again.use.ends_ms == week_later + 30 * DAY_MS
