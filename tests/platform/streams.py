"""What the streams of a platform hold, and what its parts say of themselves."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import nats
import nats.errors

from deploy.local.platform import Platform
from servicekit.events import Event


async def events_in(platform: Platform, stream: str) -> list[Event]:
    """Every event of *stream*, oldest first."""
    client = await nats.connect(platform.address("nats"))
    try:
        jetstream = client.jetstream()
        events: list[Event] = []
        if not (await jetstream.stream_info(stream)).state.messages:
            return events
        subscription = await jetstream.subscribe(">", stream=stream, ordered_consumer=True)
        while True:
            try:
                message = await subscription.next_msg(timeout=2)
            except nats.errors.TimeoutError:
                # What there was may have been erased before it was read.
                if (await subscription.consumer_info()).num_pending:
                    raise
                return events
            events.append(Event.decode(message.subject, message.headers, message.data))
            # Not by the last number: that message may have been erased.
            if not message.metadata.num_pending:
                await subscription.unsubscribe()
                return events
    finally:
        await client.close()


async def stored_in(platform: Platform, stream: str) -> int:
    """How many events *stream* holds."""
    client = await nats.connect(platform.address("nats"))
    try:
        return (await client.jetstream().stream_info(stream)).state.messages
    finally:
        await client.close()


async def metric(platform: Platform, part: str, series: str) -> float:
    """The sum of *part*'s samples whose line starts with *series*."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(platform.metrics_address(part))).text
    samples = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(series)]
    return sum(float(value) for _, value in samples)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Wait until *condition* holds."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)
