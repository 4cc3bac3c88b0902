"""A whole gateway for the tests that look at it from outside."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.tests.gateway_process import Platform, catalog, running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """One for all tests that take nothing away: each comes as a visitor of its own."""
    async with running(tmp_path_factory.mktemp("platform"), catalog()) as platform:
        yield platform


@pytest.fixture
async def own_platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """One for a single test, which may take parts of it away."""
    async with running(tmp_path, catalog()) as platform:
        yield platform
