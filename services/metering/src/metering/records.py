"""What the ledger says of one subject, entry by entry, for the person to read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError

from metering.decision import Subject
from metering.keys import shard_of
from metering.ledger import (
    ALLOWANCE_MERGED,
    GUEST_SPENT,
    SUBJECT_ERASED,
    VIEW_GRANTED,
    subject_from,
    subject_of,
)
from metering.ledger_reader import Ledger
from metering.strict_entries import UNITS_ACCOUNTED, subjects_of
from servicekit.events import EventType

_ON_SHARDS: tuple[EventType[Any], ...] = (
    VIEW_GRANTED,
    ALLOWANCE_MERGED,
    GUEST_SPENT,
    SUBJECT_ERASED,
)
_KINDS: dict[str, EventType[Any]] = {kind.subject: kind for kind in (*_ON_SHARDS, UNITS_ACCOUNTED)}


@dataclass(frozen=True, slots=True)
class Record:
    """One entry: the *event* it is, and its message as protobuf's JSON."""

    event: str
    entry: str


async def records_of(ledger: Ledger, subject: Subject) -> AsyncIterator[Record]:
    """Every entry about *subject*, the oldest first; all entries of its shard are read for it.

    Raises:
        LedgerAway: when the ledger cannot be read.
    """
    shard = shard_of(subject)
    subjects = [*(subject_of(kind.subject, shard) for kind in _ON_SHARDS), subjects_of(subject)]
    wanted = subject.id.encode()
    async for messages, _ in ledger.read(subjects):
        for message in messages:
            # Most are of others; only those that may be this one's are worth parsing.
            if wanted not in message.data and wanted not in message.subject.encode():
                continue
            kind = next(k for stem, k in _KINDS.items() if message.subject.startswith(f"{stem}."))
            try:
                entry = kind.message.FromString(message.data)
            except DecodeError:
                continue
            whose = (getattr(entry, name, None) for name in ("subject", "account", "guest"))
            if any(one is not None and subject_from(one) == subject for one in whose):
                yield Record(kind.name, MessageToJson(entry, indent=None))
