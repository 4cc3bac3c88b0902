"""A real event bus for tests, which can be taken away and brought back."""

import asyncio
import signal
from pathlib import Path

from deploy.local.ports import free_port
from deploy.local.servers import nats_server

__all__ = ["NatsServer", "free_port"]


class NatsServer:
    """A nats-server with JetStream that can be taken away and brought back."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"nats://127.0.0.1:{self._port}"

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(nats_server(), "-a", "127.0.0.1", "-p", str(self._port), "-js", "-sd", self._store),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        for _ in range(100):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return
        raise TimeoutError("nats-server did not start")

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()
            self._process = None

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    def stall(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
