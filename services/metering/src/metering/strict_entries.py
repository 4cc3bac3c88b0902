"""Entries of the ledger for strict actions: a step and the balance after it, as one event.

Each holder and action has a subject of its own:
``codingahead.metering.v1.units_accounted.s07.account.<id>.ask_assistant``. What was charged to
those who are erased stands on ``codingahead.metering.v1.units_accounted.s07.anonymous``.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from codingahead.metering.v1 import events_pb2, metering_pb2
from metering.balance import DIGEST_BYTES, Balance, Holder, Kind, Request, Reservation, Tally
from metering.decision import Subject
from metering.keys import shard_of
from metering.ledger import milliseconds, subject_of
from metering.strict import Step
from servicekit.events import Event, EventType

UNITS_ACCOUNTED = EventType("metering", "units_accounted", 1, events_pb2.UnitsAccounted)

EVERY_SUBJECT = f"{UNITS_ACCOUNTED.subject}.*.*.*.*"
"""Where the entries of all holders stand."""

_UNLIMITED = -1
_KINDS: dict[str, metering_pb2.Subject.Kind.ValueType] = {
    "guest": metering_pb2.Subject.KIND_GUEST,
    "account": metering_pb2.Subject.KIND_ACCOUNT,
}
_CHANGES = {
    Kind.RESERVED: events_pb2.UnitsChange.KIND_RESERVED,
    Kind.SETTLED: events_pb2.UnitsChange.KIND_SETTLED,
    Kind.EXPIRED: events_pb2.UnitsChange.KIND_EXPIRED,
}
_CHANGES_READ = {value: kind for kind, value in _CHANGES.items()}


def subject_of_holder(holder: Holder) -> str:
    """Where the entries of *holder* stand."""
    return f"{_prefix(holder.subject)}.{holder.action}"


def subjects_of(subject: Subject) -> str:
    """Where the entries of *subject* stand, whatever the action."""
    return f"{_prefix(subject)}.*"


def subjects_of_shard(shard: int) -> str:
    """Where the entries of all holders of *shard* stand."""
    return f"{subject_of(UNITS_ACCOUNTED.subject, shard)}.*.*.*"


def anonymous_subject(shard: int) -> str:
    """Where that stands which was charged to those of *shard* who are erased."""
    return f"{subject_of(UNITS_ACCOUNTED.subject, shard)}.anonymous"


def holder_of(subject: str) -> Holder:
    """Whose entries stand on *subject*.

    Raises:
        ValueError: when it is no holder's.
    """
    *_, kind, name, action = subject.split(".")
    read: Literal["guest", "account"] = "guest" if kind == "guest" else "account"
    holder = Holder(Subject(read, name), action)
    if subject_of_holder(holder) != subject:
        raise ValueError(f"{subject} is no holder's subject")
    return holder


def event_of(holder: Holder, step: Step, entry_id: str) -> Event:
    """The event of a *step*, named *entry_id*."""
    balance = step.balance
    message = events_pb2.UnitsAccounted(
        subject=_subject(holder.subject),
        changes=[
            events_pb2.UnitsChange(
                kind=_CHANGES[change.kind],
                reservation_id=change.reservation,
                units=change.units,
                plan=change.tally.plan,
                period=change.tally.key,
                period_start=_moment(change.tally.start_ms),
                period_end=_moment(change.tally.ends_ms),
            )
            for change in step.changes
        ],
        balance=events_pb2.UnitsBalance(
            reserved=balance.reserved,
            settled=balance.settled,
            expired=balance.expired,
            periods=[_period(tally) for tally in balance.tallies],
            requests=[
                events_pb2.UnitsRequest(
                    request=request.digest,
                    reservation_id=request.reservation,
                    kind=_CHANGES[request.kind],
                    units=request.units,
                )
                for request in balance.requests
            ],
        ),
    )
    return _event(holder, message, entry_id, balance.clock_ms)


def erased_event(holder: Holder, entry_id: str, now_ms: int) -> Event:
    """The event that ends the entries of *holder*, who is named by its subject only."""
    message = events_pb2.UnitsAccounted(subject=_subject(replace(holder.subject, id="")))
    message.erased = True
    return _event(holder, message, entry_id, now_ms)


def anonymous(entry: events_pb2.UnitsAccounted) -> Event | None:
    """What remains of *entry* once its holder is erased: what was charged; None if nothing was."""
    settled = events_pb2.UnitsChange.KIND_SETTLED
    message = events_pb2.UnitsAccounted(
        subject=metering_pb2.Subject(kind=entry.subject.kind),
        action=entry.action,
        shard=entry.shard,
        entry_id=entry.entry_id,
        accounted_at=entry.accounted_at,
        changes=[change for change in entry.changes if change.kind == settled],
    )
    if not message.changes:
        return None
    for change in message.changes:
        change.reservation_id = ""
    event = UNITS_ACCOUNTED.new(
        message, id=f"{entry.entry_id}-anonymous", time=entry.accounted_at.ToDatetime(UTC)
    )
    return replace(event, subject=anonymous_subject(entry.shard))


def entry_in(data: bytes) -> events_pb2.UnitsAccounted:
    """Read an entry.

    Raises:
        ValueError: when it is none.
    """
    try:
        entry = events_pb2.UnitsAccounted.FromString(data)
    except DecodeError as error:
        raise ValueError(f"it is no entry: {error}") from None
    if not entry.entry_id or not (entry.erased or entry.HasField("balance")):
        raise ValueError("it is no entry: it has neither name nor balance")
    return entry


def balance_of(entry: events_pb2.UnitsAccounted) -> Balance:
    """The balance after *entry*."""
    balance = entry.balance
    return Balance(
        clock_ms=milliseconds(entry.accounted_at),
        reserved=balance.reserved,
        settled=balance.settled,
        expired=balance.expired,
        tallies=tuple(_tally(period) for period in balance.periods),
        requests=tuple(
            Request(each.request, each.reservation_id, _CHANGES_READ[each.kind], each.units)
            for each in balance.requests
        ),
        erased=entry.erased,
    )


def _prefix(subject: Subject) -> str:
    stem = subject_of(UNITS_ACCOUNTED.subject, shard_of(subject))
    return f"{stem}.{subject.kind}.{subject.id}"


def _subject(subject: Subject) -> metering_pb2.Subject:
    return metering_pb2.Subject(kind=_KINDS[subject.kind], id=subject.id)


def _event(
    holder: Holder, message: events_pb2.UnitsAccounted, entry_id: str, clock_ms: int
) -> Event:
    message.action = holder.action
    message.shard = shard_of(holder.subject)
    message.entry_id = entry_id
    message.accounted_at.FromMilliseconds(clock_ms)
    time = datetime.fromtimestamp(clock_ms / 1000, UTC)
    event = UNITS_ACCOUNTED.new(message, id=entry_id, time=time)
    return replace(event, subject=subject_of_holder(holder))


def _period(tally: Tally) -> events_pb2.UnitsPeriod:
    return events_pb2.UnitsPeriod(
        period=tally.key,
        period_start=_moment(tally.start_ms),
        period_end=_moment(tally.ends_ms),
        limit=_UNLIMITED if tally.limit is None else tally.limit,
        plan=tally.plan,
        settled=tally.settled,
        open=[
            events_pb2.OpenReservation(
                reservation_id=each.id,
                units=each.units,
                expire_time=_moment(each.expires_ms),
                resource=each.resource,
            )
            for each in tally.open
        ],
        resources=b"".join(tally.resources),
    )


def _tally(period: events_pb2.UnitsPeriod) -> Tally:
    digests = period.resources
    return Tally(
        key=period.period,
        start_ms=milliseconds(period.period_start),
        ends_ms=milliseconds(period.period_end),
        limit=None if period.limit == _UNLIMITED else period.limit,
        plan=period.plan,
        settled=period.settled,
        open=tuple(
            Reservation(
                each.reservation_id, each.units, milliseconds(each.expire_time), each.resource
            )
            for each in period.open
        ),
        resources=tuple(
            digests[first : first + DIGEST_BYTES] for first in range(0, len(digests), DIGEST_BYTES)
        ),
    )


def _moment(ms: int) -> Timestamp:
    moment = Timestamp()
    moment.FromMilliseconds(ms)
    return moment
