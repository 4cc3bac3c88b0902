"""What was acknowledged outlives a power loss, as we run the servers, and not as they come.

``kill -9`` cannot show this: what a killed process wrote is still in the kernel's memory. See
:mod:`tests.chaos.power_loss` for what is simulated, and what is not.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import nats
import pytest
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from metering.keys import record_id
from metering.outbox import Outbox
from metering.redis_connection import RedisAway, RedisConnection
from metering.relay import Relay
from metering.store import Store
from servicekit.bus import Bus
from services.metering.tests.conftest import open_shards
from services.metering.tests.ledger_reader import read_ledger
from services.metering.tests.ledger_site import account
from services.metering.tests.questions import UNLIMITED, question
from services.metering.tests.valkey_server import ValkeyServer
from tests.chaos.powered_server import PoweredServer, powered_nats, powered_valkey

BATCH = 8

WRITER = """
import os, sys, time
os.chdir(sys.argv[1])
synced = os.open("synced", os.O_WRONLY | os.O_CREAT)
os.write(synced, b"kept")
os.fsync(synced)
os.write(synced, b", lost")
at_once = os.open("at_once", os.O_WRONLY | os.O_CREAT | os.O_DSYNC)
os.write(at_once, b"kept")
os.pwrite(at_once, b"too", 6)
os.write(os.open("never", os.O_WRONLY | os.O_CREAT), b"lost")
os.rename("synced", "renamed")
open("done", "w").close()
time.sleep(60)
"""


async def test_what_a_program_synced_is_all_that_a_power_loss_leaves(tmp_path: Path) -> None:
    data, survived = tmp_path / "data", tmp_path / "survived"
    data.mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.power_loss", str(data), str(survived)),
        *(sys.executable, "-c", WRITER, str(data)),
    )
    async with asyncio.timeout(20):
        while not (data / "done").exists():
            await asyncio.sleep(0.02)
        process.terminate()
        assert await process.wait() == 0
    assert {path.name: path.read_bytes() for path in survived.iterdir()} == {
        "renamed": b"kept",
        "at_once": b"kept\0\0too",
        "never": b"",
        "done": b"",
    }


async def grant(redis: RedisConnection, batch: int) -> set[str]:
    """One batch of grants that Redis has acknowledged; their decision ids."""
    store = Store(redis, outbox_capacity=10**6, seconds=10)
    charges = [
        (question(f"hcpcs:J{n:04}", subject=account(f"a{n % 7}")), UNLIMITED)
        for n in range(batch * BATCH, (batch + 1) * BATCH)
    ]
    uses = await store.count(charges, int(time.time() * 1000))
    names = {use.decision_id for use in uses if use}
    assert len(names) == BATCH
    return names


async def grant_until_it_dies(redis: RedisConnection, granted: set[str]) -> None:
    """Add to *granted* whatever is acknowledged."""
    with suppress(RedisAway):
        for batch in count():
            granted |= await grant(redis, batch)


async def recorded(redis: RedisConnection) -> set[str]:
    """What waits in the outboxes, once Redis has read its log."""
    async with asyncio.timeout(20):
        while True:
            with suppress(RedisAway):
                entries = await Outbox(redis).read(10**6)
                return {record_id(e.fields["epoch"], e.shard, e.name) for e in entries}
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("appendfsync, loses", [("always", False), ("everysec", True)])
async def test_grants_that_redis_acknowledged_outlive_a_power_loss_if_it_syncs_each(
    appendfsync: str, loses: bool, tmp_path: Path
) -> None:
    server = powered_valkey(tmp_path, appendfsync)
    redis = RedisConnection(server.url, seconds=10)
    try:
        await server.start()
        await open_shards(redis)
        granted: set[str] = set()
        granting = asyncio.create_task(grant_until_it_dies(redis, granted))
        await asyncio.sleep(0.3)
        # While grants go on: so at any moment, some have been acknowledged just now.
        await server.lose_power()
        await granting
        await server.start()
        survived = await recorded(redis)
    finally:
        await redis.close()
        await server.stop()
    assert len(granted) > BATCH
    assert bool(granted - survived) is loses


@pytest.mark.parametrize("sync_interval, loses", [("always", False), (None, True)])
async def test_entries_that_the_ledger_acknowledged_outlive_a_power_loss_if_it_syncs_each(
    sync_interval: str | None, loses: bool, tmp_path: Path
) -> None:
    """They have been cleared from Redis: the ledger is all there is."""
    ledger = powered_nats(tmp_path / "nats", sync_interval)
    valkey = ValkeyServer(tmp_path / "valkey")
    redis = RedisConnection(valkey.url, seconds=10)
    try:
        await valkey.start()
        await ledger.start()
        await open_shards(redis)
        await declare_ledger(ledger)
        granted: set[str] = set()
        for batch in range(10):
            granted |= await grant(redis, batch)
        await relayed(redis, ledger)
        await ledger.lose_power()
        await ledger.start()
        survived: Sequence[str] = []
        with suppress(NotFoundError):
            survived = [entry.decision_id for entry in await read_ledger(ledger.url)]
    finally:
        await redis.close()
        await valkey.kill()
        await ledger.stop()
    assert set(survived) <= granted
    assert bool(granted - set(survived)) is loses


async def declare_ledger(server: PoweredServer) -> None:
    client = await nats.connect(server.url)
    await client.jetstream().add_stream(
        StreamConfig(
            name="METERING",
            subjects=["codingahead.metering.v1.>"],
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            duplicate_window=120,
        )
    )
    await client.close()


async def relayed(redis: RedisConnection, ledger: PoweredServer) -> None:
    """Let a relay move everything to the ledger, and end it."""
    bus = await Bus.connect(ledger.url, "test")
    outbox = Outbox(redis)
    task = asyncio.create_task(Relay(outbox, bus).run())
    try:
        async with asyncio.timeout(20):
            while await outbox.size():
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await bus.close()
