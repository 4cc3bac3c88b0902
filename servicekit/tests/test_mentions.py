"""Messages about somebody are found and removed, and nobody else's."""

import asyncio
from datetime import UTC, datetime

from servicekit.bus import Bus
from servicekit.events import Event
from servicekit.mentions import erase_mentions, mentions
from tests.support.nats_server import NatsServer

ANN, BOB = "ann-uo2Zb1S8u0m5", "bob-8aVq0zLkq2Yt"
SENT, LOST = "com.codingahead.parcels.sent.v1", "com.codingahead.parcels.lost.v1"


def parcel(of: str, kind: str = SENT) -> Event:
    name = kind.split(".")[3]
    return Event(
        id=f"{of}-{name}",
        type=kind,
        source="/codingahead/parcels",
        subject=f"codingahead.parcels.v1.{name}",
        time=datetime.now(UTC),
        data=b"\x0a\x10" + of.encode(),
    )


async def found(bus: Bus, identifier: str) -> list[bytes]:
    return [message.data async for message in mentions(bus, "PARCELS", identifier)]


async def test_only_what_is_said_of_somebody_goes_and_one_type_stays(
    nats_server: NatsServer,
) -> None:
    bus = await Bus.connect(nats_server.url, "test")
    try:
        parcels = [parcel(of, kind) for of in (ANN, BOB) for kind in (SENT, LOST)]
        assert all(await bus.publish_batch(parcels))
        assert len(await found(bus, ANN)) == 2
        assert await erase_mentions(bus, "PARCELS", ANN, but=LOST) == 1
        assert len(await found(bus, ANN)) == 1
        assert len(await found(bus, BOB)) == 2
        # Again is no error, nor is a stream that nobody declared.
        assert await erase_mentions(bus, "PARCELS", ANN, but=LOST) == 0
        assert await erase_mentions(bus, "NOTHING", ANN, but=LOST) == 0
    finally:
        await bus.close()


async def test_an_outage_is_waited_for(nats_server: NatsServer) -> None:
    bus = await Bus.connect(nats_server.url, "test")
    try:
        assert all(await bus.publish_batch([parcel(ANN), parcel(BOB)]))
        await nats_server.stop()
        erasing = asyncio.create_task(erase_mentions(bus, "PARCELS", ANN, but=LOST))
        await asyncio.sleep(0.3)
        assert not erasing.done()
        await nats_server.start()
        assert await asyncio.wait_for(erasing, 20) == 1
        assert len(await found(bus, BOB)) == 1
    finally:
        await bus.close()
