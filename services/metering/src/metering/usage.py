"""What was used, by day and plan, as the ledger has it."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from codingahead.metering.v1 import events_pb2
from metering.keys import SHARDS
from metering.ledger import VIEW_GRANTED, anonymous_subject, milliseconds, subject_of
from metering.ledger_reader import Ledger, parsed
from metering.periods import DAY_MS
from metering.rebuild import Progress
from metering.strict_entries import anonymous_subject as anonymous_units
from metering.strict_entries import subjects_of_shard


@dataclass(frozen=True, slots=True, order=True)
class Used:
    """Units of one *action* under one *plan* on one *day*, UTC."""

    day: date
    plan: str
    action: str
    units: int


async def usage(
    ledger: Ledger,
    since: date,
    until: date,
    progress: Progress = lambda what, done, total: None,
) -> list[Used]:
    """What was charged from the day *since* to the day *until*, both included.

    Subjects that were erased are counted; merges cost nothing and are not, nor is what is reserved
    and not settled. What waits in Redis for the ledger is missing.

    Raises:
        LedgerAway: when the ledger cannot be read to its end.
    """
    begin, end = _ms(since), _ms(until) + DAY_MS
    units: Counter[tuple[date, str, str]] = Counter()
    for shard in range(SHARDS):
        # An entry that was published twice is told by its id, and stands in one shard.
        seen: set[str] = set()
        progress("shards", shard, SHARDS)
        async for entry in _entries(ledger, shard, begin):
            if begin <= entry.at_ms < end and entry.id not in seen:
                seen.add(entry.id)
                day = datetime.fromtimestamp(entry.at_ms / 1000, UTC).date()
                for plan, charged in entry.charged:
                    units[day, plan, entry.action] += charged
    return sorted(Used(*key, count) for key, count in units.items())


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the ledger: units *charged*, each number with its plan."""

    id: str
    at_ms: int
    action: str
    charged: tuple[tuple[str, int], ...]


async def _entries(ledger: Ledger, shard: int, begin: int) -> AsyncIterator[_Entry]:
    subjects = [subject_of(VIEW_GRANTED.subject, shard), anonymous_subject(shard)]
    async for messages, _ in ledger.read(subjects, since_ms=begin):
        for message in messages:
            if granted := parsed(events_pb2.ViewGranted, message):
                at = milliseconds(granted.granted_at)
                one = (granted.plan, granted.units)
                yield _Entry(granted.decision_id, at, granted.action, (one,))
    subjects = [subjects_of_shard(shard), anonymous_units(shard)]
    async for messages, _ in ledger.read(subjects, since_ms=begin):
        for message in messages:
            if units := parsed(events_pb2.UnitsAccounted, message):
                settled = [each for each in units.changes if each.kind == each.KIND_SETTLED]
                charged = tuple((each.plan, each.units) for each in settled)
                at = milliseconds(units.accounted_at)
                yield _Entry(units.entry_id, at, units.action, charged)


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
