"""The HTTP server: uvicorn, with bounds on how long and how large a request's head may be."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.responses import App

_HEAD_BYTES = 32_768
_HEAD_SECONDS = 10.0
_LINGER_SECONDS = 1.0
_KEEP_ALIVE_SECONDS = 65
_BACKLOG = 2_048


class BoundedProtocol(HttpToolsProtocol):
    """Ends connections whose request head is too long or does not arrive.

    uvicorn's parser has no bound of its own on either.
    """

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _too_long = False
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first head."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, unless a head has grown past its bound."""
        if self._refused:
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > _HEAD_BYTES and not self._refused and not self.transport.is_closing():
            self._refuse_head()

    def on_message_begin(self) -> None:
        """A head begins: it must end in time."""
        super().on_message_begin()
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._too_late)

    def on_headers_complete(self) -> None:
        """The head is there; what follows is bounded elsewhere."""
        self._stop_clock()
        if self._head_bytes > _HEAD_BYTES and self._measured_head() > _HEAD_BYTES:
            self._too_long = True
            raise ValueError("the head is too long")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what was wrong with what could not be parsed, or was refused while it was."""
        if self._too_long:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def on_body(self, body: bytes) -> None:
        """A body does not count as head."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Ready for the next head."""
        self._head_bytes = 0
        super().on_message_complete()

    def _measured_head(self) -> int:
        """Bytes of the head without what came after it in the same packet."""
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _refuse_head(self) -> None:
        self._refuse(b"431 Request Header Fields Too Large", b"The request's head is too long.")

    def _stop_clock(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_late(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self._refuse(b"408 Request Timeout", b"The request did not arrive in time.")

    def _refuse(self, status: bytes, body: bytes) -> None:
        self.transport.write(
            b"HTTP/1.1 %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (status, len(body), body)
        )
        # Closed at once, what is still under way here would make the system take the answer back.
        self._refused = True
        self._stop_clock()
        self.transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)


class HttpServer:
    """Serves one application on one port.

    Raises:
        OSError: at once, when the port is taken.
    """

    def __init__(self, app: App, host: str, port: int) -> None:
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=5,
        )
        self._server = _Server(config)
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Serve until :meth:`drain`."""
        try:
            await self._server.serve([self._socket])
        finally:
            self._ended.set()

    async def drain(self) -> None:
        """Take no more connections and finish the requests in hand."""
        self._server.should_exit = True
        await self._ended.wait()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals belong to the process."""
        yield


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(
            f"gateway: cannot listen on {host}:{port}: {error.strerror}; set GATEWAY_PORT"
        ) from None
    listener.setblocking(False)
    return listener
