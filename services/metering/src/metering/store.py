"""The count in Redis: one key for each subject, action and period.

A decision and its entry in the shard's outbox are one step of one script.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from hiredis import ReplyError

from metering.decision import Question, Subject, Use, Verdict
from metering.keys import SHARDS, merge_key, outbox_key, record_id, shard_key, shard_of, use_key
from metering.periods import DAY_MS, CalendarMonth, Window
from metering.plans import Limit
from metering.redis_connection import Command, RedisAway, RedisConnection
from servicekit.metrics import Counter

NOT_COUNTED = Counter(
    "metering_not_counted_total", "Questions that Redis answered but could not count.", ["why"]
)

REPEATABLE_MS = 300_000
"""How far into a month a request of the month before may still be repeated."""
GRACE_MS = 2 * DAY_MS
"""How long a period is remembered after its end."""

_SCRIPT = resources.files("metering").joinpath("decide.lua").read_text("utf-8")
_UNABLE = ("LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "NOPERM", "UNBLOCKED")


type Charge = tuple[Question, Limit]
"""A question, and the limit to count it against."""


@dataclass(frozen=True, slots=True)
class _Stale:
    """The period asked for is over by the shard's clock."""

    clock_ms: int


class Store:
    """Counts questions, a batch within *seconds*.

    *outbox_capacity* bounds how many grants may wait for the ledger.
    Methods raise :class:`RedisAway` when Redis cannot be reached in time or cannot count.
    """

    def __init__(
        self, redis: RedisConnection, *, outbox_capacity: int, seconds: float = 0.1
    ) -> None:
        self._redis = redis
        self._seconds = seconds
        self._room = max(1, outbox_capacity // SHARDS)
        self._sha = ""
        self._tag = secrets.token_hex(3)

    async def prepare(self) -> None:
        """See that Redis can count, and load the script."""
        info, sha = await self._redis.execute([("INFO",), ("SCRIPT", "LOAD", _SCRIPT)])
        for answer in (info, sha):
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
        facts = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
        if facts.get("loading", "0") != "0":
            raise RedisAway("Redis is loading its data")
        if facts.get("role", "master") != "master":
            raise RedisAway("this Redis is a replica")
        self._sha = sha

    async def count(self, charges: Sequence[Charge], now_ms: int) -> list[Use | None]:
        """Count each of *charges*, in order, in one round trip.

        *now_ms* is the caller's clock; where the shard's is ahead of it, that one counts. None
        stands where nothing could be counted: Redis or the shard's outbox has no room.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._count(charges, now_ms)
        except TimeoutError:
            raise RedisAway(f"no count within {self._seconds:g} s") from None

    async def charged(
        self, subject: Subject, limits: Sequence[tuple[str, Limit]], now_ms: int
    ) -> list[tuple[int, int]]:
        """Units charged to *subject* for each (action, limit), and when the period ends.

        The end is 0 where no period has begun. Of a merged guest all units are, for good.
        """
        shard = shard_of(subject)
        clock, merged = await self._execute(
            [("HGET", shard_key(shard), "clock"), ("EXISTS", merge_key(shard, subject))]
        )
        if merged and subject.kind == "guest":
            return [(limit.units or 0, 0) for _, limit in limits]
        now = max(now_ms, int(clock or 0))
        windows = [(action, limit.period.window(now)) for action, limit in limits]
        rows = await self._execute(
            [
                ("HMGET", use_key(shard, subject, action, window), "#charged", "#start")
                for action, window in windows
            ]
        )
        return [
            _charged_in(window, now, *(int(value or 0) for value in row))
            for (_, window), row in zip(windows, rows, strict=True)
        ]

    async def _count(self, charges: Sequence[Charge], now_ms: int) -> list[Use | None]:
        uses = await self._evaluate([(charge, now_ms) for charge in charges])
        late = [
            (number, charges[number], use.clock_ms)
            for number, use in enumerate(uses)
            if isinstance(use, _Stale)
        ]
        if late:
            again = await self._evaluate([(charge, clock) for _, charge, clock in late])
            for (number, _, _), use in zip(late, again, strict=True):
                uses[number] = use
        return [None if isinstance(use, _Stale) else use for use in uses]

    async def _evaluate(self, asked: Sequence[tuple[Charge, int]]) -> list[Use | _Stale | None]:
        if not self._sha:
            await self.prepare()
        answers = await self._execute([self._command(charge, now) for charge, now in asked])
        forgotten = [number for number, answer in enumerate(answers) if _is(answer, "NOSCRIPT")]
        if forgotten:
            # Redis was restarted. What it did decide must not be asked again: without a request
            # id it would be told as a repeat.
            await self.prepare()
            again = await self._execute([self._command(*asked[number]) for number in forgotten])
            for number, answer in zip(forgotten, again, strict=True):
                answers[number] = answer
        uses: list[Use | _Stale | None] = []
        for answer, ((question, _), _) in zip(answers, asked, strict=True):
            if isinstance(answer, ReplyError):
                # Out of memory, say: only grants need room, so repeats are still told.
                NOT_COUNTED.labels(str(answer).split(" ", 1)[0]).inc()
                uses.append(None)
            else:
                uses.append(_use(answer, question.subject))
        return uses

    def _command(self, charge: Charge, now: int) -> Command:
        question, limit = charge
        subject = question.subject
        window = limit.period.window(now)
        shard = shard_of(subject)
        keys = [
            use_key(shard, subject, question.action, window),
            outbox_key(shard),
            shard_key(shard),
        ]
        if subject.kind == "guest":
            keys.append(merge_key(shard, subject))
        if isinstance(limit.period, CalendarMonth) and now - window.start_ms < REPEATABLE_MS:
            keys.append(use_key(shard, subject, question.action, limit.period.before(window)))
        return (
            "EVALSHA",
            self._sha,
            len(keys),
            *keys,
            now,
            window.start_ms,
            window.end_ms,
            window.length_ms,
            -1 if limit.units is None else limit.units,
            "1" if question.peek else "",
            GRACE_MS,
            self._room,
            self._tag,
            question.request_id,
            question.resource,
            subject.kind,
            subject.id,
            question.plan,
            question.action,
        )

    async def _execute(self, commands: Sequence[Command]) -> list[Any]:
        answers = await self._redis.execute(commands)
        for answer in answers:
            if isinstance(answer, ReplyError) and str(answer).startswith(_UNABLE):
                raise RedisAway(f"Redis refused: {answer}")
        return answers


def _is(answer: object, kind: str) -> bool:
    return isinstance(answer, ReplyError) and str(answer).startswith(kind)


def _charged_in(window: Window, now: int, charged: int, start: int) -> tuple[int, int]:
    if not window.length_ms:
        return charged, window.end_ms
    ends = start + window.length_ms
    return (charged, ends) if start and now < ends else (0, 0)


def _use(answer: list[Any], subject: Subject) -> Use | _Stale | None:
    verdict, number, ends, epoch, entry = answer
    match verdict:
        case "merged":
            return Use(Verdict.DENIED, number, ends, merged=True)
        case "stale":
            return _Stale(number)
        case "full":
            NOT_COUNTED.labels("outbox_full").inc()
            return None
    name = record_id(epoch, shard_of(subject), entry) if entry else ""
    return Use(_VERDICTS[verdict], number, ends, name)


_VERDICTS = {verdict.value: verdict for verdict in Verdict}
