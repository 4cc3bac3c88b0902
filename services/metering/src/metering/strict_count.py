"""The count of strict actions: reads the balance, applies the rule, writes; anew if another did."""

import asyncio
import random
import uuid
from collections.abc import Callable, Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from metering import strict
from metering.balance import Balance, Holder, digest
from metering.decision import Question, Subject, Use
from metering.ledger_reader import LedgerAway
from metering.plans import Limit
from metering.strict import Asked, Reserved, Settled, Step
from metering.strict_entries import event_of
from metering.strict_ledger import StrictLedger
from servicekit.metrics import Counter

CONFLICTS = Counter(
    "metering_strict_conflicts_total", "Entries not written as another one came first: done anew."
)
EXPIRED = Counter(
    "metering_reservations_expired_total", "Reservations that were not settled in time."
)

_TRIES = 40
_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.05


class Spent(Protocol):
    """Says of whom nothing more is to be granted."""

    async def spent(self, subject: Subject) -> bool:
        """Whether *subject* is a guest that went to an account, or an account that is erased.

        Raises:
            RedisAway: when Redis does not answer.
            ShardClosed: while that is not known.
        """


class StrictCount:
    """Counts strict actions, each step within *seconds*; a reservation lives *lifetime_seconds*.

    Any number of processes may: within this one, those who ask for one holder queue, so that they
    do not spoil each other's entries. Besides what a :class:`Spent` raises, methods raise
    :class:`LedgerAway` when what is asked for cannot be known in time. It may have happened then: a
    reservation that did expires by itself, and a unit that was charged is free when asked for
    again.
    """

    def __init__(
        self, ledger: StrictLedger, spent: Spent, *, seconds: float, lifetime_seconds: float
    ) -> None:
        self._ledger = ledger
        self._spent = spent
        self._seconds = seconds
        self._lifetime_ms = int(lifetime_seconds * 1000)
        self._queues: WeakValueDictionary[Holder, asyncio.Lock] = WeakValueDictionary()

    async def decide(
        self, question: Question, limit: Limit, now_ms: int, *, seconds: float | None = None
    ) -> Use:
        """Charge a unit for *question* against *limit*, if it may be had and is not free."""
        name, asked = await self._asked(question, limit, 1)
        step = await self._apply(
            _holder(question),
            lambda balance: strict.decide(balance, asked, now_ms=now_ms, name=name),
            seconds,
        )
        return step.use

    async def reserve(
        self,
        question: Question,
        limit: Limit,
        units: int,
        now_ms: int,
        *,
        seconds: float | None = None,
    ) -> Reserved:
        """Set *units* aside for *question*, if they may be had and it is not free."""
        name, asked = await self._asked(question, limit, units)
        return await self._apply(
            _holder(question),
            lambda balance: strict.reserve(
                balance, asked, now_ms=now_ms, lifetime_ms=self._lifetime_ms, name=name
            ),
            seconds,
        )

    async def settle(
        self,
        holder: Holder,
        reservation: str,
        units: int,
        now_ms: int,
        *,
        seconds: float | None = None,
    ) -> Settled:
        """Charge *units* of *reservation*.

        Raises:
            QuestionInvalid: when less was reserved.
        """
        return await self._apply(
            holder,
            lambda balance: strict.settle(balance, reservation, units, now_ms=now_ms),
            seconds,
        )

    async def expire(self, holder: Holder, now_ms: int) -> Balance:
        """Write down what has expired of *holder*'s; its balance after that."""
        step = await self._apply(
            holder, lambda balance: strict.expire(balance, now_ms=now_ms), None
        )
        return step.balance

    async def used(
        self,
        subject: Subject,
        limits: Sequence[tuple[str, Limit]],
        plan: str,
        now_ms: int,
        *,
        seconds: float | None = None,
    ) -> list[Use]:
        """What was charged to *subject* for each (action, limit), under *plan*; charges nothing."""
        if not limits:
            return []
        spent = await self._spent.spent(subject)

        async def used_of(action: str, limit: Limit) -> Use:
            asked = Asked(b"", b"", plan, limit, peek=True, spent=spent)
            step = await self._apply(
                Holder(subject, action),
                lambda balance: strict.reserve(
                    balance, asked, now_ms=now_ms, lifetime_ms=0, name=""
                ),
                seconds,
            )
            return step.use

        return await asyncio.gather(*(used_of(action, limit) for action, limit in limits))

    async def _asked(self, question: Question, limit: Limit, units: int) -> tuple[str, Asked]:
        name = uuid.uuid4().hex
        # One that has no id is told apart from all others, and from itself when done anew.
        request = digest(question.request_id.lower() or name, question.resource)
        resource = digest(question.resource)
        spent = await self._spent.spent(question.subject)
        plan, peek = question.plan, question.peek
        return name, Asked(request, resource, plan, limit, units, peek, spent)

    async def _apply[S: Step](
        self, holder: Holder, rule: Callable[[Balance], S], seconds: float | None
    ) -> S:
        within = min(self._seconds, self._seconds if seconds is None else seconds)
        try:
            async with asyncio.timeout(within), self._queue(holder):
                return await self._applied(holder, rule)
        except TimeoutError:
            raise LedgerAway(f"not known within {within:g} s") from None

    async def _applied[S: Step](self, holder: Holder, rule: Callable[[Balance], S]) -> S:
        for number in range(_TRIES):
            last = await self._ledger.last(holder)
            step = rule(last.balance)
            if step.balance is last.balance:
                return step
            event = event_of(holder, step, uuid.uuid4().hex)
            if await self._ledger.write(event, last.sequence):
                EXPIRED.inc(step.lapsed)
                return step
            CONFLICTS.inc()
            pause = min(_LONGEST_PAUSE_SECONDS, _PAUSE_SECONDS * 2**number)
            await asyncio.sleep(pause * random.random())
        raise LedgerAway(f"others wrote first {_TRIES} times")

    def _queue(self, holder: Holder) -> asyncio.Lock:
        queue = self._queues.get(holder)
        if queue is None:
            queue = self._queues[holder] = asyncio.Lock()
        return queue


def _holder(question: Question) -> Holder:
    return Holder(question.subject, question.action)
