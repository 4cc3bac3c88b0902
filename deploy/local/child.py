"""A process of ours: it dies with us, its lines are kept, its death is noticed."""

import asyncio
import codecs
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from deploy.local.identity import OWN, Identity, tethered

type Sink = Callable[[str, str], None]
"""Takes the name of a part and a line it wrote."""

_KEPT_LINES = 5_000
_LONGEST_LINE = 100_000


class Child:
    """One run of one program, in a session of its own so that Ctrl-C does not reach it."""

    def __init__(
        self,
        name: str,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        sink: Sink,
        *,
        folder: Path,
        identity: Identity = OWN,
        stop_signal: int = signal.SIGTERM,
        orphan_signal: int = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self.ended = asyncio.Event()
        """Set when it has ended and its last line has been read."""
        self.stopping = False
        """Whether its end is wanted."""
        self._command = tethered(command, identity, orphan_signal)
        self._environment = environment
        self._sink = sink
        self._folder = folder
        self._stop_signal = stop_signal
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run it."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(self._environment),
            cwd=self._folder,
            start_new_session=True,
        )
        self._watching = asyncio.create_task(self._watch(self._process))

    async def run(self) -> int:
        """Run it to its end; answers its exit code. Cancelled, it takes the program with it."""
        try:
            await self.start()
            await self.ended.wait()
        finally:
            await self.kill()
        return self.exit_code

    @property
    def pid(self) -> int:
        """The identifier of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int:
        """As ``subprocess`` has it: negative for a signal."""
        assert self._process is not None
        assert self._process.returncode is not None
        return self._process.returncode

    @property
    def how_it_ended(self) -> str:
        """``exit 1`` or ``killed by SIGKILL``."""
        code = self.exit_code
        return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    async def stop(self, grace: float) -> None:
        """Ask it to end; after *grace* seconds make it."""
        self.stopping = True
        if self._process is None:
            return
        self.resume()
        self._send(self._stop_signal, [self._process.pid])
        with suppress(TimeoutError):
            await asyncio.wait_for(self.ended.wait(), grace)
        await self.kill()

    async def kill(self) -> None:
        """End it and whatever it has started, at once."""
        self.stopping = True
        if self._process is None:
            return
        self.kill_now()
        await self.ended.wait()

    def kill_now(self) -> None:
        """Send SIGKILL to all of it without waiting."""
        self._send(signal.SIGKILL, self._tree())

    def stall(self) -> None:
        """Stop it from running, so that it holds its connections and answers nothing."""
        self._send(signal.SIGSTOP, self._tree())

    def resume(self) -> None:
        """Let it run again."""
        self._send(signal.SIGCONT, self._tree())

    def _send(self, number: int, processes: list[int]) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        for process in processes:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)

    def _tree(self) -> list[int]:
        """Its identifier and those of its descendants, which may lead sessions of their own."""
        assert self._process is not None
        children: dict[int, list[int]] = {}
        for process, parent, _ in _processes():
            children.setdefault(parent, []).append(process)
        tree = [self._process.pid]
        for process in tree:
            tree.extend(children.get(process, []))
        return tree

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        reading = asyncio.create_task(self._read(process.stdout))
        await process.wait()
        # What it has left behind in its session has nobody to answer to.
        for left, _, session in _processes():
            if session == process.pid:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(left, signal.SIGKILL)
        # A descendant may hold the pipe open a little longer, or for good.
        await asyncio.wait([reading], timeout=1.0)
        reading.cancel()
        self.ended.set()

    async def _read(self, pipe: asyncio.StreamReader) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        rest = ""
        while piece := await pipe.read(65_536):
            *lines, rest = (rest + decode(piece)).split("\n")
            for line in lines:
                self._take(line)
            if len(rest) > _LONGEST_LINE:
                self._take(rest)
                rest = ""
        if rest:
            self._take(rest)

    def _take(self, line: str) -> None:
        line = line.rstrip("\r")
        self.lines.append(line)
        self._sink(self.name, line)


def _processes() -> Iterator[tuple[int, int, int]]:
    """Every process of the machine: its identifier, its parent's, its session's."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            # The name before the last ")" may hold blanks.
            _state, parent, _group, session = stat.read_text().rpartition(")")[2].split()[:4]
            yield int(stat.parent.name), int(parent), int(session)
