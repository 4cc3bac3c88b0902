"""Events as lines for eyes: page views and ledger entries in words, others by their names."""

from collections.abc import Callable

from codingahead.gateway.v1 import events_pb2 as gateway_events
from codingahead.metering.v1 import events_pb2 as metering_events
from codingahead.metering.v1 import metering_pb2
from servicekit.events import Event, EventType, MalformedEvent

PAGE_VIEWED = EventType("gateway", "page_viewed", 1, gateway_events.PageViewed)
VIEW_GRANTED = EventType("metering", "view_granted", 1, metering_events.ViewGranted)
ALLOWANCE_MERGED = EventType("metering", "allowance_merged", 1, metering_events.AllowanceMerged)
GUEST_SPENT = EventType("metering", "guest_spent", 1, metering_events.GuestSpent)
SUBJECT_ERASED = EventType("metering", "subject_erased", 1, metering_events.SubjectErased)
UNITS_ACCOUNTED = EventType("metering", "units_accounted", 1, metering_events.UnitsAccounted)

_KINDS = {
    metering_pb2.Subject.KIND_GUEST: "guest",
    metering_pb2.Subject.KIND_ACCOUNT: "account",
}
_CHANGES = {
    metering_events.UnitsChange.KIND_RESERVED: "reserved",
    metering_events.UnitsChange.KIND_SETTLED: "settled",
    metering_events.UnitsChange.KIND_EXPIRED: "expired",
}


def line_of(event: Event) -> str:
    """One line: time (UTC), type, subject's kind/id, plan, system:code, verdict, mode."""
    name = event.type.removeprefix("com.codingahead.")
    words = _WORDS.get(event.type)
    try:
        columns = words(event) if words else ()
    except MalformedEvent as error:
        columns = (f"malformed: {error}",)
    time = event.time.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    line = "  ".join(f"{cell:<{width}}" for cell, width in zip(columns, _WIDTHS, strict=False))
    return f"{time}  {name:<30}  {line}".rstrip()


def _page_viewed(event: Event) -> tuple[str, ...]:
    viewed = PAGE_VIEWED.parse(event)
    subject = f"{viewed.subject_kind}/{viewed.subject_id}"
    page = f"{viewed.system}:{viewed.code}"
    return subject, viewed.plan, page, viewed.verdict, viewed.mode


def _view_granted(event: Event) -> tuple[str, ...]:
    granted = VIEW_GRANTED.parse(event)
    charged = f"{granted.units} {granted.action}"
    return _subject(granted.subject), granted.plan, granted.resource, "granted", charged


def _allowance_merged(event: Event) -> tuple[str, ...]:
    merged = ALLOWANCE_MERGED.parse(event)
    count = len(merged.resources)
    pages = ", ".join(merged.resources[:3]) + (f" and {count - 3} more" if count > 3 else "")
    source = f"{merged.action} of {_subject(merged.guest)}"
    return _subject(merged.account), merged.plan, pages, "merged", source


def _guest_spent(event: Event) -> tuple[str, ...]:
    spent = GUEST_SPENT.parse(event)
    return _subject(spent.guest), "", "", "spent", f"for {_subject(spent.account)}"


def _subject_erased(event: Event) -> tuple[str, ...]:
    return _subject(SUBJECT_ERASED.parse(event).subject), "", "", "erased"


def _units_accounted(event: Event) -> tuple[str, ...]:
    entry = UNITS_ACCOUNTED.parse(event)
    plan = entry.changes[0].plan if entry.changes else ""
    changes = ", ".join(
        f"{each.units} {_CHANGES.get(each.kind, 'changed')}" for each in entry.changes
    )
    return (
        _subject(entry.subject),
        plan,
        entry.action,
        "erased" if entry.erased else "units",
        changes,
    )


def _subject(subject: metering_pb2.Subject) -> str:
    return f"{_KINDS.get(subject.kind, 'unknown')}/{subject.id}"


_WIDTHS = (32, 12, 24, 8, 16)
_WORDS: dict[str, Callable[[Event], tuple[str, ...]]] = {
    PAGE_VIEWED.type: _page_viewed,
    VIEW_GRANTED.type: _view_granted,
    ALLOWANCE_MERGED.type: _allowance_merged,
    GUEST_SPENT.type: _guest_spent,
    SUBJECT_ERASED.type: _subject_erased,
    UNITS_ACCOUNTED.type: _units_accounted,
}
