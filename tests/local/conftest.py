"""A runner that does not outlive its test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.local.runner_process import RunnerProcess


@pytest.fixture
async def runner(tmp_path: Path) -> AsyncIterator[RunnerProcess]:
    process = RunnerProcess(tmp_path / "state")
    yield process
    await process.kill()
