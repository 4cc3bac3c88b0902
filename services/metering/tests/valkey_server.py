"""A real Redis for tests, which can be killed, stalled and brought back with its data."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.local.ports import free_port
from deploy.local.servers import redis_server
from metering.redis_connection import Command, RedisAway, RedisConnection


class ValkeyServer:
    """Durable as in production: every write is in the log before it is answered."""

    def __init__(self, directory: Path, *options: str) -> None:
        self._directory = directory
        self._options = options
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"redis://127.0.0.1:{self._port}"

    async def start(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            str(redis_server()),
            *("--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(self._directory)),
            *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
            *("--maxmemory-policy", "noeviction", *self._options),
            *("--logfile", str(self._directory / "log")),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(20):
            while self._process.returncode is None:
                with suppress(RedisAway):
                    if await self.ask("PING") == "PONG":
                        return
                await asyncio.sleep(0.02)
        last = (self._directory / "log").read_text().splitlines()[-1]
        raise RuntimeError(f"valkey-server ended with {self._process.returncode}: {last}")

    async def kill(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stall(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def ask(self, *command: str | int) -> Any:
        (answer,) = await self.ask_all([command])
        return answer

    async def ask_all(self, commands: list[Command]) -> list[Any]:
        connection = RedisConnection(self.url, seconds=5.0)
        try:
            return await connection.execute(commands)
        finally:
            await connection.close()
