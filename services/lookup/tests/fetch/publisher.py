"""A publisher's web server, honest unless a test tells it how to misbehave."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

type Behaviour = Callable[["Answering"], None]

PUBLISHED = 1_767_225_600
"""Seconds since 1970 when the files were published: 1 January 2026."""


@dataclass
class Publisher:
    """Serves one file under every path; *script* holds what comes before honest answers."""

    content: bytes
    etag: str | None = '"v1"'
    last_modified: str | None = field(default_factory=lambda: formatdate(PUBLISHED, usegmt=True))
    script: deque[Behaviour] = field(default_factory=deque)
    asked: list[Message] = field(default_factory=list)
    """The heads of the requests, in their order."""
    misbehaving: threading.Event = field(default_factory=threading.Event)
    """Set when a stalled answer has said all that it is going to say."""
    released: threading.Event = field(default_factory=threading.Event)
    """Set to let stalled answers go on."""

    def __enter__(self) -> "Publisher":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str = "file.txt") -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{path}"


class Answering(BaseHTTPRequestHandler):
    """One request and what a behaviour needs to answer it."""

    protocol_version = "HTTP/1.1"
    publisher: Publisher

    def do_GET(self) -> None:
        self.publisher.asked.append(self.headers)
        script = self.publisher.script
        behaviour = script.popleft() if script else honest
        try:
            behaviour(self)
        except ConnectionError:
            self.close_connection = True

    def head(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        if self.publisher.etag:
            self.send_header("ETag", self.publisher.etag)
        if self.publisher.last_modified:
            self.send_header("Last-Modified", self.publisher.last_modified)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def close(self) -> None:
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Keep standard error for what is tested."""


def honest(answering: Answering) -> None:
    """As the standard asks: conditions, parts of the version asked for."""
    publisher, asked = answering.publisher, answering.headers
    known = asked["If-None-Match"]
    since = asked["If-Modified-Since"]
    if known is not None:
        changed = known != publisher.etag
    else:
        changed = since is None or since != publisher.last_modified
    if not changed:
        answering.head(304, None)
        return
    first = 0
    if asked["Range"] and asked["If-Range"] in {publisher.etag, publisher.last_modified}:
        first = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
    size = len(publisher.content)
    if first >= size > 0:
        answering.head(416, 0, Content_Range=f"bytes */{size}")
    elif first:
        rest = publisher.content[first:]
        answering.head(206, len(rest), Content_Range=f"bytes {first}-{size - 1}/{size}")
        answering.wfile.write(rest)
    else:
        answering.head(200, size)
        answering.wfile.write(publisher.content)


def ignores_range(answering: Answering) -> None:
    answering.head(200, len(answering.publisher.content))
    answering.wfile.write(answering.publisher.content)


def cut(sent: int) -> Behaviour:
    """Break the connection off after *sent* bytes."""

    def behave(answering: Answering) -> None:
        answering.head(200, len(answering.publisher.content))
        answering.wfile.write(answering.publisher.content[:sent])
        answering.close()

    return behave


def cut_rest(sent: int) -> Behaviour:
    """Go on where asked to, and break off after *sent* more bytes."""

    def behave(answering: Answering) -> None:
        content = answering.publisher.content
        first = int(answering.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        answering.head(
            206,
            len(content) - first,
            Content_Range=f"bytes {first}-{len(content) - 1}/{len(content)}",
        )
        answering.wfile.write(content[first : first + sent])
        answering.close()

    return behave


def cut_chunked(sent: int) -> Behaviour:
    """Without a length in the head, and without the end that chunks have."""

    def behave(answering: Answering) -> None:
        answering.head(200, None, Transfer_Encoding="chunked")
        _chunk(answering, answering.publisher.content[:sent])
        answering.close()

    return behave


def chunked(answering: Answering) -> None:
    answering.head(200, None, Transfer_Encoding="chunked")
    _chunk(answering, answering.publisher.content)
    answering.wfile.write(b"0\r\n\r\n")


def ends_by_closing(answering: Answering) -> None:
    answering.head(200, None, Connection="close")
    answering.wfile.write(answering.publisher.content)
    answering.close()


def stall(sent: int) -> Behaviour:
    """Say nothing more after *sent* bytes until released, then the rest."""

    def behave(answering: Answering) -> None:
        publisher = answering.publisher
        answering.head(200, len(publisher.content))
        answering.wfile.write(publisher.content[:sent])
        publisher.misbehaving.set()
        publisher.released.wait(30)
        answering.wfile.write(publisher.content[sent:])

    return behave


def trickles(answering: Answering) -> None:
    """One byte now and then, for ever: never silent, never done."""
    publisher = answering.publisher
    answering.head(200, len(publisher.content))
    for byte in publisher.content:
        if publisher.released.wait(0.01):
            break
        answering.wfile.write(bytes([byte]))
    answering.close()


def says_length(length: int) -> Behaviour:
    """Announce *length* bytes and send what there is."""

    def behave(answering: Answering) -> None:
        answering.head(200, length)
        answering.wfile.write(answering.publisher.content)
        answering.close()

    return behave


def status(code: int) -> Behaviour:
    def behave(answering: Answering) -> None:
        answering.head(code, 0)

    return behave


def redirect(location: str) -> Behaviour:
    def behave(answering: Answering) -> None:
        answering.head(302, 0, Location=location)

    return behave


def part(content_range: str, content: bytes, **headers: str) -> Behaviour:
    """A part, whatever was asked for."""

    def behave(answering: Answering) -> None:
        answering.head(206, len(content), Content_Range=content_range, **headers)
        answering.wfile.write(content)

    return behave


def with_headers(**headers: str) -> Behaviour:
    def behave(answering: Answering) -> None:
        answering.head(200, len(answering.publisher.content), **headers)
        answering.wfile.write(answering.publisher.content)

    return behave


def nonsense(answering: Answering) -> None:
    answering.wfile.write(b"220 \x1b[31mthis is no web server\r\n\r\n")
    answering.close()


def _chunk(answering: Answering, content: bytes) -> None:
    answering.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")


def _handler(publisher: Publisher) -> type[Answering]:
    return type("Handler", (Answering,), {"publisher": publisher})
