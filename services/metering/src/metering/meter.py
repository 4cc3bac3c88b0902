"""Answers questions: the rules, the count, and the outage policy where there is no count."""

import asyncio
import time
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from metering import decision, sections
from metering.availability import Availability
from metering.decision import (
    Allowance,
    Decision,
    Question,
    QuestionInvalid,
    Subject,
    Terms,
    Use,
    Verdict,
)
from metering.ledger_reader import LedgerAway
from metering.plans import Limit, Plans
from metering.redis_connection import RedisAway
from metering.store import NOT_COUNTED, Charge, Charged, ShardClosed, Store
from metering.strict_count import StrictCount
from servicekit.metrics import Counter, Histogram

DECISIONS = Counter(
    "metering_decisions_total", "Decisions made.", ["plan", "action", "verdict", "reason", "mode"]
)
REFUSED = Counter("metering_questions_refused_total", "Malformed questions.", ["reason"])
SECONDS = Histogram(
    "metering_decide_seconds",
    "Time to decide a batch.",
    buckets=(*(1e-4, 2e-4, 5e-4, 1e-3, 2e-3), *(5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.15, 0.2)),
)
BATCH_SIZE = Histogram(
    "metering_batch_size", "Questions in a batch.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)

type Answer = Decision | QuestionInvalid


@dataclass(frozen=True, slots=True)
class Allowances:
    """What a subject has left of each action, and the keys of the sections its plan opens.

    Counts are None when *degraded*.
    """

    allowances: tuple[Allowance, ...]
    sections: tuple[str, ...]
    degraded: bool


class Meter:
    """Decides by the plans in force; calls *granted* after a batch in which units were spent.

    Fast actions are counted in the *store*, strict ones by *strict*, which gets *seconds*: a batch
    may have both, and page views must not wait for long.
    """

    def __init__(
        self,
        plans: Callable[[], Plans],
        store: Store,
        strict: StrictCount,
        availability: Availability,
        granted: Callable[[], None],
        *,
        seconds: float,
    ) -> None:
        self._plans = plans
        self._store = store
        self._strict = strict
        self._availability = availability
        self._granted = granted
        self._seconds = seconds

    async def decide(self, questions: Sequence[Question | QuestionInvalid]) -> list[Answer]:
        """Answer each of *questions*, in order. What is malformed spoils nothing but itself.

        Never fails for an outage: then the plan file's policy answers.
        """
        began = time.perf_counter()
        plans = self._plans()
        answers: list[Answer | None] = [None] * len(questions)
        counted: list[tuple[int, Question, Terms, Limit]] = []
        for number, question in enumerate(questions):
            if isinstance(question, QuestionInvalid):
                answers[number] = question
                continue
            try:
                decision.check(question, plans)
            except QuestionInvalid as fault:
                answers[number] = fault
                continue
            terms = decision.terms_of(plans, question.plan, question.action)
            limit = decision.limit_of(question, terms)
            if limit is None:
                answers[number] = decision.not_in_plan(question, terms)
            else:
                counted.append((number, question, terms, limit))
        uses = await self._count([(question, limit) for _, question, _, limit in counted], plans)
        for (number, question, terms, limit), use in zip(counted, uses, strict=True):
            answers[number] = decision.answer(question, terms, limit, use, plans)
        if any(use is not None and use.verdict is Verdict.GRANTED for use in uses):
            self._granted()
        made = [answer for answer in answers if answer is not None]
        _observe(questions, made)
        SECONDS.observe(time.perf_counter() - began)
        BATCH_SIZE.observe(len(questions))
        return made

    async def allowances(self, subject: Subject, plan_key: str) -> Allowances:
        """What *subject* has left of every action under *plan_key*, in the plan file's order.

        Raises:
            QuestionInvalid: when the subject is malformed or there is no such plan.
        """
        plans = self._plans()
        decision.check_holder(subject, plan_key, plans)
        plan = plans.plans[plan_key]
        opened = tuple(key for key in sections.ALL if key in plan.sections)
        limits = list(plan.limits.items())
        found = await self._used(subject, plan_key, limits, plans)
        return Allowances(
            tuple(
                _allowance(plan_key, action, limit, found.get(action) if found else None)
                for action, limit in limits
            ),
            opened,
            degraded=found is None,
        )

    async def _used(
        self, subject: Subject, plan: str, limits: Sequence[tuple[str, Limit]], plans: Plans
    ) -> dict[str, Charged | Use] | None:
        """What was charged for each action, strict ones only while the ledger can tell; else None.

        Who is spent, only Redis knows, so that without it nothing can be told.
        """
        if not self._availability.up:
            return None
        fast, strict = _by_class(limits, plans)
        now = _now()
        try:
            charged, used = await asyncio.gather(
                self._store.charged(subject, fast, now), self._used_strict(subject, plan, strict)
            )
        except ShardClosed:
            return None
        except RedisAway as error:
            self._availability.lost(str(error))
            return None
        return {action: each for (action, _), each in zip(fast, charged, strict=True)} | used

    async def _used_strict(
        self, subject: Subject, plan: str, limits: Sequence[tuple[str, Limit]]
    ) -> dict[str, Charged | Use]:
        try:
            used = await self._strict.used(subject, limits, plan, _now(), seconds=self._seconds)
        except LedgerAway:
            return {}
        return {action: use for (action, _), use in zip(limits, used, strict=True)}

    async def _count(self, charges: Sequence[Charge], plans: Plans) -> Sequence[Use | None]:
        """Count *charges*, in order, each in its class; None where nothing could be counted."""
        if not charges or not self._availability.up:
            return [None] * len(charges)
        strict = [
            number
            for number, (question, _) in enumerate(charges)
            if plans.actions[question.action].consistency == "strict"
        ]
        if not strict:
            return await self._count_fast(charges)
        fast = [number for number in range(len(charges)) if number not in strict]
        uses: list[Use | None] = [None] * len(charges)
        of_fast, of_strict = await asyncio.gather(
            self._count_fast([charges[number] for number in fast]),
            asyncio.gather(*(self._count_strict(charges[number]) for number in strict)),
        )
        for number, use in zip((*fast, *strict), (*of_fast, *of_strict), strict=True):
            uses[number] = use
        return uses

    async def _count_fast(self, charges: Sequence[Charge]) -> Sequence[Use | None]:
        if not charges:
            return []
        try:
            return await self._store.count(charges, _now())
        except RedisAway as error:
            self._availability.lost(str(error))
        return [None] * len(charges)

    async def _count_strict(self, charge: Charge) -> Use | None:
        decided = self._strict.decide(*charge, _now(), seconds=self._seconds)
        return await counted(decided, self._availability)


async def counted[S](step: Awaitable[S], availability: Availability) -> S | None:
    """What *step* of the strict count answers; None, which is noted, where it could not count."""
    try:
        return await step
    except LedgerAway:
        NOT_COUNTED.labels("ledger").inc()
    except ShardClosed:
        NOT_COUNTED.labels("shard_closed").inc()
    except RedisAway as error:
        availability.lost(str(error))
    return None


def decision_labels(question: Question, answer: Decision) -> tuple[str, str, str, str, str]:
    """How *answer* is counted in ``metering_decisions_total``."""
    return (
        question.plan,
        question.action,
        answer.verdict.value,
        answer.reason.value if answer.reason else "",
        "degraded" if answer.degraded else "normal",
    )


def _by_class(
    limits: Sequence[tuple[str, Limit]], plans: Plans
) -> tuple[list[tuple[str, Limit]], list[tuple[str, Limit]]]:
    fast = [pair for pair in limits if plans.actions[pair[0]].consistency == "fast"]
    return fast, [pair for pair in limits if pair not in fast]


def _allowance(plan: str, action: str, limit: Limit, found: Charged | Use | None) -> Allowance:
    if found is None:
        return decision.unknown_allowance(plan, action, limit)
    if found.held:
        plan, limit = found.held.plan, found.held.limit
    reserved = found.reserved if isinstance(found, Use) else 0
    return decision.allowance_of(plan, action, limit, found.charged, found.ends_ms, reserved)


def _now() -> int:
    return int(time.time() * 1000)


def _observe(questions: Sequence[Question | QuestionInvalid], answers: Sequence[Answer]) -> None:
    decisions: Tally[tuple[str, str, str, str, str]] = Tally()
    for question, answer in zip(questions, answers, strict=True):
        if isinstance(answer, QuestionInvalid):
            REFUSED.labels(answer.reason).inc()
        elif isinstance(question, Question):
            decisions[decision_labels(question, answer)] += 1
    for labels, count in decisions.items():
        DECISIONS.labels(*labels).inc(count)
