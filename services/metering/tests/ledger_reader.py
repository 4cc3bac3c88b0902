"""Reads the whole ledger, as an auditor would."""

import nats

from codingahead.metering.v1 import events_pb2
from metering.ledger import ALLOWANCE_MERGED, VIEW_GRANTED
from servicekit.events import Event


async def read_ledger(url: str) -> list[events_pb2.ViewGranted]:
    """Every grant, in order; duplicates stay."""
    granted = []
    for event in await _events(url):
        if event.type == VIEW_GRANTED.type:
            granted.append(VIEW_GRANTED.parse(event))
            assert event.id == granted[-1].decision_id
    return granted


async def read_merges(url: str) -> list[events_pb2.AllowanceMerged]:
    """Every merge, in order; duplicates stay."""
    merged = []
    for event in await _events(url):
        if event.type == ALLOWANCE_MERGED.type:
            merged.append(ALLOWANCE_MERGED.parse(event))
            assert event.id == merged[-1].merge_id
    return merged


async def _events(url: str) -> list[Event]:
    client = await nats.connect(url)
    try:
        jetstream = client.jetstream()
        stored = (await jetstream.stream_info("METERING")).state.messages
        events: list[Event] = []
        if stored:
            subscription = await jetstream.subscribe(
                "codingahead.metering.v1.>", stream="METERING", ordered_consumer=True
            )
            while len(events) < stored:
                message = await subscription.next_msg(timeout=10)
                events.append(Event.decode(message.subject, message.headers, message.data))
        return events
    finally:
        await client.close()
