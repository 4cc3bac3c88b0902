"""``make clean``: it removes what runs have left, whatever state the tree is in."""

import asyncio
import os
import sys
from pathlib import Path

from deploy.local.clean import clean
from deploy.local.settings import ROOT


async def test_it_needs_no_package_as_a_set_up_may_have_broken_off(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "lock").touch()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-m", "deploy.local.clean"),
        cwd=ROOT,
        env={**os.environ, "LOCAL_STATE_FOLDER": str(state)},
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    assert (process.returncode, error.decode()) == (0, "")
    assert not state.exists()


def test_a_folder_in_which_no_platform_ran_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("dear")
    clean(tmp_path)
    assert (tmp_path / "letters").read_text() == "dear"
