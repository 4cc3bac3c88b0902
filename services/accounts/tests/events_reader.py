"""What the bus has of accounts' events."""

import asyncio

import nats
from google.protobuf.message import Message
from nats.js.api import DiscardPolicy, StorageType, StreamConfig

from accounts.events import (
    ACCOUNT_CHANGED,
    ACCOUNT_REGISTERED,
    API_KEY_REVOKED,
    PLAN_CHANGED,
    SESSION_REVOKED,
)
from servicekit.events import Event

STREAM = StreamConfig(
    name="ACCOUNTS",
    subjects=["codingahead.accounts.v1.>"],
    storage=StorageType.FILE,
    discard=DiscardPolicy.OLD,
    duplicate_window=120,
)
_KINDS = {
    kind.type: kind
    for kind in (
        *(ACCOUNT_REGISTERED, ACCOUNT_CHANGED, SESSION_REVOKED),
        *(API_KEY_REVOKED, PLAN_CHANGED),
    )
}


async def make_stream(url: str) -> None:
    client = await nats.connect(url)
    await client.jetstream().add_stream(STREAM)
    await client.close()


async def read_events(url: str) -> list[tuple[Event, Message]]:
    """All events of the stream, in order, each with its message."""
    client = await nats.connect(url)
    try:
        jetstream = client.jetstream()
        state = (await jetstream.stream_info("ACCOUNTS")).state
        found: list[tuple[Event, Message]] = []
        for number in range(max(1, state.first_seq), state.last_seq + 1):
            stored = await jetstream.get_msg("ACCOUNTS", number)
            assert stored.subject is not None
            event = Event.decode(stored.subject, stored.headers, stored.data or b"")
            found.append((event, _KINDS[event.type].parse(event)))
        return found
    finally:
        await client.close()


async def events_when_there_are(url: str, count: int) -> list[tuple[Event, Message]]:
    """All events of the stream, once there are *count* or more."""
    async with asyncio.timeout(20):
        while len(found := await read_events(url)) < count:
            await asyncio.sleep(0.05)
    return found
