"""Whether a part answers, asked in the part's own protocol."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

type Probe = Callable[[], Awaitable[None]]
"""Returns when the part is ready; raises :class:`NotReady` or ``OSError`` when it is not."""

_ANSWER_SECONDS = 2.0
_DEFAULT_PORTS = {
    "nats": 4222,
    "tls": 4222,
    "redis": 6379,
    "rediss": 6379,
    "postgresql": 5432,
    "postgres": 5432,
    "postgresql+asyncpg": 5432,
}


class NotReady(Exception):  # noqa: N818 - it says what was found
    """The part answers but is not ready, or gives an answer of another kind."""


def nats_answers(port: int) -> Probe:
    """A nats-server with JetStream is there and answers a ping."""

    async def probe() -> None:
        answer = await _exchange(port, b'CONNECT {"verbose":false}\r\nPING\r\n', b"PONG")
        if b'"jetstream":true' not in answer:
            raise NotReady("it answers without JetStream")

    return probe


def redis_answers(port: int) -> Probe:
    """A Redis has loaded its data and answers a ping."""

    async def probe() -> None:
        await _exchange(port, b"PING\r\n", b"+PONG")

    return probe


def postgres_answers(url: str, database: str) -> Probe:
    """A PostgreSQL takes our password and answers a query in *database*, made if it lacks."""

    async def probe() -> None:
        # Imported here: it takes 0.1 s that only this part needs to wait.
        import asyncpg

        try:
            try:
                connection = await asyncpg.connect(url, timeout=_ANSWER_SECONDS)
            except asyncpg.InvalidCatalogNameError:
                connection = await asyncpg.connect(
                    url, database="postgres", timeout=_ANSWER_SECONDS
                )
                await connection.execute(f'CREATE DATABASE "{database}"')
            try:
                await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)
            finally:
                await connection.close(timeout=_ANSWER_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise NotReady(str(error) or type(error).__name__) from None

    return probe


def http_ready(port: int) -> Probe:
    """``/readyz`` on *port* answers 200."""

    async def probe() -> None:
        request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = await _exchange(port, request, None)
        head, _, body = answer.partition(b"\r\n\r\n")
        if head.split(b" ")[1:2] != [b"200"]:
            raise NotReady(f"/readyz answers {body.decode('utf-8', 'replace').strip()}")

    return probe


def listens(url: str) -> Probe:
    """Something listens at one of the servers of *url*: one that is not ours to question."""

    async def probe() -> None:
        for address in url.split(","):
            parts = urlsplit(address.strip())
            port = parts.port or _DEFAULT_PORTS[parts.scheme]
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    _, writer = await asyncio.open_connection(parts.hostname, port)
            except (OSError, TimeoutError):
                continue
            writer.close()
            return
        raise NotReady("nothing answers at its address")

    return probe


async def _exchange(port: int, question: bytes, until: bytes | None) -> bytes:
    """Send *question*; what came back until *until*, or until the end."""
    answer = b""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(question)
                while until is None or until not in answer:
                    piece = await reader.read(65_536)
                    if not piece:
                        break
                    answer += piece
            finally:
                writer.close()
    except TimeoutError:
        raise NotReady("it takes connections but does not answer") from None
    if until is not None and until not in answer:
        raise NotReady(f"it answers {answer[:80].decode('utf-8', 'replace').strip()}")
    return answer
