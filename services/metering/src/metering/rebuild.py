"""Rebuilding: the periods that shards remember, made again from what the ledger says of them.

What is there stays and what is missing is added, so repeating changes nothing, it may be broken
off anywhere, and it may run while the shards are open.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hiredis import ReplyError
from nats.aio.msg import Msg

from codingahead.metering.v1 import events_pb2
from metering.decision import Subject
from metering.keys import SHARDS, merge_key, outbox_key, shard_key, shard_of, use_key
from metering.ledger import (
    ALLOWANCE_MERGED,
    GUEST_SPENT,
    SUBJECT_ERASED,
    VIEW_GRANTED,
    milliseconds,
    subject_from,
    subject_of,
)
from metering.ledger_reader import Ledger, parsed
from metering.merge_store import KEEP_MS
from metering.periods import DAY_MS, CalendarMonth, DaysFromFirst
from metering.plans import Plans
from metering.redis_connection import Command, Redis, RedisAway
from metering.scripts import script
from metering.store import GRACE_MS

type Progress = Callable[[str, int, int], None]
"""Told what is being done, how many entries were read and how many there are."""

_RESTORE = script("restore")
_ERASE = script("erase")
_PIPELINE = 2_000
_LONGEST_MONTH_MS = 31 * DAY_MS


@dataclass(slots=True)
class Rebuilt:
    """What was read from the ledger, what Redis lacked of it, and the clock of each shard."""

    entries: int = 0
    missing_units: int = 0
    seconds: float = 0.0
    clocks: dict[int, int] = field(default_factory=dict)


async def rebuild(
    redis: Redis,
    ledger: Ledger,
    shards: Collection[int],
    plans: Plans,
    *,
    now_ms: int,
    progress: Progress = lambda what, done, total: None,
) -> Rebuilt:
    """Give *shards* back what the ledger says of their periods at *now_ms*.

    Raises:
        RedisAway: when Redis could not be written.
        LedgerAway: when the ledger could not be read to its end.
    """
    work = _Rebuild(redis, ledger, shards, plans, now_ms, progress)
    return await work.run()


def longest_period_ms(plans: Plans) -> int:
    """The longest period in which any plan counts anything."""
    days = [
        limit.period.days
        for plan in plans.plans.values()
        for limit in plan.limits.values()
        if isinstance(limit.period, DaysFromFirst)
    ]
    return max(_LONGEST_MONTH_MS, *(each * DAY_MS for each in days), 0)


def periods_of(plans: Plans, now_ms: int) -> set[str]:
    """The keys of all periods that a plan may count in at *now_ms*, and of the month before."""
    month = CalendarMonth()
    this = month.window(now_ms)
    keys = {this.key, month.before(this).key}
    for plan in plans.plans.values():
        keys.update(limit.period.window(now_ms).key for limit in plan.limits.values())
    return keys


def erasure(
    subject: Subject,
    actions: Collection[str],
    periods: Collection[str],
    now_ms: int,
    *,
    record: bool,
) -> Command:
    """The command that erases *subject* from Redis; to be signed when the ledger is to know it."""
    shard = shard_of(subject)
    uses = [use_key(shard, subject, action, period) for action in actions for period in periods]
    keys = [merge_key(shard, subject), shard_key(shard), outbox_key(shard), *uses]
    words = (subject.kind, subject.id, now_ms, KEEP_MS, "1" if record else "0")
    return ("EVAL", _ERASE, len(keys), *keys, *words)


@dataclass(slots=True)
class _Missing:
    """What the ledger says of one use; *pairs* as restore.lua takes them."""

    start: int
    until: int
    limit: str
    pairs: list[str]


class _Rebuild:
    def __init__(
        self,
        redis: Redis,
        ledger: Ledger,
        shards: Collection[int],
        plans: Plans,
        now_ms: int,
        progress: Progress,
    ) -> None:
        self._redis = redis
        self._ledger = ledger
        self._shards = sorted(shards)
        self._plans = plans
        self._now = now_ms
        self._progress = progress
        self._erased: set[Subject] = set()
        self._sha = ""
        self._done = Rebuilt(clocks=dict.fromkeys(shards, 0))

    async def run(self) -> Rebuilt:
        began = time.monotonic()
        for answers in await self._redis.everywhere([("SCRIPT", "LOAD", _RESTORE)]):
            self._sha = str(answers[0])
        kept_since = self._now - KEEP_MS
        counted_since = self._now - longest_period_ms(self._plans) - GRACE_MS
        await self._replay("erasures", SUBJECT_ERASED.subject, kept_since, self._forget)
        await self._replay("spent guests", GUEST_SPENT.subject, kept_since, self._spend)
        await self._replay("merges", ALLOWANCE_MERGED.subject, kept_since, self._merge)
        await self._replay("grants", VIEW_GRANTED.subject, counted_since, self._grant)
        self._done.seconds = time.monotonic() - began
        return self._done

    async def _replay(
        self,
        what: str,
        subject: str,
        since_ms: int,
        commands: Callable[[Sequence[Msg]], list[Command]],
    ) -> None:
        if len(self._shards) == SHARDS:
            subjects = [f"{subject}.*"]
        else:
            subjects = [subject_of(subject, shard) for shard in self._shards]
        done = 0
        async for messages, left in self._ledger.read(subjects, since_ms=since_ms):
            asked = commands(messages)
            for first in range(0, len(asked), _PIPELINE):
                self._done.missing_units += await self._write(asked[first : first + _PIPELINE])
            done += len(messages)
            self._progress(what, done, done + left)
        self._done.entries += done

    async def _write(self, commands: Sequence[Command]) -> int:
        missing = 0
        for answer, command in zip(await self._redis.execute(commands), commands, strict=True):
            if isinstance(answer, RedisAway):
                raise answer
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
            if command[0] == "EVALSHA":
                missing += answer
        return missing

    def _forget(self, messages: Sequence[Msg]) -> list[Command]:
        commands = []
        periods = periods_of(self._plans, self._now)
        for message in messages:
            erased = parsed(events_pb2.SubjectErased, message)
            if erased is None:
                continue
            subject = subject_from(erased.subject)
            self._erased.add(subject)
            commands.append(erasure(subject, self._plans.actions, periods, self._now, record=False))
        return commands

    def _spend(self, messages: Sequence[Msg]) -> list[Command]:
        commands: list[Command] = []
        for message in messages:
            spent = parsed(events_pb2.GuestSpent, message)
            if spent is None:
                continue
            at, guest = milliseconds(spent.spent_at), subject_from(spent.guest)
            left = at + KEEP_MS - self._now
            if left > 0:
                key = merge_key(spent.shard, guest)
                commands.append(("EVAL", _SET_ONCE, 1, key, spent.account.id, left))
        return commands

    def _merge(self, messages: Sequence[Msg]) -> list[Command]:
        commands: list[Command] = []
        uses: dict[str, _Missing] = {}
        for message in messages:
            merged = parsed(events_pb2.AllowanceMerged, message)
            if merged is None:
                continue
            at, account = milliseconds(merged.merged_at), subject_from(merged.account)
            self._see(merged.shard, at)
            left = at + KEEP_MS - self._now
            if account in self._erased or left <= 0:
                continue
            epoch = merged.merge_id.partition("-")[0]
            key = merge_key(merged.shard, account)
            count = len(merged.resources)
            facts = (
                "guest",
                merged.guest.id,
                "resources",
                count,
                "entry",
                f"{epoch} {merged.entry_id}",
            )
            commands += [("HSET", key, *facts), ("PEXPIRE", key, left)]
            ends = milliseconds(merged.period_end)
            if count and ends + GRACE_MS > self._now:
                key = use_key(merged.shard, account, merged.action, merged.period)
                start = milliseconds(merged.period_start)
                pairs = [word for resource in merged.resources for word in (resource, "merged")]
                _add(uses, key, _start_of(merged.period, start), ends + GRACE_MS, "", pairs)
        return commands + self._restoring(uses)

    def _grant(self, messages: Sequence[Msg]) -> list[Command]:
        uses: dict[str, _Missing] = {}
        for message in messages:
            granted = parsed(events_pb2.ViewGranted, message)
            if granted is None:
                continue
            subject = subject_from(granted.subject)
            self._see(granted.shard, milliseconds(granted.granted_at))
            ends = milliseconds(granted.period_end)
            if ends + GRACE_MS <= self._now or subject in self._erased:
                continue
            key = use_key(granted.shard, subject, granted.action, granted.period)
            start = _start_of(granted.period, milliseconds(granted.period_start))
            epoch = granted.decision_id.partition("-")[0]
            # No request is named: a repeated one is told that its resource is free.
            pairs = [granted.resource, f"{epoch}-{granted.entry_id} "]
            limit = f"{granted.limit} {granted.plan}"
            _add(uses, key, start, ends + GRACE_MS, limit, pairs)
        return self._restoring(uses)

    def _restoring(self, uses: Mapping[str, _Missing]) -> list[Command]:
        return [
            ("EVALSHA", self._sha, 1, key, use.start, use.until, use.limit, *use.pairs)
            for key, use in uses.items()
        ]

    def _see(self, shard: int, moment_ms: int) -> None:
        if moment_ms > self._done.clocks.get(shard, 0):
            self._done.clocks[shard] = moment_ms


def _start_of(period: str, start_ms: int) -> int:
    """As restore.lua takes it: months have none."""
    return start_ms if period.endswith("d") else 0


def _add(
    uses: dict[str, _Missing], key: str, start: int, until: int, limit: str, pairs: list[str]
) -> None:
    use = uses.get(key)
    if use is None or use.start < start:
        uses[key] = _Missing(start, until, limit, pairs)
    elif use.start == start:
        use.pairs += pairs
        # Of one period the largest limit comes last, as nothing smaller is ever recorded.
        use.limit = limit or use.limit


_SET_ONCE = """
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 0
"""
