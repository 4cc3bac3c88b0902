"""The event envelope: its bytes on the wire, and what is refused."""

from datetime import UTC, datetime

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from hypothesis import given
from hypothesis import strategies as st

from servicekit import tracing
from servicekit.events import Event, EventType, MalformedEvent

PARCEL_SENT = EventType("parcels", "parcel_sent", 1, StringValue)
NOON = datetime(2026, 4, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def test_golden_bytes_of_an_event() -> None:
    trace = tracing.begin("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    event = PARCEL_SENT.new(StringValue(value="crate"), id="7 é%", time=NOON)

    assert event.subject == "codingahead.parcels.v1.parcel_sent"
    assert event.headers() == {
        "ce-specversion": "1.0",
        "ce-id": "7%20%C3%A9%25",
        "ce-source": "/codingahead/parcels",
        "ce-type": "com.codingahead.parcels.parcel_sent.v1",
        "ce-time": "2026-04-01T12:00:00.250000Z",
        "ce-datacontenttype": "application/protobuf",
        "Nats-Msg-Id": "7%20%C3%A9%25",
        "traceparent": f"00-0af7651916cd43dd8448eb211c80319c-{trace.span_id}-01",
    }
    assert event.data == b"\n\x05crate"


@given(st.text(min_size=1).filter(lambda text: text.isprintable()), st.binary())
def test_what_is_sent_is_what_is_read(identity: str, data: bytes) -> None:
    event = Event(identity, PARCEL_SENT.type, "/a b", PARCEL_SENT.subject, NOON, data, "")

    assert Event.decode(event.subject, event.headers(), event.data) == event


@pytest.mark.parametrize(
    "header, value, complaint",
    [
        ("ce-specversion", "0.3", "ce-specversion"),
        ("ce-id", None, "ce-id"),
        ("ce-type", "", "ce-type"),
        ("ce-time", "noon", "RFC 3339"),
        ("ce-time", "2026-04-01T12:00:00", "offset"),
        ("ce-datacontenttype", "application/json", "application/protobuf"),
    ],
)
def test_an_event_that_breaks_the_envelope_is_named_and_refused(
    header: str, value: str | None, complaint: str
) -> None:
    headers = PARCEL_SENT.new(StringValue()).headers()
    del headers[header]
    if value is not None:
        headers[header] = value

    with pytest.raises(MalformedEvent, match=complaint):
        Event.decode(PARCEL_SENT.subject, headers, b"")


def test_an_event_of_another_type_or_with_a_broken_payload_is_refused() -> None:
    event = PARCEL_SENT.new(StringValue(value="crate"))
    later = EventType("parcels", "parcel_sent", 2, StringValue)
    broken = Event(event.id, event.type, event.source, event.subject, NOON, b"\n\xff")

    with pytest.raises(MalformedEvent, match="v1"):
        later.parse(event)
    with pytest.raises(MalformedEvent, match="payload"):
        PARCEL_SENT.parse(broken)


def test_an_event_type_that_no_subject_could_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        EventType("parcels.*", "sent", 1, StringValue)
