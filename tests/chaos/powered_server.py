"""Servers whose power can fail, and which come back with what a disk would still have."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.ports import free_port
from deploy.local.servers import nats_server, redis_server

type _Command = Callable[[Path, int], Sequence[str]]
"""Makes a command line from the folder of the data and the port."""


class PoweredServer:
    """One server, its system calls followed by :mod:`tests.chaos.power_loss`."""

    def __init__(self, folder: Path, scheme: str, command: _Command) -> None:
        self._folder = folder
        self._command = command
        self._port = free_port()
        self._runs = 0
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"{scheme}://127.0.0.1:{self._port}"

    async def start(self) -> None:
        data = self._data()
        data.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.power_loss", str(data), str(self._survived())),
            *self._command(data, self._port),
            stdout=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(20):
            while self._process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    await writer.wait_closed()
                    return
        raise RuntimeError(f"the server ended with {self._process.returncode}")

    async def lose_power(self) -> None:
        """End it as a power loss would; the next start finds what was durable."""
        await self.stop()
        self._runs += 1

    async def stop(self) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(20):
            await self._process.wait()
        self._process = None

    def _data(self) -> Path:
        return self._folder / f"disk-{self._runs}"

    def _survived(self) -> Path:
        return self._folder / f"disk-{self._runs + 1}"


def powered_valkey(folder: Path, appendfsync: str) -> PoweredServer:
    def command(data: Path, port: int) -> Sequence[str]:
        return (
            *(str(redis_server()), "--bind", "127.0.0.1", "--port", str(port)),
            *("--dir", str(data), "--save", "", "--maxmemory-policy", "noeviction"),
            *("--appendonly", "yes", "--appendfsync", appendfsync),
        )

    return PoweredServer(folder, "redis", command)


def powered_nats(folder: Path, sync_interval: str | None) -> PoweredServer:
    """A bus that syncs as *sync_interval* says; None: as it does when nothing is said."""

    def command(data: Path, port: int) -> Sequence[str]:
        sync = f", sync_interval: {sync_interval}" if sync_interval else ""
        config = folder / "nats.conf"
        config.write_text(
            f'listen: 127.0.0.1:{port}\njetstream {{ store_dir: "{data}"{sync} }}\n',
            encoding="utf-8",
        )
        return (str(nats_server()), "-c", str(config))

    folder.mkdir(parents=True, exist_ok=True)
    return PoweredServer(folder, "nats", command)
