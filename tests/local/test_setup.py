"""``deploy/setup`` where no Python will do: one line that says which and what to do."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from deploy.local.settings import ROOT


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clone, as far as set-up reads it before it has found a Python."""
    tree = tmp_path / "a clone"
    (tree / "deploy").mkdir(parents=True)
    (tree / "locks").mkdir()
    shutil.copy(ROOT / "deploy" / "setup", tree / "deploy")
    for name in ("uv.txt", "dev.txt"):
        shutil.copy(ROOT / "locks" / name, tree / "locks")
    return tree


async def setup(tree: Path, **environment: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        str(tree / "deploy" / "setup"),
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    return process.returncode, error.decode()


async def test_a_python_under_a_path_with_blanks_is_tried(tree: Path) -> None:
    python = tree / "my python"
    python.write_text("#!/bin/sh\ncat >/dev/null\nprintf '/its path\\t3.13.0\\tssl\\n'\n")
    python.chmod(0o755)
    assert await setup(tree, PYTHON=str(python)) == (
        1,
        "setup: /its path (Python 3.13) lacks the module(s) ssl; install a complete Python, or "
        "point PYTHON at one, then run make again\n",
    )


async def test_a_wrong_python_is_named(tree: Path) -> None:
    assert await setup(tree, PYTHON="/no/python") == (
        1,
        "setup: PYTHON=/no/python is no Python 3.12 or newer; point it at one, or unset it\n",
    )


async def test_without_any_python_it_says_what_to_install(tree: Path) -> None:
    tools = tree / "bin"
    tools.mkdir()
    for name in ("sh", "cksum", "cut", "cat", "date", "dirname", "head", "mkdir"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    code, error = await setup(tree, PYTHON="", PATH=str(tools), PYENV_ROOT="/none")
    assert code == 1
    assert error.startswith("setup: no Python 3.12 or newer found; install one (3.13 preferred:")
    assert error.count("\n") == 1
