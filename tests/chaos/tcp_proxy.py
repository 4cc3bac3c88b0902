"""A TCP proxy that is a bad network: it cuts, slows and holds back what passes, as it is told."""

import asyncio
import enum
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from deploy.local.ports import free_port


class Weather(enum.Enum):
    """What becomes of what passes."""

    CLEAR = "clear"
    CUT = "cut"
    """Connections are reset, new ones too."""
    SLOW = "slow"
    """Every piece is late, in both directions."""
    BLACK_HOLE = "black hole"
    """Connections stand, new ones are taken, and nothing arrives before the weather clears.

    Then it does, as TCP sends again what was lost: also what nobody waits for any more.
    """


class TcpProxy:
    """Stands before ``127.0.0.1:target`` at a port of its own."""

    def __init__(self, target: int, *, late_seconds: float = 0.02) -> None:
        self.port = free_port()
        self._target = target
        self._late = late_seconds
        self._weather = Weather.CLEAR
        self._passing = asyncio.Event()
        self._passing.set()
        self._pipes: set[_Pipe] = set()
        self._server: asyncio.Server | None = None
        self._trap = b""
        self.trapped = asyncio.Event()
        """Set once what was trapped has come."""

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Cut everything and listen no more."""
        self._weather = Weather.CUT
        if self._server is not None:
            self._server.close()
        await self._reset()

    async def turn(self, weather: Weather) -> None:
        """Let the *weather* be so from now on."""
        self._weather, self._trap = weather, b""
        if weather is Weather.CUT or self.trapped.is_set():
            self.trapped.clear()
            await self._reset()
        if weather is Weather.BLACK_HOLE:
            self._passing.clear()
        else:
            self._passing.set()

    def trap(self, words: bytes) -> None:
        """Swallow the first piece that a client sends with *words* in it; nothing passes then.

        Clearing the weather resets all connections.
        """
        self._trap = words

    async def _reset(self) -> None:
        pipes = list(self._pipes)
        for pipe in pipes:
            pipe.cut()
        await asyncio.gather(*(pipe.ended.wait() for pipe in pipes))

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        pipe = _Pipe(writer, back_writer)
        if self._weather is Weather.CUT:
            pipe.cut()
            return
        self._pipes.add(pipe)
        try:
            await pipe.run(
                self._copy(reader, back_writer, from_client=True), self._copy(back_reader, writer)
            )
        finally:
            self._pipes.discard(pipe)
            pipe.ended.set()

    async def _copy(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        from_client: bool = False,
    ) -> None:
        while piece := await reader.read(65_536):
            if from_client and self._trap and self._trap in piece:
                self._trap = b""
                self._passing.clear()
                self.trapped.set()
                continue
            if self._weather is Weather.SLOW:
                await asyncio.sleep(self._late)
            await self._passing.wait()
            writer.write(piece)
            await writer.drain()


class _Pipe:
    """One connection through the proxy, both ways."""

    def __init__(self, front: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
        self._writers = (front, back)
        self._tasks: list[asyncio.Task[None]] = []
        self.ended = asyncio.Event()

    async def run(self, *copies: Coroutine[Any, Any, None]) -> None:
        self._tasks = [asyncio.create_task(copy) for copy in copies]
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in self._tasks:
                task.cancel()
            for task in self._tasks:
                with suppress(asyncio.CancelledError, OSError):
                    await task
            self.cut()

    def cut(self) -> None:
        """Reset both ends."""
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()
