"""Real servers for metering's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
from nats.js.api import DiscardPolicy, StorageType, StreamConfig

from metering.keys import SHARDS
from metering.merge_store import MergeStore
from metering.redis_connection import Redis, RedisConnection
from metering.shards import Shards
from metering.store import Store
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

PLANS = Path(__file__).parents[3] / "deploy" / "plans.yaml"


async def open_shards(redis: Redis) -> None:
    """Let all shards be counted in, as when there is no ledger yet."""
    await Shards(redis).open(dict.fromkeys(range(SHARDS)), {})


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[ValkeyServer]:
    server = ValkeyServer(tmp_path / "valkey")
    try:
        await server.start()
        yield server
    finally:
        await server.kill()


@pytest.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[RedisConnection]:
    """An empty Redis whose shards are open."""
    connection = RedisConnection(valkey.url, seconds=2.0)
    await open_shards(connection)
    yield connection
    await connection.close()


@pytest.fixture
def store(redis: RedisConnection) -> Store:
    return Store(redis, outbox_capacity=1_000_000, seconds=2.0)


@pytest.fixture
def merges(redis: RedisConnection) -> MergeStore:
    return MergeStore(redis, outbox_capacity=1_000_000)


@pytest.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A bus with the streams of the ledger, of accounts' events and of dead letters."""
    server = NatsServer(tmp_path / "nats")
    await server.start()
    await declare_streams(server)
    yield server
    await server.stop()


async def declare_streams(server: NatsServer) -> None:
    client = await nats.connect(server.url)
    for name, subjects in (
        ("METERING", ["codingahead.metering.v1.>"]),
        ("ACCOUNTS", ["codingahead.accounts.v1.>"]),
        ("DEAD_LETTER", ["codingahead.dead_letter.>"]),
    ):
        await client.jetstream().add_stream(
            StreamConfig(
                name=name,
                subjects=subjects,
                storage=StorageType.FILE,
                discard=DiscardPolicy.NEW,
                duplicate_window=120,
            )
        )
    await client.close()


@pytest.fixture
def plans_file(tmp_path: Path) -> Path:
    """A copy of the plans we ship, free to be edited."""
    copy = tmp_path / "plans.yaml"
    copy.write_bytes(PLANS.read_bytes())
    return copy


@pytest.fixture
async def metering(
    valkey: ValkeyServer, nats_server: NatsServer, plans_file: Path
) -> AsyncIterator[MeteringProcess]:
    """A whole metering process that serves, and waits for its stores however busy the machine is.

    What an outage shows would be taken for a grant.
    """
    process = MeteringProcess(
        valkey.url,
        nats_server.url,
        plans_file,
        METERING_REDIS_SECONDS="5",
        METERING_STRICT_SECONDS="5",
    )
    try:
        await process.start()
        yield process
    finally:
        await process.kill()
