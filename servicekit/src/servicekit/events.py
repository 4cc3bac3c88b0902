"""The envelope in which every event travels: CloudEvents 1.0, NATS binary mode.

Attributes are ``ce-*`` headers and the payload is one protobuf message, as the CloudEvents NATS
binding lays down (``datacontenttype`` included, which is ``ce-datacontenttype`` there). Two
headers are not CloudEvents': ``Nats-Msg-Id``, by which JetStream drops duplicates, and
``traceparent``.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from google.protobuf.message import DecodeError, Message

from servicekit import tracing

MEDIA_TYPE = "application/protobuf"
PREFIX = "codingahead"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# The binding encodes what a header may not hold, plus blank, quote and percent.
_HEADER_SAFE = "".join(chr(number) for number in range(0x21, 0x7F) if chr(number) not in '"%')


class MalformedEvent(Exception):  # noqa: N818 - it names what was received
    """A message that is no event of the kind expected; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence: CloudEvents attributes and a protobuf payload.

    *subject* is the NATS subject; *time* is UTC with microseconds.
    """

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: bytes
    traceparent: str = ""

    def headers(self) -> dict[str, str]:
        """Headers to publish it with."""
        headers = {
            "ce-specversion": "1.0",
            "ce-id": _encode(self.id),
            "ce-source": _encode(self.source),
            "ce-type": self.type,
            "ce-time": self.time.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "ce-datacontenttype": MEDIA_TYPE,
            "Nats-Msg-Id": _encode(self.id),
        }
        if self.traceparent:
            headers[tracing.HEADER] = self.traceparent
        return headers

    @classmethod
    def decode(cls, subject: str, headers: Mapping[str, str] | None, data: bytes) -> "Event":
        """Read a received message back.

        Raises:
            MalformedEvent: when a required attribute is missing or has no sense.
        """
        fields = headers or {}
        if (version := fields.get("ce-specversion")) != "1.0":
            raise MalformedEvent(f"ce-specversion is {version!r}, not '1.0'")
        values = {name: fields.get(f"ce-{name}", "") for name in ("id", "source", "type", "time")}
        if missing := [f"ce-{name}" for name, value in values.items() if not value]:
            raise MalformedEvent(f"no {', '.join(missing)}")
        if (media_type := fields.get("ce-datacontenttype")) != MEDIA_TYPE:
            raise MalformedEvent(f"ce-datacontenttype is {media_type!r}, not {MEDIA_TYPE!r}")
        try:
            time = datetime.fromisoformat(values["time"])
        except ValueError:
            raise MalformedEvent(f"ce-time {values['time']!r} is no RFC 3339 time") from None
        if time.tzinfo is None:
            raise MalformedEvent(f"ce-time {values['time']!r} has no offset")
        return cls(
            id=unquote(values["id"]),
            type=values["type"],
            source=unquote(values["source"]),
            subject=subject,
            time=time.astimezone(UTC),
            data=data,
            traceparent=fields.get(tracing.HEADER, ""),
        )


@dataclass(frozen=True, slots=True)
class EventType[M: Message]:
    """A kind of event that *service* owns, in one *version*, carrying one *message* type."""

    service: str
    name: str
    version: int
    message: type[M]

    def __post_init__(self) -> None:
        if not (_NAME.fullmatch(self.service) and _NAME.fullmatch(self.name) and self.version > 0):
            raise ValueError(f"malformed event type {self}")

    @property
    def type(self) -> str:
        """CloudEvents type: ``com.codingahead.gateway.page_viewed.v1``."""
        return f"com.{PREFIX}.{self.service}.{self.name}.v{self.version}"

    @property
    def subject(self) -> str:
        """NATS subject: ``codingahead.gateway.v1.page_viewed``."""
        return f"{PREFIX}.{self.service}.v{self.version}.{self.name}"

    def new(self, message: M, *, id: str = "", time: datetime | None = None) -> Event:  # noqa: A002
        """Make an event of *message*; *id* is for producers that can name the same one again."""
        return Event(
            id=id or str(uuid.uuid4()),
            type=self.type,
            source=f"/{PREFIX}/{self.service}",
            subject=self.subject,
            time=time or datetime.now(UTC),
            data=message.SerializeToString(deterministic=True),
            traceparent=tracing.current_traceparent(),
        )

    def parse(self, event: Event) -> M:
        """The message *event* carries.

        Raises:
            MalformedEvent: when it is of another type or its payload cannot be read.
        """
        if event.type != self.type:
            raise MalformedEvent(f"type is {event.type!r}, not {self.type!r}")
        try:
            return self.message.FromString(event.data)
        except DecodeError as error:
            raise MalformedEvent(f"payload of {event.type} cannot be read: {error}") from None


def _encode(value: str) -> str:
    return quote(value, safe=_HEADER_SAFE)
