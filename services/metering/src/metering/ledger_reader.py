"""Reads the ledger back: the latest entry of a shard, and everything from a moment on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, Self

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from metering.keys import SHARDS
from metering.ledger import subject_of
from servicekit.bus import Bus
from servicekit.events import PREFIX, Event, MalformedEvent
from servicekit.logs import get_logger

log = get_logger("metering.ledger")

STREAM = "METERING"

_EVERY = f"{PREFIX}.metering.v1.*"
_SECONDS = 5.0
_FETCH = 2_000
_FOLLOW_SECONDS = 1.0


class LedgerAway(Exception):  # noqa: N818 - it names a state
    """The ledger cannot be read now."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """How far a shard's record goes: the *epoch*, as a number, and the outbox entry in it."""

    epoch: int
    entry: tuple[int, int]

    @classmethod
    def of(cls, epoch: str, entry: str) -> "Position":
        """Read an epoch's eight hexadecimal digits and an entry's ``<ms>-<sequence>``.

        What was recorded before epochs had eight digits is before everything.
        """
        ms, _, sequence = entry.partition("-")
        return cls(int(epoch, 16) if len(epoch) == 8 else 0, (int(ms or 0), int(sequence or 0)))


class _Recorded(Protocol):
    """What all entries of the ledger are."""

    shard: int
    entry_id: str

    @classmethod
    def FromString(cls, data: bytes) -> Self:  # noqa: N802 - named by protobuf
        """Read it."""


def parsed[M: _Recorded](kind: type[M], message: Msg) -> M | None:
    """What *message* holds; None, which the log tells, when it is no entry of ours."""
    with suppress(DecodeError):
        entry = kind.FromString(message.data)
        if entry.entry_id and entry.shard < SHARDS:
            return entry
    log.error("ledger_entry_unreadable", sequence=message.metadata.sequence.stream)
    return None


class Ledger:
    """Reads the stream of the ledger. Methods raise :class:`LedgerAway`.

    A stream that was never declared is an empty one.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def last(self, shards: Sequence[int]) -> list[Position | None]:
        """The latest entry of each of *shards*; None where there is none."""
        async with _asking(self._bus) as jetstream:
            return list(await asyncio.gather(*(_last(jetstream, shard) for shard in shards)))

    async def read(
        self, subjects: Sequence[str], *, since_ms: int = 0, after: int = 0
    ) -> AsyncIterator[tuple[list[Msg], int]]:
        """Messages on *subjects* in their order, and after each handful how many are left.

        From those published at *since_ms*, or after the stream's sequence *after*, up to those
        there were when it began. Headers are not needed: a subject says of which type a message is.
        """
        async with _asking(self._bus, seconds=None) as jetstream:
            try:
                consumer = await jetstream.add_consumer(STREAM, _config(subjects, since_ms, after))
            except NotFoundError:
                return
            left = consumer.num_pending or 0
            subscription = await jetstream.pull_subscribe_bind(consumer.name, STREAM)
            fetching: asyncio.Task[list[Msg]] | None = None
            try:
                if left > 0:
                    fetching = asyncio.create_task(_fetch(subscription, left))
                while fetching is not None:
                    messages = await fetching
                    left -= len(messages)
                    # The next handful comes while this one is worked on.
                    fetching = asyncio.create_task(_fetch(subscription, left)) if left > 0 else None
                    yield messages, left
            finally:
                if fetching is not None:
                    fetching.cancel()
                    with suppress(asyncio.CancelledError, NatsError, OSError, TimeoutError):
                        await fetching
                with suppress(NatsError, OSError, TimeoutError):
                    await subscription.unsubscribe()
                    await jetstream.delete_consumer(STREAM, consumer.name)

    async def follow(self, subjects: Sequence[str], *, since_ms: int) -> AsyncGenerator[list[Msg]]:
        """Messages on *subjects*, in order: those published since *since_ms*, and those to come.

        An empty handful says that all there is was told; one comes about every second then.
        """
        async with _asking(self._bus, seconds=None) as jetstream:
            consumer = await jetstream.add_consumer(STREAM, _config(subjects, since_ms, 0))
            left = consumer.num_pending or 0
            subscription = await jetstream.pull_subscribe_bind(consumer.name, STREAM)
            try:
                while True:
                    try:
                        messages = await subscription.fetch(_FETCH, timeout=_FOLLOW_SECONDS)
                    except TimeoutError:
                        messages = []
                        # It is gone when the server was restarted: that must not pass for silence.
                        left = (await subscription.consumer_info()).num_pending or 0
                    if messages:
                        yield messages
                        left = messages[-1].metadata.num_pending or 0
                    if not left:
                        yield []
            finally:
                with suppress(NatsError, OSError, TimeoutError):
                    await subscription.unsubscribe()
                    await jetstream.delete_consumer(STREAM, consumer.name)

    async def delete(self, sequence: int) -> None:
        """Overwrite and remove one message; one that is gone already is no error."""
        async with _asking(self._bus) as jetstream:
            with suppress(NotFoundError):
                try:
                    await jetstream.delete_msg(STREAM, sequence)
                except APIError as error:
                    if error.err_code != _NO_SUCH_MESSAGE:
                        raise

    async def append(self, event: Event) -> None:
        """Publish *event* and wait until it is stored."""
        async with _asking(self._bus) as jetstream:
            await jetstream.publish(event.subject, event.data, headers=event.headers())


_NO_SUCH_MESSAGE = 10057


class _asking:  # noqa: N801 - it is used like a function
    """JetStream within *seconds*; whatever it lacks is told as :class:`LedgerAway`."""

    def __init__(self, bus: Bus, seconds: float | None = _SECONDS) -> None:
        self._bus = bus
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> JetStreamContext:
        if not self._bus.connected:
            raise LedgerAway("the bus is not connected")
        await self._timeout.__aenter__()
        return await self._bus.jetstream()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            await self._timeout.__aexit__(type(error) if error else None, error, None)
        except TimeoutError:
            raise LedgerAway(f"no answer within {_SECONDS:g} s") from None
        if isinstance(error, (NatsError, OSError, TimeoutError, MalformedEvent)):
            raise LedgerAway(str(error) or type(error).__name__) from error


async def _last(jetstream: JetStreamContext, shard: int) -> Position | None:
    try:
        message = await jetstream.get_last_msg(STREAM, subject_of(_EVERY, shard))
    except NotFoundError:
        return None
    name = str((message.headers or {}).get("ce-id", ""))
    try:
        epoch, _, entry = name.split("-", 2)
        return Position.of(epoch, entry)
    except ValueError:
        raise LedgerAway(
            f"message {message.seq} is none of metering's, but stands on its subject"
        ) from None


async def _fetch(subscription: JetStreamContext.PullSubscription, left: int) -> list[Msg]:
    return await subscription.fetch(min(_FETCH, left), timeout=_SECONDS)


def _config(subjects: Sequence[str], since_ms: int, after: int) -> ConsumerConfig:
    config = ConsumerConfig(
        filter_subjects=list(subjects),
        ack_policy=AckPolicy.NONE,
        inactive_threshold=60.0,
        mem_storage=True,
        num_replicas=1,
    )
    if after:
        config.deliver_policy = DeliverPolicy.BY_START_SEQUENCE
        config.opt_start_seq = after + 1
    elif since_ms:
        config.deliver_policy = DeliverPolicy.BY_START_TIME
        config.opt_start_time = datetime.fromtimestamp(max(0, since_ms) / 1000, UTC)
    return config
