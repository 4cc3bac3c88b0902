"""A real lookup on a really built catalog, and assistants that ask it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.assistant.tests.assistant_process import AssistantProcess
from services.lookup.tests.conftest import built_catalog as built_catalog
from services.lookup.tests.lookup_process import LookupProcess

# Lookup serves without a bus, and nothing here listens for events.
NO_BUS = "nats://127.0.0.1:1"


@pytest.fixture
async def lookup(built_catalog: Path) -> AsyncIterator[LookupProcess]:
    process = LookupProcess(built_catalog.parent, NO_BUS)
    try:
        await process.start()
        yield process
    finally:
        await process.kill()


@pytest.fixture
async def assistant(lookup: LookupProcess) -> AsyncIterator[AssistantProcess]:
    """A whole assistant that is ready."""
    process = AssistantProcess(f"127.0.0.1:{lookup.listening['grpc_port']}")
    try:
        await process.start()
        yield process
    finally:
        await process.kill()
