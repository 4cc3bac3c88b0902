"""An accounts process as it runs in production, for tests that need a whole one."""

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

from grpc import aio

from codingahead.accounts.v1 import accounts_pb2_grpc
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings


class AccountsProcess:
    """``python -m accounts`` with an environment of its own."""

    def __init__(self, database_url: str, nats_url: str, **environment: str) -> None:
        self._environment = {
            **os.environ,
            "ACCOUNTS_PORT": "0",
            "ACCOUNTS_METRICS_PORT": "0",
            "DATABASE_URL": database_url,
            "NATS_URL": nats_url,
            **environment,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._channel: aio.Channel | None = None
        self._changed = asyncio.Event()
        self.lines: list[dict[str, Any]] = []

    async def start(self, *, until: str = "ready") -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "accounts"),
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        # However busy the machine is: how long it takes is no matter of tests.
        self.listening = await self.logged("listening", seconds=60)
        self.target = f"127.0.0.1:{self.listening['grpc_port']}"
        self._channel = open_channel(self.target, ServiceSettings())
        self.stub = accounts_pb2_grpc.AccountsServiceStub(self._channel)
        await self.logged(until, seconds=60)

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end; answers exit code, standard output and error."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "accounts", *arguments),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def stop(self) -> int:
        """Ask it to stop; answers its exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self._ended()

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._ended()

    async def logged(self, event: str, *, after: int = 0, seconds: float = 30.0) -> dict[str, Any]:
        """The first line *event* of the log from the line *after* on."""
        async with asyncio.timeout(seconds):
            while True:
                self._changed.clear()
                for line in self.lines[after:]:
                    if line.get("event") == event:
                        return line
                assert self._process is not None
                assert self._process.returncode is None, self.lines
                await self._changed.wait()

    async def get(self, path: str) -> str:
        return await asyncio.to_thread(self._get, path)

    async def metric(self, name: str) -> float:
        """The sum of the samples whose line starts with *name*."""
        text = await self.get("/metrics")
        values = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(name)]
        return sum(float(value) for _, value in values)

    def _get(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.listening['metrics_port']}{path}"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                text: str = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode()
        return text

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": line.decode().strip()})
            self._changed.set()
        self._changed.set()

    async def _ended(self) -> int:
        assert self._process is not None
        if self._channel is not None:
            await self._channel.close()
        async with asyncio.timeout(20):
            code = await self._process.wait()
            if self._reading is not None:
                await self._reading
        self._process = None
        return code
