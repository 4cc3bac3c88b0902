"""Checking the entries of strict actions: each balance must follow from the one before."""

from dataclasses import dataclass, field

from codingahead.metering.v1 import events_pb2
from metering.ledger_reader import Ledger
from metering.strict_entries import balance_of, entry_in, subjects_of_shard

_RESERVED = events_pb2.UnitsChange.KIND_RESERVED
_SETTLED = events_pb2.UnitsChange.KIND_SETTLED
_EXPIRED = events_pb2.UnitsChange.KIND_EXPIRED


@dataclass(slots=True)
class Audit:
    """How many *entries* of how many *holders* were read, and in which something is wrong.

    *unbalanced*: what is reserved is not what is settled, expired and open together, or the balance
    is not that of the entry before and what happened since, or more is charged and reserved than
    the limit. *subjects* names some of those whose entries they are.
    """

    entries: int = 0
    holders: int = 0
    unbalanced: int = 0
    subjects: list[str] = field(default_factory=list)

    def add(self, other: "Audit") -> None:
        """Take *other* in."""
        self.entries += other.entries
        self.holders += other.holders
        self.unbalanced += other.unbalanced
        self.subjects += other.subjects


type _Totals = tuple[int, int, int]
"""Units ever reserved, settled and expired."""


async def audit(ledger: Ledger, shard: int) -> Audit:
    """Replay all entries of *shard*; about 200 bytes of memory for each holder.

    Raises:
        LedgerAway: when the ledger cannot be read to its end.
    """
    found = Audit()
    befores: dict[str, _Totals] = {}
    async for messages, _ in ledger.read([subjects_of_shard(shard)]):
        for message in messages:
            found.entries += 1
            try:
                entry = entry_in(message.data)
                after = _totals(entry) if _is_whole(entry) else None
            except (ValueError, KeyError):
                after = None
            else:
                before = befores.get(message.subject)
                # What came before the first entry that is kept, nobody knows.
                if not entry.erased and after and before and _changed(before, entry) != after:
                    after = None
            if after is None:
                found.unbalanced += 1
                found.subjects.append(message.subject)
                befores.pop(message.subject, None)
            else:
                befores[message.subject] = after
    found.holders = len(befores)
    return found


def _totals(entry: events_pb2.UnitsAccounted) -> _Totals:
    balance = entry.balance
    return balance.reserved, balance.settled, balance.expired


def _changed(before: _Totals, entry: events_pb2.UnitsAccounted) -> _Totals:
    sums = dict.fromkeys((_RESERVED, _SETTLED, _EXPIRED), 0)
    for change in entry.changes:
        sums[change.kind] += change.units
    reserved, settled, expired = before
    return reserved + sums[_RESERVED], settled + sums[_SETTLED], expired + sums[_EXPIRED]


def _is_whole(entry: events_pb2.UnitsAccounted) -> bool:
    balance = balance_of(entry)
    return balance.reserved == balance.settled + balance.expired + balance.open and all(
        tally.limit is None or tally.settled + tally.reserved <= tally.limit
        for tally in balance.tallies
    )
