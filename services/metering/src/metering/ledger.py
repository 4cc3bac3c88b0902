"""The ledger: grants and merges, as events that are kept longer than the longest period."""

from datetime import UTC

from codingahead.metering.v1 import events_pb2, metering_pb2
from metering.keys import record_id
from metering.outbox import Entry
from servicekit.events import Event, EventType

VIEW_GRANTED = EventType("metering", "view_granted", 1, events_pb2.ViewGranted)
ALLOWANCE_MERGED = EventType("metering", "allowance_merged", 1, events_pb2.AllowanceMerged)

_GUEST = metering_pb2.Subject.KIND_GUEST
_ACCOUNT = metering_pb2.Subject.KIND_ACCOUNT
_KINDS = {"guest": _GUEST, "account": _ACCOUNT}


def event_of(entry: Entry) -> Event:
    """The event of an outbox *entry*: the same one however often it is made.

    Its id is the decision's or the merge's, ``<epoch>-<shard>-<entry>``, by which the stream drops
    what is published twice within its window; readers drop the rest by shard and entry.
    """
    if entry.fields.get("event") == ALLOWANCE_MERGED.name:
        return _merged(entry)
    return _granted(entry)


def _granted(entry: Entry) -> Event:
    fields = entry.fields
    name = record_id(fields["epoch"], entry.shard, entry.id)
    message = events_pb2.ViewGranted(
        decision_id=name,
        subject=metering_pb2.Subject(kind=_KINDS[fields["kind"]], id=fields["id"]),
        plan=fields["plan"],
        action=fields["action"],
        resource=fields["resource"],
        units=1,
        shard=entry.shard,
        entry_id=entry.id,
    )
    message.period_start.FromMilliseconds(int(fields["start"]))
    message.period_end.FromMilliseconds(int(fields["ends"]))
    message.granted_at.FromMilliseconds(int(fields["at"]))
    return VIEW_GRANTED.new(message, id=name, time=message.granted_at.ToDatetime(UTC))


def _merged(entry: Entry) -> Event:
    fields = entry.fields
    name = record_id(fields["epoch"], entry.shard, entry.id)
    message = events_pb2.AllowanceMerged(
        merge_id=name,
        guest=metering_pb2.Subject(kind=_GUEST, id=fields["guest"]),
        account=metering_pb2.Subject(kind=_ACCOUNT, id=fields["account"]),
        plan=fields["plan"],
        action=fields["action"],
        resources=fields["resources"].splitlines(),
        shard=entry.shard,
        entry_id=entry.id,
    )
    if fields["ends"] != "0":
        # Else no period of days has begun: there was nothing to carry over.
        message.period_start.FromMilliseconds(int(fields["start"]))
        message.period_end.FromMilliseconds(int(fields["ends"]))
    message.merged_at.FromMilliseconds(int(fields["at"]))
    return ALLOWANCE_MERGED.new(message, id=name, time=message.merged_at.ToDatetime(UTC))
