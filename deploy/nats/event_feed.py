"""Reads streams as they grow, through restarts of the bus, missing nothing that is kept."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from servicekit.events import Event, MalformedEvent

type Received = Event | str
"""An event, or in one line why a message is none."""

_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_QUIET_SECONDS = 2.0
_RETRY_SECONDS = 0.5


class EventFeed:
    """The events of *streams*: those of the past on request, then each as it passes."""

    def __init__(self, jetstream: JetStreamContext, streams: list[str]) -> None:
        self._jetstream = jetstream
        self._streams = streams
        self._next: dict[str, int] = {}

    async def past(self, last: int) -> list[Received]:
        """The *last* events of all streams together, oldest first."""
        found: list[tuple[datetime, Received]] = []
        for stream in self._streams:
            try:
                state = (await self._jetstream.stream_info(stream)).state
            except NotFoundError:
                continue
            self._next[stream] = state.last_seq + 1
            first = max(1, state.first_seq, state.last_seq - last + 1)
            for sequence in range(first, state.last_seq + 1):
                with suppress(NotFoundError):
                    message = await self._jetstream.get_msg(stream, sequence)
                    received = _decode(message.subject or "", message.headers, message.data or b"")
                    found.append((message.time or _UNKNOWN, received))
        found.sort(key=lambda entry: entry[0])
        return [received for _, received in found[-last:]] if last else []

    async def follow(self, take: Callable[[Received], None]) -> None:
        """Give *take* each event from now on, or from where :meth:`past` ended."""
        async with asyncio.TaskGroup() as group:
            for stream in self._streams:
                group.create_task(self._follow(stream, take))

    async def _follow(self, stream: str, take: Callable[[Received], None]) -> None:
        while True:
            # Away, or not there yet: it is looked for again.
            with suppress(NatsError, OSError, TimeoutError):
                await self._read(stream, take)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _read(self, stream: str, take: Callable[[Received], None]) -> None:
        if stream not in self._next:
            self._next[stream] = (await self._jetstream.stream_info(stream)).state.last_seq + 1
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._next[stream],
        )
        subscription = await self._jetstream.subscribe(
            ">", stream=stream, ordered_consumer=True, config=config
        )
        try:
            while True:
                try:
                    message = await subscription.next_msg(timeout=_QUIET_SECONDS)
                except TimeoutError:
                    # Nothing happened, or our consumer went with the server it was on.
                    state = (await self._jetstream.stream_info(stream)).state
                    if state.last_seq + 1 != self._next[stream]:
                        self._next[stream] = min(self._next[stream], state.last_seq + 1)
                        return
                    continue
                sequence = message.metadata.sequence.stream
                if sequence >= self._next[stream]:
                    self._next[stream] = sequence + 1
                    take(_decode(message.subject, message.headers, message.data))
        finally:
            with suppress(NatsError, OSError):
                await subscription.unsubscribe()


def _decode(subject: str, headers: Mapping[str, str] | None, data: bytes) -> Received:
    try:
        return Event.decode(subject, headers, data)
    except MalformedEvent as error:
        return f"{subject}: no event: {error}"
