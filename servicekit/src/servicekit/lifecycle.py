"""The life of a process: start, serve, drain, stop.

A service's ``serve`` function opens a :class:`Process`, wires its parts to it and waits::

    async def serve(settings: MeteringSettings) -> None:
        async with Process("metering", settings) as process:
            ...
            await process.serve_grpc(SERVICE_NAME, register)
            await process.run_until_stopped()

At a stop: NOT_SERVING, wait ``drain_wait_seconds``, set :attr:`Process.stopping` so that open
streams end, finish calls in hand within ``drain_seconds`` while those that have not begun are
answered UNAVAILABLE, cancel background work, close what was opened in reverse.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from grpc import aio

from servicekit.bus import Bus
from servicekit.grpc_server import GrpcServer
from servicekit.health import Readiness
from servicekit.logs import configure_logs, get_logger
from servicekit.metrics import MetricsServer
from servicekit.settings import ServiceSettings

log = get_logger("servicekit.lifecycle")

_CLOSE_SECONDS = 5.0
_START = "start"


class BackgroundFailed(Exception):  # noqa: N818 - it says what happened
    """Work that must run as long as the process does has ended."""


def run[S: ServiceSettings](serve: Callable[[S], Coroutine[Any, Any, None]], settings: S) -> None:
    """Run *serve* to its end.

    Raises:
        SystemExit: with status 1 and one line on standard error when it could not go on.
    """
    try:
        asyncio.run(serve(settings), loop_factory=_loop_factory())
    except (OSError, BackgroundFailed) as error:
        raise SystemExit(f"{error}") from None


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop where it is installed: services that need speed depend on it."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


class Process:
    """One running service: its readiness, its metrics port, its servers and background work."""

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        self.name = name
        self.readiness = Readiness()
        # Metrics are served before the parts are known: without this one, a process that has
        # just begun would be taken for ready.
        self.readiness.require(_START)
        self.stopping = asyncio.Event()
        """Set when open streams should end after the answer in hand."""
        self._settings = settings
        self._signalled = asyncio.Event()
        self._failure: BackgroundFailed | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._drains: list[Callable[[], Awaitable[None]]] = []
        self._closers: list[Callable[[], Awaitable[None]]] = []
        self._servers: list[GrpcServer] = []
        self._health_changed = asyncio.Event()
        self._began = time.perf_counter()
        self._metrics: MetricsServer | None = None

    async def __aenter__(self) -> Self:
        configure_logs(self.name, self._settings.log_level, self._settings.log_format)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled.set)
        host, port = self._settings.host, self._settings.metrics_port
        try:
            self._metrics = MetricsServer(host, port, self.readiness)
        except OSError as error:
            raise OSError(
                f"{self.name}: cannot serve metrics on {host}:{port}: {error.strerror}; "
                "set another metrics port"
            ) from None
        self.readiness.listen(lambda _ready: self._health_changed.set())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for close in reversed(self._closers):
            try:
                await asyncio.wait_for(close(), _CLOSE_SECONDS)
            except Exception:
                log.warning("close_failed", exc_info=True)
        if self._metrics:
            await asyncio.to_thread(self._metrics.close)
        log.info("stopped")

    @property
    def metrics_port(self) -> int:
        """The port metrics are served on."""
        assert self._metrics is not None
        return self._metrics.port

    def on_drain(self, drain: Callable[[], Awaitable[None]]) -> None:
        """Call *drain* at a stop, while everything still works: take no more, finish the rest."""
        self._drains.append(drain)

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Call *close* when everything else has stopped, last opened first."""
        self._closers.append(close)

    def background(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run *work* until the process stops; should it end or fail, the process stops too."""
        task = asyncio.create_task(work(), name=name)
        task.add_done_callback(self._background_ended)
        self._tasks.append(task)

    async def connect_bus(self) -> Bus:
        """A bus on the settings' ``nats_url``, closed with the process."""
        bus = await Bus.connect(self._settings.nats_url, self.name)
        self.on_close(bus.close)
        return bus

    async def serve_grpc(
        self, full_name: str, register: Callable[[aio.Server], None]
    ) -> GrpcServer:
        """Serve what *register* adds; *full_name* is the service's name in health checks.

        Raises:
            OSError: when the port is taken.
        """
        server = GrpcServer(self.name, self._settings, self.readiness)
        register(server.server)
        try:
            await server.start(full_name)
        except OSError as error:
            raise OSError(f"{self.name}: {error}") from None
        self._servers.append(server)
        self.on_drain(lambda: server.stop(self._settings.drain_seconds))
        self.background("health", self._report_health)
        log.info("listening", grpc_port=server.port, metrics_port=self.metrics_port)
        return server

    async def run_until_stopped(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain.

        Raises:
            BackgroundFailed: when background work ended first.
        """
        self.readiness.up(_START)
        await self._signalled.wait()
        log.info("draining")
        self.readiness.drain()
        for server in self._servers:
            await server.report_health(False)
        if self._failure is None:
            await asyncio.sleep(self._settings.drain_wait_seconds)
        self.stopping.set()
        for drain in self._drains:
            await drain()
        if self._failure is not None:
            raise self._failure

    async def _report_health(self) -> None:
        ready_before = False
        while True:
            self._health_changed.clear()
            ready = self.readiness.ready
            for server in self._servers:
                await server.report_health(ready)
            if ready and not ready_before:
                log.info("ready", seconds=round(time.perf_counter() - self._began, 3))
            ready_before = ready
            await self._health_changed.wait()

    def _background_ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self._signalled.is_set():
            return
        error = task.exception()
        if error is not None:
            log.error("background_failed", task=task.get_name(), exc_info=error)
        why = f"{type(error).__name__}: {error}" if error else "it ended"
        self._failure = BackgroundFailed(f"{self.name}: {task.get_name()} stopped: {why}")
        self._signalled.set()
