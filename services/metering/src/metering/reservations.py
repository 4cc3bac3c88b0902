"""Reserves units of strict actions before the work that costs them, and settles them after it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from metering import decision
from metering.availability import Availability
from metering.balance import Holder
from metering.decision import Allowance, Decision, Question, QuestionInvalid, Subject
from metering.meter import DECISIONS, counted, decision_labels
from metering.periods import CalendarMonth, DaysFromFirst, Period
from metering.plans import Limit, Plans
from metering.strict import Outcome, Reserved, Settled
from metering.strict_count import StrictCount
from servicekit.metrics import Counter

SETTLEMENTS = Counter(
    "metering_settlements_total", "Reservations settled, by what became of them.", ["outcome"]
)

MAX_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was decided; *id* names what was reserved, which expires at *expires_ms*.

    *id* is empty when nothing was; *expires_ms* is None once it is charged.
    """

    decision: Decision
    id: str = ""
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a reservation: *units* were charged, and what is left of the period."""

    outcome: Outcome
    units: int
    allowance: Allowance | None


class Reservations:
    """Reserves by the plans in force, and settles."""

    def __init__(
        self, plans: Callable[[], Plans], count: StrictCount, availability: Availability
    ) -> None:
        self._plans = plans
        self._count = count
        self._availability = availability
        for outcome in Outcome:
            SETTLEMENTS.labels(outcome.value)

    async def reserve(self, question: Question, units: int, *, seconds: float) -> Reservation:
        """Set *units* aside for *question* within *seconds*, if they may be had.

        Never fails for an outage: then the answer is a denial.

        Raises:
            QuestionInvalid: when it is malformed, or its action needs no reservation.
        """
        plans = self._plans()
        decision.check(question, plans)
        _check(question, units, plans)
        terms = decision.terms_of(plans, question.plan, question.action)
        limit = decision.limit_of(question, terms)
        if limit is None:
            reservation = Reservation(decision.not_in_plan(question, terms))
        else:
            step = await self._reserved(question, limit, units, seconds)
            use = step.use if step else None
            decided = decision.answer(question, terms, limit, use, plans)
            reservation = Reservation(decided, decided.decision_id)
            if step and step.reservation:
                reservation = Reservation(decided, step.reservation.id, step.reservation.expires_ms)
        DECISIONS.labels(*decision_labels(question, reservation.decision)).inc()
        return reservation

    async def settle(
        self, subject: Subject, action: str, reservation: str, units: int, *, seconds: float
    ) -> Settlement:
        """Charge *units* of *reservation* within *seconds*; the rest goes back. Repeating is safe.

        Raises:
            QuestionInvalid: when it is malformed, or less was reserved.
            LedgerAway: when it is not known whether it is settled; to be repeated.
        """
        decision.check_id("subject.id", subject.id)
        decision.check_action(action, self._plans())
        decision.check_id("reservation_id", reservation)
        if not 0 <= units <= MAX_UNITS:
            raise QuestionInvalid("REQUEST_INVALID", "units", f"must be 0 to {MAX_UNITS:,}")
        settled = await self._count.settle(
            Holder(subject, action), reservation, units, _now(), seconds=seconds
        )
        SETTLEMENTS.labels(settled.outcome.value).inc()
        return Settlement(settled.outcome, settled.units, _allowance(action, settled))

    async def _reserved(
        self, question: Question, limit: Limit, units: int, seconds: float
    ) -> Reserved | None:
        if not self._availability.up:
            return None
        reserved = self._count.reserve(question, limit, units, _now(), seconds=seconds)
        return await counted(reserved, self._availability)


def _check(question: Question, units: int, plans: Plans) -> None:
    if plans.actions[question.action].consistency != "strict":
        raise QuestionInvalid(
            "REQUEST_INVALID", "action", "is not of the strict class: ask Decide for it"
        )
    if not question.request_id:
        raise QuestionInvalid("REQUEST_INVALID", "request_id", "must be a UUID")
    if not 1 <= units <= MAX_UNITS:
        raise QuestionInvalid("REQUEST_INVALID", "max_units", f"must be 1 to {MAX_UNITS:,}")


def _allowance(action: str, settled: Settled) -> Allowance | None:
    tally = settled.tally
    if tally is None:
        return None
    period: Period = CalendarMonth()
    if tally.key.endswith("d"):
        period = DaysFromFirst(int(tally.key[:-1]))
    limit = Limit(tally.limit, period)
    return decision.allowance_of(
        tally.plan, action, limit, tally.settled, tally.ends_ms, tally.reserved
    )


def _now() -> int:
    return int(time.time() * 1000)
