"""Whole platforms: every real part, the real catalog, free ports."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.local.platform import Platform
from tests.platform.outages import REPORTS
from tests.support.platform import running_platform


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """One for all tests that take nothing away: each comes as visitors of its own."""
    async with running_platform(tmp_path_factory.mktemp("platform")) as platform:
        yield platform


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def breakable(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """One whose parts are taken away; each test must leave it whole."""
    async with running_platform(tmp_path_factory.mktemp("breakable")) as platform:
        yield platform


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what each lost part did."""
    if REPORTS:
        terminalreporter.section("what each lost part did")
        for line in REPORTS:
            terminalreporter.write_line(line)
