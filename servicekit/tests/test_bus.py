"""The bus against a real server: stored, retried, buried, and patient while it is away."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from deploy.local.ports import free_port
from deploy.local.servers import nats_server as nats_program
from servicekit.bus import BroadcastConsumer, Bus, DurableConsumer, Publisher
from servicekit.events import Event, EventType
from tests.support.nats_server import NatsServer

PARCEL_SENT = EventType("parcels", "parcel_sent", 1, StringValue)


def sent(value: str) -> Event:
    return PARCEL_SENT.new(StringValue(value=value))


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[Bus]:
    bus = await Bus.connect(nats_server.url, "tests")
    assert bus.connected
    yield bus
    await bus.close()


async def eventually(holds: Callable[[], bool], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


async def stored(bus: Bus, stream: str = "PARCELS") -> int:
    return (await (await bus.jetstream()).stream_info(stream)).state.messages


class Reader:
    """A handler that notes what it sees and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[str] = []
        self.failures = failures

    async def __call__(self, event: Event) -> None:
        value = PARCEL_SENT.parse(event).value
        if self.failures:
            self.failures -= 1
            raise RuntimeError(f"cannot carry {value}")
        self.seen.append(value)


async def test_a_batch_is_stored_in_order_and_again_is_not_stored_twice(bus: Bus) -> None:
    events = [sent(str(number)) for number in range(300)]

    assert await bus.publish_batch(events) == [True] * 300
    assert await bus.publish_batch(events[:5]) == [True] * 5

    assert await stored(bus) == 300


async def test_an_event_no_stream_takes_is_not_called_stored(bus: Bus) -> None:
    orphan = EventType("nobody", "parcel_sent", 1, StringValue).new(StringValue())

    assert await bus.publish_batch([sent("a"), orphan, sent("b")]) == [True, False, True]


async def test_events_wait_while_the_bus_is_away_and_go_out_when_it_is_back(
    nats_server: NatsServer, bus: Bus
) -> None:
    publisher = Publisher(bus)
    running = asyncio.create_task(publisher.run())
    await nats_server.stop()
    await eventually(lambda: not bus.connected)

    assert await bus.publish_batch([sent("refused")]) == [False]
    assert all(publisher.offer(sent(str(number))) for number in range(20))
    await asyncio.sleep(0.5)
    await nats_server.start()
    await eventually(lambda: bus.connected)
    await publisher.flush(5.0)

    assert await stored(bus) == 20
    running.cancel()


async def test_what_memory_cannot_hold_is_dropped_and_counted() -> None:
    away = await Bus.connect("nats://127.0.0.1:1", "tests", patience=0.05)
    publisher = Publisher(away, capacity=2)
    dropped = ("bus_events_dropped_total", {"type": PARCEL_SENT.type})
    before = REGISTRY.get_sample_value(*dropped) or 0

    assert [publisher.offer(sent("x")) for _ in range(3)] == [True, True, False]
    assert REGISTRY.get_sample_value(*dropped) == before + 1

    await publisher.flush(0.2)
    assert REGISTRY.get_sample_value(*dropped) == before + 3
    await away.close()


async def test_a_durable_consumer_gets_what_was_published_before_it_came(bus: Bus) -> None:
    await bus.publish_batch([sent("early")])
    reader = Reader()
    consumer = DurableConsumer(bus, "PARCELS", PARCEL_SENT.subject, "early-birds", reader)
    running = asyncio.create_task(consumer.run())
    await eventually(lambda: reader.seen == ["early"])
    await bus.publish_batch([sent("late")])

    await eventually(lambda: reader.seen == ["early", "late"])
    running.cancel()


async def test_an_event_whose_handler_fails_is_tried_again(bus: Bus) -> None:
    reader = Reader(failures=1)
    consumer = DurableConsumer(bus, "PARCELS", PARCEL_SENT.subject, "retriers", reader)
    running = asyncio.create_task(consumer.run())
    await bus.publish_batch([sent("stubborn")])

    await eventually(lambda: reader.seen == ["stubborn"])
    running.cancel()


