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
    """What was granted from the day *since* to the day *until*, both included.

    Subjects that were erased are counted; merges cost nothing and are not. What waits in Redis
    for the ledger is missing.

    Raises:
        LedgerAway: when the ledger cannot be read to its end.
    """
    begin, end = _ms(since), _ms(until) + DAY_MS
    units: Counter[tuple[date, str, str]] = Counter()
    for shard in range(SHARDS):
        # An entry that was published twice is told by its id, and stands in one shard.
        seen: set[str] = set()
        progress("shards", shard, SHARDS)
        async for granted in _granted(ledger, shard, begin):
            at = milliseconds(granted.granted_at)
            if begin <= at < end and granted.decision_id not in seen:
                seen.add(granted.decision_id)
                day = datetime.fromtimestamp(at / 1000, UTC).date()
                units[day, granted.plan, granted.action] += granted.units
    return sorted(Used(*key, count) for key, count in units.items())


async def _granted(ledger: Ledger, shard: int, begin: int) -> AsyncIterator[events_pb2.ViewGranted]:
    subjects = [subject_of(VIEW_GRANTED.subject, shard), anonymous_subject(shard)]
    async for messages, _ in ledger.read(subjects, since_ms=begin):
        for message in messages:
            if granted := parsed(events_pb2.ViewGranted, message):
                yield granted


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
