"""A metering process as it runs in production, for tests that need a whole one."""

import asyncio
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from grpc import aio

from codingahead.metering.v1 import metering_pb2, metering_pb2_grpc
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings

type Stream = aio.StreamStreamCall[
    metering_pb2.DecideStreamRequest, metering_pb2.DecideStreamResponse
]


class MeteringProcess:
    """``python -m metering`` with an environment of its own."""

    def __init__(self, redis_url: str, nats_url: str, plans_file: Path, **environment: str) -> None:
        self._environment = {
            **os.environ,
            "METERING_PORT": "0",
            "METERING_METRICS_PORT": "0",
            "METERING_PLANS_FILE": str(plans_file),
            "REDIS_URL": redis_url,
            "NATS_URL": nats_url,
            **environment,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._channel: aio.Channel | None = None
        self._changed = asyncio.Event()
        self.lines: list[dict[str, Any]] = []

    async def start(self, *, until: str = "ready") -> None:
        before = len(self.lines)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "metering"),
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        self.listening = await self.logged("listening", after=before)
        target = f"127.0.0.1:{self.listening['grpc_port']}"
        self._channel = open_channel(target, ServiceSettings())
        self.stub = metering_pb2_grpc.MeteringServiceStub(self._channel)
        await self.logged(until, after=before)

    async def stop(self) -> int:
        """Ask it to stop; answers its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return await self._ended()

    def terminate(self) -> None:
        assert self._process is not None
        self._process.terminate()

    async def ended(self) -> int:
        """Wait for its end; answers its exit code."""
        return await self._ended()

    async def run_to_its_end(self) -> tuple[int, str]:
        """Run a process that should refuse to start; answers exit code and standard error."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "metering"),
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, err = await asyncio.wait_for(process.communicate(), 20)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return process.returncode, err.decode()

    async def kill(self) -> None:
        if self._process is not None:
            # It may have ended by itself.
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._ended()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def ended_by_itself(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    def stall(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stream(self) -> Stream:
        return self.stub.DecideStream()

    async def logged(self, event: str, *, after: int = 0, seconds: float = 15.0) -> dict[str, Any]:
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
        request = urllib.request.Request(address)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                text: str = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode()
        return text

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        process = self._process
        async for line in self._process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": line.decode().strip()})
            self._changed.set()
        # Whoever waits for a line is told of the end only once there is an exit code.
        await process.wait()
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
