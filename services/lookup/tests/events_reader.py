"""Reads what lookup has published."""

import asyncio

import nats
from nats.errors import TimeoutError as NatsTimeout

from codingahead.lookup.v1 import events_pb2
from lookup.release_events import RELEASE_PUBLISHED
from servicekit.events import Event


async def read_published(url: str, count: int) -> list[events_pb2.ReleasePublished]:
    """The first *count* events of the stream, once they are there."""
    client = await nats.connect(url)
    try:
        subscription = await client.jetstream().subscribe(
            RELEASE_PUBLISHED.subject, stream="LOOKUP", ordered_consumer=True
        )
        found: list[events_pb2.ReleasePublished] = []
        async with asyncio.timeout(15):
            while len(found) < count:
                try:
                    message = await subscription.next_msg(timeout=1)
                except NatsTimeout:
                    continue
                event = Event.decode(message.subject, message.headers, message.data)
                found.append(RELEASE_PUBLISHED.parse(event))
        return found
    finally:
        await client.close()
