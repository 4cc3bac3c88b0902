"""A real bus for tests that need one."""

from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
from nats.js.api import StorageType, StreamConfig

from tests.support.nats_server import NatsServer


@pytest.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A server with the streams PARCELS and DEAD_LETTER."""
    server = NatsServer(tmp_path / "nats")
    await server.start()
    client = await nats.connect(server.url)
    streams = client.jetstream()
    for name, subjects in (
        ("PARCELS", ["codingahead.parcels.v1.>"]),
        ("DEAD_LETTER", ["codingahead.dead_letter.>"]),
    ):
        await streams.add_stream(
            StreamConfig(name=name, subjects=subjects, storage=StorageType.FILE)
        )
    await client.close()
    yield server
    await server.stop()
