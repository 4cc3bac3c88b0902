"""The streams of the event bus, declared here and nowhere else."""

from dataclasses import dataclass, replace

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from servicekit.events import PREFIX

_DAY = 86_400.0
_MIB = 2**20
_LONGEST_EVENT = _MIB // 4


class StreamRefused(Exception):  # noqa: N818 - it says what happened
    """JetStream does not take a stream as declared; says which and why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one stream: ``created``, ``updated`` or ``unchanged``."""

    stream: str
    change: str


def declared(*, replicas: int, ledger_bytes: int) -> list[StreamConfig]:
    """Every stream, each kept by *replicas* servers."""
    events = StreamConfig(
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        num_replicas=replicas,
        duplicate_window=120.0,
        max_age=30 * _DAY,
        max_bytes=64 * _MIB,
        max_msg_size=_LONGEST_EVENT,
    )

    def of(owner: str) -> list[str]:
        return [f"{PREFIX}.{owner}.v1.>"]

    return [
        replace(
            events,
            name="GATEWAY",
            subjects=of("gateway"),
            max_bytes=512 * _MIB,
            description="What was seen: page views, for statistics.",
        ),
        replace(
            events,
            name="LOOKUP",
            subjects=of("lookup"),
            description="Catalogs that were switched to.",
        ),
        replace(
            events,
            name="METERING",
            subjects=of("metering"),
            # Kept longer than the longest period. Nothing in it may be pushed out by newer entries:
            # when it is full it takes no more, and grants wait where they were recorded.
            discard=DiscardPolicy.NEW,
            max_age=400 * _DAY,
            max_bytes=ledger_bytes,
            # A merge of a thousand of the longest names, four bytes a letter.
            max_msg_size=_MIB,
            description="The ledger: what was granted.",
        ),
        replace(
            events,
            name="ACCOUNTS",
            subjects=of("accounts"),
            description="People's accounts: registered, changed, signed out, erased.",
        ),
        replace(
            events,
            name="ASSISTANT",
            subjects=of("assistant"),
            description="Questions that were answered.",
        ),
        replace(
            events,
            name="DEAD_LETTER",
            subjects=[f"{PREFIX}.dead_letter.>"],
            max_age=90 * _DAY,
            description="Events that a consumer gave up, with the reason in their headers.",
        ),
    ]


async def apply(jetstream: JetStreamContext, streams: list[StreamConfig]) -> list[Outcome]:
    """Make *streams* what the server has, creating and updating; safe to repeat.

    Raises:
        StreamRefused: when the server takes one not as it is declared.
    """
    return [Outcome(stream.name or "", await _apply(jetstream, stream)) for stream in streams]


async def _apply(jetstream: JetStreamContext, stream: StreamConfig) -> str:
    assert stream.name is not None
    try:
        try:
            present = (await jetstream.stream_info(stream.name)).config
        except NotFoundError:
            await jetstream.add_stream(stream)
            return "created"
        if _same(stream, present):
            return "unchanged"
        await jetstream.update_stream(stream)
    except APIError as error:
        raise StreamRefused(
            f"stream {stream.name} is not taken as declared: {error.description}; change its "
            "declaration, or move its events to a stream made anew"
        ) from None
    return "updated"


def _same(stream: StreamConfig, present: StreamConfig) -> bool:
    wanted, found = stream.as_dict(), present.as_dict()
    return all(found.get(name) == value for name, value in wanted.items() if value is not None)
