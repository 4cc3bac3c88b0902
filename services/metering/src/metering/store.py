"""The count in Redis: one key for each subject, action and period.

A decision and its entry in the shard's outbox are one step of one script.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hiredis import ReplyError

from metering.decision import Held, Question, Subject, Use, Verdict
from metering.keys import SHARDS, merge_key, outbox_key, record_id, shard_key, shard_of, use_key
from metering.periods import DAY_MS, CalendarMonth, Window
from metering.plans import Limit
from metering.redis_connection import Command, Redis, RedisAway
from metering.scripts import script
from servicekit.metrics import Counter

NOT_COUNTED = Counter(
    "metering_not_counted_total", "Questions that Redis answered but could not count.", ["why"]
)

REPEATABLE_MS = 300_000
"""How far into a month a request of the month before may still be repeated."""
GRACE_MS = 2 * DAY_MS
"""How long a period is remembered after its end."""

_SCRIPT = script("decide")
_INSPECT = script("inspect")
_SPENT = """
if ARGV[1] == 'guest' then return redis.call('EXISTS', KEYS[1]) end
return redis.call('HEXISTS', KEYS[1], 'erased')
"""
_UNABLE = ("LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "NOPERM", "UNBLOCKED")


@dataclass(frozen=True, slots=True)
class Charged:
    """Units *charged* in a period that *ends_ms*; 0: none has begun. *held* as in :class:`Use`."""

    charged: int
    ends_ms: int
    held: Held | None = None


type Charge = tuple[Question, Limit]
"""A question, and the limit to count it against."""


class ShardClosed(Exception):  # noqa: N818 - it names a state
    """The shard's count may not be whole: it is compared with the ledger first."""


@dataclass(frozen=True, slots=True)
class _Stale:
    """The period asked for is over by the shard's clock."""

    clock_ms: int