async def test_poison_goes_to_the_dead_letters_with_its_reason(bus: Bus) -> None:
    reader = Reader(failures=100)
    consumer = DurableConsumer(
        bus, "PARCELS", PARCEL_SENT.subject, "buriers", reader, max_deliver=1
    )
    running = asyncio.create_task(consumer.run())
    jetstream = await bus.jetstream()
    malformed = sent("x").headers() | {"ce-time": "noon"}
    await bus.publish_batch([sent("poison")])
    await jetstream.publish(PARCEL_SENT.subject, b"", headers=malformed)
    letters = await jetstream.pull_subscribe("codingahead.dead_letter.buriers", "undertaker")

    async with asyncio.timeout(15):
        first, second = [
            *(await letters.fetch(1, timeout=10)),
            *(await letters.fetch(1, timeout=10)),
        ]

    assert first.headers is not None
    assert second.headers is not None
    assert first.headers["Dead-Letter-Reason"] == "RuntimeError: cannot carry poison"
    assert first.headers["Dead-Letter-Subject"] == PARCEL_SENT.subject
    assert "RFC 3339" in second.headers["Dead-Letter-Reason"]
    running.cancel()


async def test_every_broadcast_consumer_sees_each_new_event_and_each_gap(
    nats_server: NatsServer, bus: Bus
) -> None:
    readers = [Reader(), Reader()]
    gaps: list[int] = []
    running = [
        asyncio.create_task(
            BroadcastConsumer(
                bus, "PARCELS", PARCEL_SENT.subject, reader, lambda: gaps.append(1)
            ).run()
        )
        for reader in readers
    ]
    await eventually(lambda: len(gaps) == 2)
    await bus.publish_batch([sent("news")])
    await eventually(lambda: all(reader.seen == ["news"] for reader in readers))

    for task in running:
        task.cancel()


async def test_the_event_in_hand_is_finished_before_a_consumer_ends(bus: Bus) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    carried: list[str] = []

    async def carry(event: Event) -> None:
        begun.set()
        await go_on.wait()
        carried.append(PARCEL_SENT.parse(event).value)

    consumer = DurableConsumer(bus, "PARCELS", PARCEL_SENT.subject, "carriers", carry)
    running = asyncio.create_task(consumer.run())
    await bus.publish_batch([sent("heavy")])
    await begun.wait()
    running.cancel()
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await running

    assert carried == ["heavy"]
    jetstream = await bus.jetstream()
    async with asyncio.timeout(10):
        while (await jetstream.consumer_info("PARCELS", "carriers")).num_ack_pending:
            await asyncio.sleep(0.02)


async def test_a_stop_is_no_lost_connection(nats_server: NatsServer) -> None:
    with capture_logs() as lines:
        bus = await Bus.connect(nats_server.url, "tests")
        await bus.close()
        assert "bus_disconnected" not in [line["event"] for line in lines]
        bus = await Bus.connect(nats_server.url, "tests")
        await nats_server.stop()
        await eventually(lambda: "bus_disconnected" in [line["event"] for line in lines])
        await bus.close()


async def test_a_connection_that_the_server_ended_for_a_reason_is_made_again(
    tmp_path: Path,
) -> None:
    port, config = free_port(), tmp_path / "nats.conf"
    listen = f"listen: 127.0.0.1:{port}\n"
    config.write_text(listen)
    server = await asyncio.create_subprocess_exec(
        *(nats_program(), "-c", config), stderr=asyncio.subprocess.DEVNULL
    )
    bus = await Bus.connect(f"nats://127.0.0.1:{port}", "tests", patience=10)
    try:
        assert bus.connected
        config.write_text(f"{listen}authorization {{ user: others, password: only }}\n")
        server.send_signal(signal.SIGHUP)
        await eventually(lambda: not bus.connected)
        config.write_text(listen)
        server.send_signal(signal.SIGHUP)
        await eventually(lambda: bus.connected)
        async with asyncio.timeout(5):
            assert await bus.jetstream()
    finally:
        await bus.close()
        server.terminate()
        await server.wait()
