"""Comparing Redis with the ledger: what one has and the other lacks, at any time.

While it runs, units are granted and entries move from Redis to the ledger. What the ledger has,
Redis had before; so Redis is read after the ledger, and whatever it has beyond that is looked for
in the outbox, and then in what the ledger got meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hiredis import ReplyError
from nats.aio.msg import Msg

from codingahead.metering.v1 import events_pb2, metering_pb2
from metering.decision import Subject
from metering.keys import shard_of_key, use_key
from metering.ledger import (
    ALLOWANCE_MERGED,
    SUBJECT_ERASED,
    VIEW_GRANTED,
    milliseconds,
    subject_from,
    subject_of,
)
from metering.ledger_reader import Ledger, parsed
from metering.outbox import Outbox
from metering.periods import DAY_MS, CalendarMonth
from metering.plans import Plans
from metering.rebuild import longest_period_ms
from metering.redis_connection import Redis, RedisAway

_PIPELINE = 200
_MERGED = "merged"


@dataclass(slots=True)
class Drift:
    """Units by which Redis and the ledger differ.

    *missing* from Redis, though the ledger has them; *surplus* in Redis, though neither the ledger
    nor the outbox has them; *miscounted*, where a count is not the number of its grants.
    *keys* names some uses where that is so.
    """

    uses: int = 0
    missing: int = 0
    surplus: int = 0
    miscounted: int = 0
    keys: list[str] = field(default_factory=list)

    @property
    def units(self) -> int:
        """All of it."""
        return self.missing + self.surplus + self.miscounted

    def add(self, other: "Drift") -> None:
        """Take *other* in."""
        self.uses += other.uses
        self.missing += other.missing
        self.surplus += other.surplus
        self.miscounted += other.miscounted
        self.keys += other.keys


async def uses_in(redis: Redis) -> dict[int, list[str]]:
    """The keys of all uses that Redis holds, by shard; about 150 bytes of memory for each.

    Raises:
        RedisAway: when a server does not answer.
    """
    found: dict[int, list[str]] = {}
    async for keys in redis.scan("{s*}:use:*"):
        for key in keys:
            found.setdefault(shard_of_key(key), []).append(key)
    return found


async def verify(
    redis: Redis,
    ledger: Ledger,
    shard: int,
    plans: Plans,
    *,
    now_ms: int,
    keys: Iterable[str] = (),
) -> Drift:
    """Compare one *shard*: the uses that the ledger knows, and those of *keys*.

    Raises:
        RedisAway: when Redis does not answer.
        LedgerAway: when the ledger does not.
    """
    known = _Known(shard, now_ms)
    since = now_ms - longest_period_ms(plans)
    async for messages, _ in ledger.read([subject_of(SUBJECT_ERASED.subject, shard)]):
        known.take(messages)
    async for messages, _ in ledger.read(known.subjects, since_ms=since):
        known.take(messages)
    held = await _held(redis, {*known.uses, *keys})
    drift = Drift(uses=len(held))
    doubted: dict[str, dict[str, str]] = {}
    for key, facts in held.items():
        if not _is_over(key, facts, now_ms):
            _compare(key, known.uses.get(key), facts, drift, doubted)
    if doubted:
        await _doubt(redis, ledger, known, doubted, drift)
    return drift


@dataclass(slots=True)
class _Use:
    """What the ledger says of one use: its *start* in days, and what each resource is held for."""

    start: int
    names: dict[str, str]


class _Known:
    """What the ledger says of the current periods of a shard."""

    def __init__(self, shard: int, now_ms: int) -> None:
        self._shard = shard
        self._now = now_ms
        self._erased: set[Subject] = set()
        self.subjects = [
            subject_of(kind, shard) for kind in (VIEW_GRANTED.subject, ALLOWANCE_MERGED.subject)
        ]
        self.uses: dict[str, _Use] = {}
        self.last = 0

    def take(self, messages: Sequence[Msg]) -> None:
        for message in messages:
            self.last = max(self.last, message.metadata.sequence.stream)
            match message.subject.split(".")[3]:
                case VIEW_GRANTED.name:
                    if granted := parsed(events_pb2.ViewGranted, message):
                        self._granted(granted)
                case ALLOWANCE_MERGED.name:
                    if merged := parsed(events_pb2.AllowanceMerged, message):
                        self._merged(merged)
                case _:
                    if erased := parsed(events_pb2.SubjectErased, message):
                        self._erased.add(subject_from(erased.subject))

    def _granted(self, granted: events_pb2.ViewGranted) -> None:
        if use := self._use(granted.subject, granted):
            epoch = granted.decision_id.partition("-")[0]
            use.names[granted.resource] = f"{epoch}-{granted.entry_id}"

    def _merged(self, merged: events_pb2.AllowanceMerged) -> None:
        if merged.resources and (use := self._use(merged.account, merged)):
            for resource in merged.resources:
                use.names.setdefault(resource, _MERGED)

    def _use(
        self,
        of: metering_pb2.Subject,
        event: events_pb2.ViewGranted | events_pb2.AllowanceMerged,
    ) -> _Use | None:
        subject = subject_from(of)
        if milliseconds(event.period_end) <= self._now or subject in self._erased:
            return None
        key = use_key(self._shard, subject, event.action, event.period)
        start = milliseconds(event.period_start) if event.period.endswith("d") else 0
        use = self.uses.get(key)
        if use is None or use.start < start:
            use = self.uses[key] = _Use(start, {})
        return use if use.start == start else None


async def _held(redis: Redis, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    wanted = list(keys)
    held = {}
    for first in range(0, len(wanted), _PIPELINE):
        chunk = wanted[first : first + _PIPELINE]
        answers = await redis.execute([("HGETALL", key) for key in chunk])
        for key, answer in zip(chunk, answers, strict=True):
            if isinstance(answer, RedisAway):
                raise answer
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
            held[key] = dict(zip(answer[::2], answer[1::2], strict=True))
    return held


def _is_over(key: str, held: Mapping[str, str], now_ms: int) -> bool:
    period = key.rpartition(":")[2]
    if period.endswith("d"):
        start = int(held.get("#start", 0))
        return bool(start) and start + int(period[:-1]) * DAY_MS <= now_ms
    return period < CalendarMonth().window(now_ms).key


def _compare(
    key: str,
    known: _Use | None,
    held: Mapping[str, str],
    drift: Drift,
    doubted: dict[str, dict[str, str]],
) -> None:
    names = {field[1:]: value.split(" ")[0] for field, value in held.items() if field[0] == "="}
    charged = int(held.get("#charged", 0))
    expected = known.names if known else {}
    if known and int(held.get("#start", 0)) > known.start:
        # It has begun anew since.
        expected = {}
    grants = sum(name != _MERGED for name in names.values())
    missing = sum(resource not in names for resource in expected)
    drift.missing += missing
    drift.miscounted += abs(charged - grants)
    if missing or charged != grants:
        drift.keys.append(key)
    beyond = {resource: name for resource, name in names.items() if resource not in expected}
    if beyond:
        doubted[key] = beyond


async def _doubt(
    redis: Redis,
    ledger: Ledger,
    known: _Known,
    doubted: Mapping[str, Mapping[str, str]],
    drift: Drift,
) -> None:
    """Look for what Redis has beyond the ledger in the outbox, then in the ledger's newest."""
    shard = shard_of_key(next(iter(doubted)))
    told: set[tuple[str, str]] = set()
    for entry in await Outbox(redis).of(shard):
        fields = entry.fields
        if "resources" in fields:
            subject = Subject("account", fields["account"])
            resources = fields["resources"].splitlines()
        elif "resource" in fields:
            is_guest = fields["kind"] == "guest"
            subject = Subject("guest" if is_guest else "account", fields["id"])
            resources = [fields["resource"]]
        else:
            continue
        period = fields.get("period") or CalendarMonth().window(int(fields["start"])).key
        key = use_key(shard, subject, fields["action"], period)
        told.update((key, resource) for resource in resources)
    async for messages, _ in ledger.read(known.subjects, after=known.last):
        known.take(messages)
    for key, beyond in doubted.items():
        use = known.uses.get(key)
        lost = [
            resource
            for resource in beyond
            if (key, resource) not in told and not (use and resource in use.names)
        ]
        if lost:
            drift.surplus += len(lost)
            drift.keys.append(key)