class Store:
    """Counts questions, a batch within *seconds*.

    *outbox_capacity* bounds how many grants may wait for the ledger. *closed* is called when a
    shard turns out to be closed.
    Methods raise :class:`RedisAway` when Redis cannot be reached in time or cannot count.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        outbox_capacity: int,
        seconds: float = 0.1,
        closed: Callable[[], None] = lambda: None,
    ) -> None:
        self._redis = redis
        self._closed = closed
        self._seconds = seconds
        self._room = max(1, outbox_capacity // SHARDS)
        self._sha = ""

    async def prepare(self) -> None:
        """See that Redis can count, and load the script."""
        faults, able = [], 0
        for info, sha in await self._redis.everywhere([("INFO",), ("SCRIPT", "LOAD", _SCRIPT)]):
            fault = _fault(info, sha)
            if fault:
                faults.append(fault)
            else:
                self._sha, able = sha, able + 1
        if not able:
            raise RedisAway(faults[0] if faults else "no Redis answers")

    async def count(self, charges: Sequence[Charge], now_ms: int) -> list[Use | None]:
        """Count each of *charges*, in order, in one round trip.

        *now_ms* is the caller's clock; where the shard's is ahead of it, that one counts. None
        stands where nothing could be counted: Redis or the shard's outbox has no room, the shard
        is closed, or its server away while others answer.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._count(charges, now_ms)
        except TimeoutError:
            raise RedisAway(f"no count within {self._seconds:g} s") from None

    async def charged(
        self, subject: Subject, limits: Sequence[tuple[str, Limit]], now_ms: int
    ) -> list[Charged]:
        """What was charged to *subject* for each (action, limit), and the limit in force.

        Of a merged guest all units are charged, for good.

        Raises:
            ShardClosed: while that is not known.
        """
        shard = shard_of(subject)
        spent, clock = await self._spent(subject)
        now = max(now_ms, clock)
        windows = [(action, limit, limit.period.window(now)) for action, limit in limits]
        rows = await self._read(
            [
                (
                    "HMGET",
                    use_key(shard, subject, action, window.key),
                    *("#charged", "#start", "#limit"),
                )
                for action, _, window in windows
            ]
        )
        return [
            _charged_in(window, now, limit, row, spent=spent)
            for (_, limit, window), row in zip(windows, rows, strict=True)
        ]

    async def spent(self, subject: Subject) -> bool:
        """Whether *subject* is a guest that went to an account, or an account that is erased.

        Raises:
            ShardClosed: while that is not known.
        """
        spent, _ = await self._spent(subject)
        return spent

    async def _spent(self, subject: Subject) -> tuple[bool, int]:
        """Whether *subject* is spent, and its shard's clock."""
        shard = shard_of(subject)
        facts, spent = await self._read(
            [
                ("EVAL", _INSPECT, 2, shard_key(shard), outbox_key(shard)),
                ("EVAL", _SPENT, 1, merge_key(shard, subject), subject.kind),
            ],
            signed=True,
        )
        is_open, clock, _, _ = facts
        if not is_open:
            self._closed()
            raise ShardClosed("the count is compared with the ledger")
        return bool(spent), clock

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
        commands = [self._command(charge, now) for charge, now in asked]
        answers = await self._execute(commands, signed=True)
        forgotten = [number for number, answer in enumerate(answers) if _is(answer, "NOSCRIPT")]
        if forgotten:
            # Redis was restarted. What it did decide must not be asked again: without a request
            # id it would be told as a repeat.
            await self.prepare()
            again = await self._execute([commands[number] for number in forgotten], signed=True)
            for number, answer in zip(forgotten, again, strict=True):
                answers[number] = answer
        uses: list[Use | _Stale | None] = []
        for answer, ((question, limit), _) in zip(answers, asked, strict=True):
            if isinstance(answer, list):
                uses.append(self._use(answer, question, limit))
            elif isinstance(answer, RedisAway):
                NOT_COUNTED.labels("unreachable").inc()
                uses.append(None)
            else:
                # Out of memory, say: only grants need room, so repeats are still told.
                NOT_COUNTED.labels(str(answer).split(" ", 1)[0]).inc()
                uses.append(None)
        return uses

    def _use(self, answer: list[Any], question: Question, limit: Limit) -> Use | _Stale | None:
        verdict, charged, ends, name, *larger = answer
        match verdict:
            case "stale":
                return _Stale(charged)
            case "full":
                NOT_COUNTED.labels("outbox_full").inc()
                return None
            case "closed":
                NOT_COUNTED.labels("shard_closed").inc()
                self._closed()
                return None
        held = None
        if larger:
            held = _held(larger[0], limit)
        if name:
            epoch, _, entry = name.partition("-")
            name = record_id(epoch, shard_of(question.subject), entry)
        if verdict == "merged":
            return Use(Verdict.DENIED, charged, ends, merged=True, held=held)
        return Use(_VERDICTS[verdict], charged, ends, name, held=held)

    def _command(self, charge: Charge, now: int) -> Command:
        question, limit = charge
        subject = question.subject
        window = limit.period.window(now)
        units = -1 if limit.units is None else limit.units
        shard = shard_of(subject)
        keys = [
            use_key(shard, subject, question.action, window.key),
            outbox_key(shard),
            shard_key(shard),
            merge_key(shard, subject),
        ]
        if isinstance(limit.period, CalendarMonth) and now - window.start_ms < REPEATABLE_MS:
            before = limit.period.before(window)
            keys.append(use_key(shard, subject, question.action, before.key))
        return (
            "EVALSHA",
            self._sha,
            len(keys),
            *keys,
            now,
            window.start_ms,
            window.end_ms,
            window.length_ms,
            units,
            "1" if question.peek else "",
            GRACE_MS,
            self._room,
            question.request_id,
            question.resource,
            subject.kind,
            subject.id,
            f"{units} {question.plan}",
            question.action,
        )

    async def _execute(self, commands: Sequence[Command], *, signed: bool = False) -> list[Any]:
        answers = await self._redis.execute(commands, signed=signed)
        first = answers[0] if answers else None
        # Of a cluster, other servers may answer.
        if _is(first, _UNABLE) and all(_is(answer, _UNABLE) for answer in answers):
            raise RedisAway(f"Redis refused: {first}")
        return answers

    async def _read(self, commands: Sequence[Command], *, signed: bool = False) -> list[Any]:
        answers = await self._execute(commands, signed=signed)
        for answer in answers:
            if isinstance(answer, RedisAway):
                raise ShardClosed(f"its server is away: {answer}")
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
        return answers


def _is(answer: object, kind: str | tuple[str, ...]) -> bool:
    return isinstance(answer, ReplyError) and str(answer).startswith(kind)


def _fault(info: object, sha: object) -> str:
    for answer in (info, sha):
        if not isinstance(answer, str):
            return f"Redis refused: {answer}"
    facts = dict(line.split(":", 1) for line in str(info).splitlines() if ":" in line)
    if facts.get("loading", "0") != "0":
        return "Redis is loading its data"
    if facts.get("role", "master") != "master":
        return "this Redis is a replica"
    return ""


def _held(kept: str, limit: Limit) -> Held:
    units, _, plan = kept.partition(" ")
    return Held(plan, Limit(None if units == "-1" else int(units), limit.period))


def _charged_in(
    window: Window, now: int, limit: Limit, row: Sequence[str | None], *, spent: bool
) -> Charged:
    charged, start = (int(value or 0) for value in row[:2])
    ends, kept = window.end_ms, row[2]
    if window.length_ms:
        ends = start + window.length_ms if start and now < start + window.length_ms else 0
        if not ends:
            charged, kept = 0, None
    held = None
    if kept:
        larger = _held(kept, limit)
        if larger.limit != limit and not limit.exceeds(larger.limit):
            held = larger
    if spent:
        charged, ends = max(charged, (held.limit if held else limit).units or 0), 0
    return Charged(charged, ends, held)


_VERDICTS = {verdict.value: verdict for verdict in Verdict}
