"""The ledger: what each shard recorded, as events that are kept longer than the longest period.

An event stands on its type's subject with the shard behind it, so that what one shard recorded
can be read without the rest: ``codingahead.metering.v1.view_granted.s07``.
"""

from dataclasses import replace
from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp

from codingahead.metering.v1 import events_pb2, metering_pb2
from metering.decision import Subject
from metering.keys import record_id
from metering.outbox import Entry
from metering.periods import CalendarMonth
from servicekit.events import Event, EventType

VIEW_GRANTED = EventType("metering", "view_granted", 1, events_pb2.ViewGranted)
ALLOWANCE_MERGED = EventType("metering", "allowance_merged", 1, events_pb2.AllowanceMerged)
GUEST_SPENT = EventType("metering", "guest_spent", 1, events_pb2.GuestSpent)
SUBJECT_ERASED = EventType("metering", "subject_erased", 1, events_pb2.SubjectErased)

_GUEST = metering_pb2.Subject.KIND_GUEST
_ACCOUNT = metering_pb2.Subject.KIND_ACCOUNT
_KINDS = {"guest": _GUEST, "account": _ACCOUNT}


class Unpublishable(Exception):  # noqa: N818 - it describes the entry
    """An outbox entry of which no event can be made; says why."""


def event_of(entry: Entry) -> Event:
    """The event of an outbox *entry*: the same one however often it is made.

    Its id is the decision's or the merge's, ``<epoch>-<shard>-<entry>``, by which the stream drops
    what is published twice within its window; readers drop the rest by shard and entry.

    Raises:
        Unpublishable: when the entry is none that a script writes.
    """
    try:
        event = _MAKERS[entry.fields.get("event", VIEW_GRANTED.name)](entry)
    except (KeyError, ValueError) as error:
        raise Unpublishable(f"{type(error).__name__}: {error}") from None
    return replace(event, subject=subject_of(event.subject, entry.shard))


def subject_of(subject: str, shard: int) -> str:
    """Where the events of *shard* stand that belong on *subject*."""
    return f"{subject}.s{shard:02}"


def anonymous_subject(shard: int) -> str:
    """Where the grants of *shard* stand whose subject was erased."""
    return f"{subject_of(VIEW_GRANTED.subject, shard)}.anonymous"


def anonymous(granted: events_pb2.ViewGranted) -> Event:
    """What remains of a grant to a subject that was erased: the unit, and under which plan."""
    message = events_pb2.ViewGranted()
    message.CopyFrom(granted)
    message.subject.id = ""
    message.resource = ""
    event = VIEW_GRANTED.new(
        message, id=f"{granted.decision_id}-anonymous", time=granted.granted_at.ToDatetime(UTC)
    )
    return replace(event, subject=anonymous_subject(granted.shard))


def subject_from(message: metering_pb2.Subject) -> Subject:
    """Read a subject back."""
    return Subject("guest" if message.kind == _GUEST else "account", message.id)


def milliseconds(moment: Timestamp) -> int:
    """Since 1970."""
    return moment.seconds * 1000 + moment.nanos // 1_000_000


def _granted(entry: Entry) -> Event:
    fields = entry.fields
    name = _name(entry)
    limit, _, plan = fields["held"].partition(" ")
    start = int(fields["start"])
    message = events_pb2.ViewGranted(
        decision_id=name,
        subject=metering_pb2.Subject(kind=_KINDS[fields["kind"]], id=fields["id"]),
        plan=plan,
        action=fields["action"],
        resource=fields["resource"],
        units=1,
        shard=entry.shard,
        entry_id=entry.name,
        # Of a month, it is where it begins.
        period=fields.get("period") or CalendarMonth().window(start).key,
        limit=int(limit),
    )
    message.period_start.FromMilliseconds(start)
    message.period_end.FromMilliseconds(int(fields["ends"]))
    message.granted_at.FromMilliseconds(int(fields["at"]))
    return VIEW_GRANTED.new(message, id=name, time=message.granted_at.ToDatetime(UTC))


def _merged(entry: Entry) -> Event:
    fields = entry.fields
    name = _name(entry)
    message = events_pb2.AllowanceMerged(
        merge_id=name,
        guest=metering_pb2.Subject(kind=_GUEST, id=fields["guest"]),
        account=metering_pb2.Subject(kind=_ACCOUNT, id=fields["account"]),
        plan=fields["plan"],
        action=fields["action"],
        resources=fields["resources"].splitlines(),
        shard=entry.shard,
        entry_id=entry.name,
    )
    if fields["ends"] != "0":
        # Else no period of days has begun: there was nothing to carry over.
        message.period_start.FromMilliseconds(int(fields["start"]))
        message.period_end.FromMilliseconds(int(fields["ends"]))
        message.period = fields["period"]
    message.merged_at.FromMilliseconds(int(fields["at"]))
    return ALLOWANCE_MERGED.new(message, id=name, time=message.merged_at.ToDatetime(UTC))


def _spent(entry: Entry) -> Event:
    fields = entry.fields
    message = events_pb2.GuestSpent(
        guest=metering_pb2.Subject(kind=_GUEST, id=fields["guest"]),
        account=metering_pb2.Subject(kind=_ACCOUNT, id=fields["account"]),
        shard=entry.shard,
        entry_id=entry.name,
    )
    message.spent_at.FromMilliseconds(int(fields["at"]))
    return GUEST_SPENT.new(message, id=_name(entry), time=message.spent_at.ToDatetime(UTC))


def _erased(entry: Entry) -> Event:
    fields = entry.fields
    message = events_pb2.SubjectErased(
        subject=metering_pb2.Subject(kind=_KINDS[fields["kind"]], id=fields["id"]),
        shard=entry.shard,
        entry_id=entry.name,
    )
    message.erased_at.FromMilliseconds(int(fields["at"]))
    return SUBJECT_ERASED.new(message, id=_name(entry), time=message.erased_at.ToDatetime(UTC))


def _name(entry: Entry) -> str:
    return record_id(entry.fields["epoch"], entry.shard, entry.name)


_MAKERS = {
    VIEW_GRANTED.name: _granted,
    ALLOWANCE_MERGED.name: _merged,
    GUEST_SPENT.name: _spent,
    SUBJECT_ERASED.name: _erased,
}
