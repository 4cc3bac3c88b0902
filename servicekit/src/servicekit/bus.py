"""The event bus: JetStream through nats-py, as publishers and consumers of events.

Streams are declared elsewhere and applied by operations; nothing here creates one.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, PubAck

from servicekit import tracing
from servicekit.events import PREFIX, Event, MalformedEvent
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("servicekit.bus")

PUBLISHED = Counter("bus_events_published_total", "Events acknowledged by JetStream.", ["type"])
DROPPED = Counter("bus_events_dropped_total", "Events dropped, memory being full.", ["type"])
WAITING = Gauge("bus_events_waiting", "Events held in memory until JetStream takes them.")
CONNECTED = Gauge("bus_connected", "1 while the bus is connected.")
CONSUMED = Counter("bus_events_consumed_total", "Events handled.", ["consumer", "outcome"])
PENDING = Gauge("bus_consumer_pending_messages", "Events a consumer has yet to get.", ["consumer"])
DEAD_LETTERS = Counter("bus_dead_letters_total", "Events given up.", ["consumer"])

_FINISH_SECONDS = 2.0

type Handler = Callable[[Event], Awaitable[None]]


class Bus:
    """A connection that is made, and made again, in the background for as long as it lives."""

    def __init__(self, url: str, name: str) -> None:
        self._servers = [server.strip() for server in url.split(",")]
        self._name = name
        self._client = Client()
        self._connecting: asyncio.Task[None] | None = None
        self._jetstream: JetStreamContext | None = None
        self._ready = asyncio.Event()
        self._closing = False

    @classmethod
    async def connect(cls, url: str, name: str, *, patience: float = 1.0) -> Self:
        """Begin to connect to *url*; returns once connected or after *patience* seconds."""
        bus = cls(url, name)
        bus._connecting = asyncio.create_task(bus._keep_connected())
        with suppress(TimeoutError):
            await asyncio.wait_for(bus._ready.wait(), patience)
        return bus

    @property
    def connected(self) -> bool:
        """Whether the server can be reached now."""
        return self._client.is_connected

    async def jetstream(self) -> JetStreamContext:
        """JetStream, once a connection stands; ask again when it says ``ConnectionClosedError``."""
        await self._ready.wait()
        assert self._jetstream is not None
        return self._jetstream

    async def close(self) -> None:
        """Hand over what is written and disconnect."""
        self._closing = True
        if self._connecting and not self._connecting.done():
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        if self._client.is_connected:
            with suppress(NatsError, TimeoutError):
                await asyncio.wait_for(self._client.flush(), 1.0)
        if self._ready.is_set():
            with suppress(NatsError, OSError):
                await self._client.close()

    async def publish_batch(self, events: Sequence[Event], timeout: float = 5.0) -> list[bool]:  # noqa: ASYNC109
        """Publish *events* in order and wait for JetStream's acknowledgements together.

        Answers, for each, whether it is stored (a duplicate is). An outage answers False, it
        never raises; publishing the same event again is safe.
        """
        if not self.connected or self._jetstream is None:
            return [False] * len(events)
        acks: list[asyncio.Future[PubAck]] = []
        try:
            async with asyncio.timeout(timeout):
                for event in events:
                    acks.append(  # noqa: PERF401 - what was sent must stand in acks if one fails
                        await self._jetstream.publish_async(
                            event.subject, event.data, headers=event.headers()
                        )
                    )
                await asyncio.wait(acks)
        except (TimeoutError, NatsError, OSError, ValueError) as error:
            log.warning("publish_interrupted", error=_words(error))
        stored = [_stored(ack) for ack in acks]
        for event, ok in zip(events, stored, strict=False):
            if ok:
                PUBLISHED.labels(event.type).inc()
        return stored + [False] * (len(events) - len(stored))

    async def _keep_connected(self) -> None:
        """Connect, and anew with another client when one has closed itself.

        A client reconnects after a loss. When the server gives a reason for ending the connection,
        such as users that have changed, it closes for good.
        """
        while True:
            client, closed = Client(), asyncio.Event()
            try:
                await self._connect(client, closed)
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("bus_refused", error=_words(error))
                await asyncio.sleep(2.0)
                continue
            self._client, self._jetstream = client, client.jetstream()
            CONNECTED.set(1)
            self._ready.set()
            await closed.wait()
            self._ready.clear()
            log.warning("bus_closed", error=_words(client.last_error))
            await asyncio.sleep(1.0)

    async def _connect(self, client: Client, closed: asyncio.Event) -> None:
        # nats-py takes coroutine functions only.
        async def note_closed() -> None:
            closed.set()

        await client.connect(
            self._servers,
            name=self._name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=10,
            connect_timeout=2,
            error_cb=_note_error,
            disconnected_cb=self._note_disconnected,
            reconnected_cb=_note_reconnected,
            closed_cb=note_closed,
        )

    async def _note_disconnected(self) -> None:
        CONNECTED.set(0)
        if not self._closing:
            log.warning("bus_disconnected")


async def _note_error(error: Exception) -> None:
    log.debug("bus_error", error=_words(error))


async def _note_reconnected() -> None:
    CONNECTED.set(1)
    log.info("bus_reconnected")


def _words(error: BaseException | None) -> str:
    return str(error) or type(error).__name__


def _stored(ack: asyncio.Future[PubAck]) -> bool:
    if not ack.done():
        ack.cancel()
        return False
    error = ack.exception()
    if error is not None:
        log.warning("publish_refused", error=_words(error))
    return error is None


class Publisher:
    """Publishes events a process need not wait for: bounded memory, batches, acknowledged.

    While the bus is away events wait, up to *capacity*; what comes after that is dropped and
    counted in ``bus_events_dropped_total``.
    """

    def __init__(self, bus: Bus, *, capacity: int = 10_000, batch: int = 256) -> None:
        self._bus = bus
        self._capacity = capacity
        self._batch = batch
        self._waiting: deque[Event] = deque()
        self._wake = asyncio.Event()
        self._sending = asyncio.Lock()

    def offer(self, event: Event) -> bool:
        """Take *event* for publishing; False when memory is full and it was dropped."""
        if len(self._waiting) >= self._capacity:
            DROPPED.labels(event.type).inc()
            return False
        self._waiting.append(event)
        self._wake.set()
        return True

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._wake.wait()
            if not await self._send():
                await asyncio.sleep(random.uniform(0.2, 0.6))

    async def flush(self, patience: float = 2.0) -> None:
        """Publish what waits, for at most *patience* seconds; what is left is dropped."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._waiting and await self._send():
                    continue
        for event in self._waiting:
            DROPPED.labels(event.type).inc()
        if self._waiting:
            log.warning("events_dropped_at_stop", count=len(self._waiting))
            self._waiting.clear()

    async def _send(self) -> bool:
        """Publish one batch; False when the bus took none of it."""
        async with self._sending:
            batch = [self._waiting[i] for i in range(min(self._batch, len(self._waiting)))]
            if not batch:
                self._wake.clear()
                return True
            stored = await self._bus.publish_batch(batch)
            for _ in batch:
                self._waiting.popleft()
            failed = [event for event, ok in zip(batch, stored, strict=True) if not ok]
            self._waiting.extendleft(reversed(failed))
            WAITING.set(len(self._waiting))
            return len(failed) < len(batch)


