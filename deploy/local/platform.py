"""The platform on one machine: its parts started in order, watched, and stopped in reverse."""

import asyncio
import fcntl
import os
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from deploy.local.addresses import remove_addresses, write_addresses
from deploy.local.child import Child, Sink
from deploy.local.identity import NoOrdinaryUser
from deploy.local.keys import local_keys
from deploy.local.ports import Ports, is_free
from deploy.local.postgres import PreparationFailed
from deploy.local.probes import NotReady
from deploy.local.servers import ServerMissing
from deploy.local.settings import ROOT, LocalSettings
from deploy.local.topology import PARTS, Part, Site, environment_of, topology

_PROBE_SECONDS = 0.02
_SLOWEST_PROBE_SECONDS = 0.25


class PlatformFailed(Exception):  # noqa: N818 - it says what happened
    """The platform cannot run or run on: one line that says what, and what to do."""


class Platform:
    """Parts of the platform by name, each a real process.

    A part that was stopped or killed comes back with the same ports and the same data. One that
    ends without being told to is reported by :meth:`failure`.
    """

    def __init__(
        self,
        settings: LocalSettings,
        sink: Sink,
        *,
        parts: Collection[str] = PARTS,
        environment: Mapping[str, str] | None = None,
        in_console: bool = False,
        grace: float = 10.0,
    ) -> None:
        """*parts* are run with all they need.

        *environment* is what the parts inherit, by default ours; *grace*: seconds each part has
        to stop in before it is killed.
        """
        self._settings = settings
        self._sink = sink
        self._wanted = set(parts)
        self._environment = dict(os.environ if environment is None else environment)
        self._in_console = in_console
        self._grace = grace
        self._ports = Ports(settings.ports)
        self._lock: int | None = None
        self._site: Site | None = None
        self._parts: dict[str, Part] = {}
        self._children: dict[str, Child] = {}
        self._logs: dict[str, list[str]] = {}
        self._failed: asyncio.Future[PlatformFailed] | None = None
        self._watchers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start everything; returns when all of it is ready. On failure nothing is left running.

        Raises:
            PlatformFailed: naming the part and what it said.
        """
        try:
            self._take_lock()
            self._lay_out()
            self._check_ports()
            self._failed = asyncio.get_running_loop().create_future()
            starting = asyncio.create_task(self._start_all())
            await self._unless_failed(starting)
            write_addresses(self._settings.state, self.addresses())
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop what runs, what others need last."""
        for name in reversed(self._parts):
            await self.stop_part(name)
        if self._watchers:
            await asyncio.wait(self._watchers)
        if self._lock is not None:
            remove_addresses(self._settings.state)
            os.close(self._lock)
            self._lock = None

    def kill_all(self) -> None:
        """Make a stop that is under way a short one."""
        self._grace = 0.0
        for child in self._children.values():
            child.kill_now()

    async def failure(self) -> PlatformFailed:
        """Wait until a part ends that should not have."""
        assert self._failed is not None
        return await asyncio.shield(self._failed)

    def check(self) -> None:
        """Raise :class:`PlatformFailed` when a part has ended that should not have."""
        if self._failed is not None and self._failed.done():
            raise self._failed.result()

    async def start_part(self, name: str) -> None:
        """Start *name* alone, with the ports and data it had; returns when it is ready.

        Raises:
            PlatformFailed: when it does not get there.
        """
        await self._start(self._parts[name])

    async def stop_part(self, name: str) -> None:
        """Ask *name* to stop and wait for it."""
        # It stays in reach of kill_all until it has ended.
        child = self._children.get(name)
        if child is not None:
            await child.stop(self._grace)
            self._children.pop(name, None)

    async def restart(self, name: str) -> None:
        """Stop *name* in order and start it again."""
        await self.stop_part(name)
        await self.start_part(name)

    async def kill(self, name: str) -> None:
        """End *name* as a crash of its machine would."""
        await self._children.pop(name).kill()

    def stall(self, name: str) -> None:
        """Keep *name* from running: it holds its connections and answers nothing."""
        self._children[name].stall()

    def resume(self, name: str) -> None:
        """Let a stalled *name* run again."""
        self._children[name].resume()

    def address(self, name: str) -> str:
        """Where *name* serves: a URL of a server or of the gateway, ``host:port`` of a service."""
        return self._parts[name].address

    def port(self, name: str) -> int:
        """The port of 127.0.0.1 that *name* listens on."""
        return self._ports[self._parts[name].port_variable]

    def pid(self, name: str) -> int:
        """The process of *name*, which runs."""
        return self._children[name].pid

    def metrics_address(self, name: str) -> str:
        """Where the service *name* shows its metrics."""
        return self._parts[name].metrics_address

    def addresses(self) -> dict[str, str]:
        """Every address by part; those of metrics as ``<part> metrics``."""
        served = {name: part.address for name, part in self._parts.items() if part.address}
        metrics = {
            f"{name} metrics": part.metrics_address
            for name, part in self._parts.items()
            if part.metrics_address
        }
        return served | metrics

    def logs(self, name: str) -> list[str]:
        """The lines *name* wrote, of all its runs."""
        return self._logs.setdefault(name, [])

    @property
    def keys(self) -> Mapping[str, str]:
        """The secrets it runs with, by variable."""
        assert self._site is not None
        return self._site.keys

    def _take_lock(self) -> None:
        state = self._settings.state
        try:
            # Others may pass through, as the database's user must; keys and data are closed.
            state.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise PlatformFailed(
                f"{error.filename}: {error.strerror}; remove it as the user who made it"
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            raise PlatformFailed(
                f"another make run serves from {state}; stop it first, or set LOCAL_STATE_FOLDER"
            ) from None

    def _lay_out(self) -> None:
        try:
            keys = local_keys(self._settings.state)
            self._site = Site(
                self._settings, self._ports, keys, self._environment, self._in_console
            )
            self._parts = {part.name: part for part in topology(self._site, self._wanted)}
        except NoOrdinaryUser as error:
            raise PlatformFailed(
                f"postgres refuses to run as root, and {error}; run as another user, or set "
                "DATABASE_URL to a PostgreSQL that runs"
            ) from None
        except (ServerMissing, PreparationFailed, OSError) as error:
            raise PlatformFailed(str(error)) from None

    def _check_ports(self) -> None:
        # Before anything starts. Picked ports are free; those a person asked for may not be.
        for part in self._parts.values():
            variable = part.port_variable
            if variable in self._settings.ports and not is_free("127.0.0.1", self._ports[variable]):
                port = self._ports[variable]
                raise PlatformFailed(
                    f"port {port} is taken; stop what uses it or run {variable}={port + 1} make run"
                )

    async def _start_all(self) -> None:
        ready = {name: asyncio.Event() for name in self._parts}

        async def start(part: Part) -> None:
            for needed in part.after:
                await ready[needed].wait()
            await self._start(part)
            ready[part.name].set()

        try:
            async with asyncio.TaskGroup() as group:
                for part in self._parts.values():
                    group.create_task(start(part))
        except* PlatformFailed as group_of:
            raise _first(group_of) from None

    async def _unless_failed(self, work: asyncio.Task[None]) -> None:
        """Wait for *work*, giving it up when a part dies."""
        assert self._failed is not None
        try:
            either: list[asyncio.Future[Any]] = [work, self._failed]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done() and not work.done():
                raise self._failed.result()
        finally:
            if not work.done():
                work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def _start(self, part: Part) -> None:
        assert self._site is not None
        if part.prepare is not None:
            try:
                await part.prepare(self._take)
            except (PreparationFailed, OSError) as error:
                raise PlatformFailed(f"{part.name} could not be prepared: {error}") from None
        if not part.command:
            await self._wait_until_ready(part, None)
            return
        child = Child(
            part.name,
            part.command,
            environment_of(part, self._site),
            self._take,
            folder=ROOT,
            identity=part.identity,
            stop_signal=part.stop_signal,
            orphan_signal=part.orphan_signal,
        )
        assert part.name not in self._children, f"{part.name} runs already"
        self._children[part.name] = child
        await child.start()
        await self._wait_until_ready(part, child)
        if not part.once:
            watcher = asyncio.create_task(self._watch(part, child))
            self._watchers.add(watcher)
            watcher.add_done_callback(self._watchers.discard)

    async def _wait_until_ready(self, part: Part, child: Child | None) -> None:
        until = time.monotonic() + part.seconds
        pause = _PROBE_SECONDS
        why = "it has not ended"
        while time.monotonic() < until:
            if child is not None and child.ended.is_set():
                if part.once and child.exit_code == 0:
                    return
                verb = "failed" if part.once else "did not start"
                raise PlatformFailed(f"{part.name} {verb}: {_last_words(part, child)}")
            if part.probe is not None:
                try:
                    await part.probe()
                except (NotReady, OSError) as error:
                    why = str(error)
                else:
                    return
            await _ended_within(child, pause)
            pause = min(pause * 1.2, _SLOWEST_PROBE_SECONDS)
        if child is None:
            variable = {"postgres": "DATABASE_URL"}.get(part.name, f"{part.name.upper()}_URL")
            raise PlatformFailed(
                f"{part.name}: {why}; start it, or unset {variable} to have one started"
            )
        raise PlatformFailed(f"{part.name} is not ready after {part.seconds:.0f} s: {why}")

    async def _watch(self, part: Part, child: Child) -> None:
        await child.ended.wait()
        assert self._failed is not None
        if not child.stopping and not self._failed.done():
            self._failed.set_result(
                PlatformFailed(
                    f"{part.name} died: {_last_words(part, child)}; its lines above say more"
                )
            )

    def _take(self, name: str, line: str) -> None:
        self.logs(name).append(line)
        part = self._parts.get(name)
        if part is None or part.worth_showing.search(line):
            self._sink(name, line)


async def _ended_within(child: Child | None, seconds: float) -> None:
    waiting: Callable[[], Awaitable[object]] = (
        child.ended.wait if child is not None else lambda: asyncio.sleep(seconds)
    )
    with suppress(TimeoutError):
        await asyncio.wait_for(waiting(), seconds)


def _last_words(part: Part, child: Child) -> str:
    """Why a child ended, in its own words where it left some."""
    lines = [line.strip() for line in child.lines if line.strip()]
    worthy = [line for line in lines if part.worth_showing.search(line)] or lines
    words = worthy[-1].removeprefix(f"{part.name}: ") if worthy else "it said nothing"
    return f"{words} ({child.how_it_ended})"


def _first(group: BaseExceptionGroup[PlatformFailed]) -> PlatformFailed:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, PlatformFailed)
    return error
