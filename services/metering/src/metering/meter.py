"""Answers questions: the rules, the count, and the outage policy where there is no count."""

import time
from collections import Counter as Tally
from collections.abc import Callable, Sequence
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
    Verdict,
)
from metering.plans import Limit, Plans
from metering.redis_connection import RedisAway
from metering.store import Charge, Charged, ShardClosed, Store
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
    """Decides by the plans in force; calls *granted* after a batch in which units were spent."""

    def __init__(
        self,
        plans: Callable[[], Plans],
        store: Store,
        availability: Availability,
        granted: Callable[[], None],
    ) -> None:
        self._plans = plans
        self._store = store
        self._availability = availability
        self._granted = granted

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
            limit = terms.limit
            if limit is None and question.subject.kind == "account":
                limit = terms.leftover
            if limit is None:
                answers[number] = decision.not_in_plan(question, terms)
            else:
                counted.append((number, question, terms, limit))
        uses = await self._count([(question, limit) for _, question, _, limit in counted])
        for (number, question, terms, limit), use in zip(counted, uses, strict=True):
            if use is not None and use.held is not None:
                question, terms = decision.under(use.held, question, terms, plans)
                answers[number] = decision.decided(question, terms, use.held.limit, use)
            elif terms.limit is None:
                answers[number] = decision.not_in_plan(question, terms)
            elif use is None:
                answers[number] = decision.in_outage(question, terms)
            else:
                answers[number] = decision.decided(question, terms, limit, use)
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
        if self._availability.up:
            try:
                found = await self._store.charged(subject, limits, _now())
            except ShardClosed:
                pass
            except RedisAway as error:
                self._availability.lost(str(error))
            else:
                return Allowances(
                    tuple(
                        _allowance(plan_key, action, limit, charged)
                        for (action, limit), charged in zip(limits, found, strict=True)
                    ),
                    opened,
                    degraded=False,
                )
        return Allowances(
            tuple(decision.unknown_allowance(plan_key, action, limit) for action, limit in limits),
            opened,
            degraded=True,
        )

    async def _count(self, charges: Sequence[Charge]) -> Sequence[decision.Use | None]:
        if self._availability.up:
            try:
                return await self._store.count(charges, _now())
            except RedisAway as error:
                self._availability.lost(str(error))
        return [None] * len(charges)


def _allowance(plan: str, action: str, limit: Limit, found: Charged) -> Allowance:
    if found.held:
        plan, limit = found.held.plan, found.held.limit
    return decision.allowance_of(plan, action, limit, found.charged, found.ends_ms)


def _now() -> int:
    return int(time.time() * 1000)


def _observe(questions: Sequence[Question | QuestionInvalid], answers: Sequence[Answer]) -> None:
    decisions: Tally[tuple[str, str, str, str, str]] = Tally()
    for question, answer in zip(questions, answers, strict=True):
        if isinstance(answer, QuestionInvalid):
            REFUSED.labels(answer.reason).inc()
        elif isinstance(question, Question):
            decisions[
                question.plan,
                question.action,
                answer.verdict.value,
                answer.reason.value if answer.reason else "",
                "degraded" if answer.degraded else "normal",
            ] += 1
    for labels, count in decisions.items():
        DECISIONS.labels(*labels).inc(count)