class DurableConsumer:
    """Shares a stream's work: each event goes to one of the processes under the *durable* name.

    The *handler* must be idempotent: an event comes again after a crash. When it raises, the
    event is retried with growing pauses; after *max_deliver* tries, or at once when it is
    malformed, it goes to the dead-letter subject with the reason in its headers.
    """

    def __init__(
        self,
        bus: Bus,
        stream: str,
        subject: str,
        durable: str,
        handler: Handler,
        *,
        max_deliver: int = 5,
        ack_wait: float = 30.0,
        max_ack_pending: int = 256,
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._subject = subject
        self._durable = durable
        self._handler = handler
        self._max_deliver = max_deliver
        # Deliveries beyond max_deliver belong to the server's own bound, which would drop an
        # event without a dead letter when the last try crashes; one more lets us bury it.
        self._config = ConsumerConfig(
            durable_name=durable,
            filter_subject=subject,
            ack_policy=AckPolicy.EXPLICIT,
            max_deliver=max_deliver + 1,
            ack_wait=ack_wait,
            max_ack_pending=max_ack_pending,
        )

    async def run(self) -> None:
        """Consume until cancelled; the event in hand gets two seconds more, or comes again."""
        while True:
            try:
                await self._consume(await self._bus.jetstream())
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("consumer_interrupted", consumer=self._durable, error=str(error))
            await asyncio.sleep(1.0)

    async def _consume(self, jetstream: JetStreamContext) -> None:
        await jetstream.add_consumer(self._stream, self._config)
        subscription = await jetstream.pull_subscribe_bind(self._durable, self._stream)
        try:
            while True:
                try:
                    messages = await subscription.fetch(64, timeout=5.0)
                except TimeoutError:
                    messages = []
                for message in messages:
                    await _finished(asyncio.create_task(self._handle(message, jetstream)))
                PENDING.labels(self._durable).set(
                    (await subscription.consumer_info()).num_pending or 0
                )
        finally:
            with suppress(NatsError, OSError):
                await subscription.unsubscribe()

    async def _handle(self, message: Msg, jetstream: JetStreamContext) -> None:
        tries = message.metadata.num_delivered or 1
        try:
            event = Event.decode(message.subject, message.headers, message.data)
            tracing.begin(event.traceparent)
            await self._handler(event)
        except MalformedEvent as error:
            await self._bury(message, jetstream, str(error))
        except Exception as error:
            log.warning("event_failed", consumer=self._durable, tries=tries, exc_info=True)
            if tries >= self._max_deliver:
                await self._bury(message, jetstream, f"{type(error).__name__}: {error}")
            else:
                CONSUMED.labels(self._durable, "retried").inc()
                await message.nak(delay=2**tries * random.uniform(0.5, 1.0))
        else:
            CONSUMED.labels(self._durable, "handled").inc()
            await message.ack()

    async def _bury(self, message: Msg, jetstream: JetStreamContext, reason: str) -> None:
        headers = {
            **(message.headers or {}),
            "Dead-Letter-Reason": " ".join(reason.split())[:500],
            "Dead-Letter-Consumer": self._durable,
            "Dead-Letter-Subject": message.subject,
        }
        headers.pop("Nats-Msg-Id", None)
        subject = f"{PREFIX}.dead_letter.{self._durable}"
        await jetstream.publish(subject, message.data, headers=headers)
        await message.term()
        DEAD_LETTERS.labels(self._durable).inc()
        CONSUMED.labels(self._durable, "buried").inc()
        log.error("event_buried", consumer=self._durable, reason=reason)


async def _finished(handling: asyncio.Task[None]) -> None:
    try:
        await asyncio.shield(handling)
    except asyncio.CancelledError:
        await asyncio.wait([handling], timeout=_FINISH_SECONDS)
        handling.cancel()
        raise


class BroadcastConsumer:
    """Sees every new event of a subject in this process, through an ephemeral consumer.

    For caches that must be purged everywhere. Events published while the process was not
    connected are missed: :meth:`run` calls *on_gap* at each (re)subscription so that the owner
    drops what it cannot trust.
    """

    def __init__(
        self, bus: Bus, stream: str, subject: str, handler: Handler, on_gap: Callable[[], None]
    ) -> None:
        self._bus = bus
        self._stream = stream
        self._subject = subject
        self._handler = handler
        self._on_gap = on_gap

    async def run(self) -> None:
        """Consume until cancelled."""
        while True:
            try:
                await self._consume(await self._bus.jetstream())
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("consumer_interrupted", consumer=self._subject, error=str(error))
            await asyncio.sleep(1.0)

    async def _consume(self, jetstream: JetStreamContext) -> None:
        config = ConsumerConfig(deliver_policy=DeliverPolicy.NEW)
        subscription = await jetstream.subscribe(
            self._subject, stream=self._stream, ordered_consumer=True, config=config
        )
        self._on_gap()
        try:
            while True:
                try:
                    message = await subscription.next_msg(timeout=10.0)
                except TimeoutError:
                    continue
                await self._handle(message)
        finally:
            with suppress(NatsError, OSError):
                await subscription.unsubscribe()

    async def _handle(self, message: Msg) -> None:
        try:
            event = Event.decode(message.subject, message.headers, message.data)
            tracing.begin(event.traceparent)
            await self._handler(event)
        except MalformedEvent as error:
            log.warning("event_malformed", consumer=self._subject, reason=str(error))
            CONSUMED.labels(self._subject, "malformed").inc()
        except Exception:
            log.warning("event_failed", consumer=self._subject, exc_info=True)
            CONSUMED.labels(self._subject, "failed").inc()
        else:
            CONSUMED.labels(self._subject, "handled").inc()
