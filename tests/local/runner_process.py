"""``make run`` as a person starts it: a process in a group of its own, on its own data."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.addresses import read_addresses
from deploy.local.ports import free_port, is_free
from deploy.local.settings import ROOT
from tests.support.catalogs import WHOLE_CATALOG

_OWN_SERVERS = ("NATS_URL", "REDIS_URL", "DATABASE_URL")


class RunnerProcess:
    """One run of ``python -m deploy.local``."""

    def __init__(self, state: Path, **environment: str) -> None:
        self.state = state
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in _OWN_SERVERS},
            "PORT": str(self.port),
            "LOCAL_STATE_FOLDER": str(state),
            **WHOLE_CATALOG,
            **environment,
        }
        self.lines: list[str] = []
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.local"),
            cwd=ROOT,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    async def until(self, text: str) -> str:
        """Read on to the first line with *text*."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(120):
            while line := (await self._process.stdout.readline()).decode():
                self.lines.append(line)
                if text in line:
                    return line
            error = await self._process.stderr.read() if self._process.stderr else b""
        raise AssertionError(f"it ended without {text!r}: {error.decode()}\n{''.join(self.lines)}")

    async def ended(self) -> tuple[int, str]:
        """Its exit code and what it wrote on standard error."""
        assert self._process is not None
        async with asyncio.timeout(60):
            out, err = await self._process.communicate()
        self.lines.extend(out.decode().splitlines())
        assert self._process.returncode is not None
        return self._process.returncode, err.decode()

    async def run(self) -> tuple[int, str]:
        """Start it and wait for its end."""
        try:
            await self.start()
            return await self.ended()
        finally:
            await self.kill()

    def signal_group(self, number: signal.Signals) -> None:
        """As a terminal does at Ctrl-C."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    def ports(self) -> list[int]:
        """Every port of the running platform."""
        return [
            int(address.partition("://")[2].partition("/")[0].rpartition(":")[2])
            if "://" in address
            else int(address.rpartition(":")[2])
            for address in read_addresses(self.state).values()
        ]

    def process_of(self, command: str) -> int:
        """The one process whose command line has *command* in it."""
        (found,) = [
            process
            for process in self.descendants()
            if command in Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
        ]
        return found

    def descendants(self) -> dict[int, str]:
        """Every process it has started, and what that has, by identifier with its name."""
        assert self._process is not None
        return descendants(self._process.pid)


def descendants(of: int) -> dict[int, str]:
    found = {of: ""}
    growing = True
    while growing:
        growing = False
        for process, (name, parent) in _processes().items():
            if parent in found and process not in found:
                found[process] = name
                growing = True
    del found[of]
    return found


async def all_gone(processes: Mapping[int, str]) -> None:
    """Wait for the end of *processes*."""
    async with asyncio.timeout(10):
        while left := {
            process: name
            for process, name in processes.items()
            if _processes().get(process, ("", 0))[0] == name
        }:
            assert left
            await asyncio.sleep(0.02)


def all_free(ports: list[int]) -> bool:
    return all(is_free("127.0.0.1", port) for port in ports)


def _processes() -> dict[int, tuple[str, int]]:
    """Living processes: name and parent."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if state not in "ZX":
            found[int(stat.parent.name)] = (head.partition("(")[2], int(parent))
    return found
