"""The streams: what is declared is what the bus has, however often it is applied."""

import asyncio
import os
import sys
from dataclasses import replace

import pytest
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import APIError

from codingahead.gateway.v1 import events_pb2
from deploy.local.ports import free_port, is_free
from deploy.local.servers import nats_server as nats_program
from deploy.local.settings import ROOT
from deploy.nats.event_lines import PAGE_VIEWED
from deploy.nats.streams import StreamRefused, apply, declared
from tests.support.nats_server import NatsServer

STREAMS = declared(replicas=1, ledger_bytes=2**20)
EVERY = {"GATEWAY", "LOOKUP", "METERING", "ACCOUNTS", "ASSISTANT", "DEAD_LETTER"}


async def changes(jetstream: JetStreamContext, streams: list[StreamConfig]) -> dict[str, str]:
    return {outcome.stream: outcome.change for outcome in await apply(jetstream, streams)}


async def test_applying_again_changes_nothing_and_keeps_events(
    jetstream: JetStreamContext,
) -> None:
    assert await changes(jetstream, STREAMS) == dict.fromkeys(EVERY, "created")
    await jetstream.publish("codingahead.gateway.v1.page_viewed", b"kept")
    assert await changes(jetstream, STREAMS) == dict.fromkeys(EVERY, "unchanged")
    assert (await jetstream.get_msg("GATEWAY", 1)).data == b"kept"


async def test_a_changed_declaration_is_taken_up(jetstream: JetStreamContext) -> None:
    await apply(jetstream, STREAMS)
    longer = [replace(stream, max_age=(stream.max_age or 0) + 60) for stream in STREAMS]
    assert await changes(jetstream, longer) == dict.fromkeys(EVERY, "updated")
    assert await changes(jetstream, longer) == dict.fromkeys(EVERY, "unchanged")


async def test_a_change_the_server_refuses_names_the_stream(jetstream: JetStreamContext) -> None:
    await apply(jetstream, STREAMS)
    elsewhere = [replace(stream, storage=StorageType.MEMORY) for stream in STREAMS]
    with pytest.raises(StreamRefused, match=r"stream GATEWAY is not taken as declared: .*storage"):
        await apply(jetstream, elsewhere)


async def test_a_full_ledger_takes_no_more_rather_than_forget(
    jetstream: JetStreamContext,
) -> None:
    await apply(jetstream, STREAMS)
    ledger = (await jetstream.stream_info("METERING")).config
    assert ledger.discard == DiscardPolicy.NEW
    assert ledger.max_age == 400 * 86_400
    entry = ("codingahead.metering.v1.view_granted", bytes(200_000))
    for _ in range(5):
        await jetstream.publish(*entry)
    with pytest.raises(APIError, match="maximum bytes exceeded"):
        await jetstream.publish(*entry)
    assert (await jetstream.get_msg("METERING", 1)).seq == 1


async def test_an_event_published_twice_is_kept_once(jetstream: JetStreamContext) -> None:
    await apply(jetstream, STREAMS)
    event = PAGE_VIEWED.new(events_pb2.PageViewed(code="E11.9"))
    for _ in range(2):
        await jetstream.publish(event.subject, event.data, headers=event.headers())
    assert (await jetstream.stream_info("GATEWAY")).state.messages == 1


async def test_the_command_says_what_it_did_and_where_there_is_no_bus(
    nats_server: NatsServer,
) -> None:
    first = await run_apply(nats_server.url)
    assert first == (0, "".join(f"stream {s.name} created\n" for s in STREAMS), "")
    code, out, _ = await run_apply(nats_server.url, "--quiet")
    assert (code, out) == (0, "")
    await nats_server.stop()
    code, _, error = await run_apply(nats_server.url)
    assert code == 1
    assert error.startswith("nats: the event bus does not answer at its address; run make run")
    assert error.count("\n") == 1


async def test_a_bus_without_jetstream_is_called_that() -> None:
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        *(nats_program(), "-a", "127.0.0.1", "-p", str(port)), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(10):
            while is_free("127.0.0.1", port):
                await asyncio.sleep(0.02)
        assert await run_apply(f"nats://127.0.0.1:{port}") == (
            1,
            "",
            "nats: the event bus runs without JetStream; start it with JetStream "
            "(nats-server -js)\n",
        )
    finally:
        server.terminate()
        await server.wait()


async def run_apply(url: str, *options: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.nats", "apply", *options),
        cwd=ROOT,
        env={**os.environ, "NATS_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()
