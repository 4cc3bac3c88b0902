"""One connection to Redis that all callers of a process share.

Commands of concurrent callers go out back to back and answers come in the same order, so a batch
costs one round trip and a few microseconds a command, a tenth of a general client's. What is
not needed here (pools, retries, subscriptions) is not here.
"""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, cast
from urllib.parse import unquote, urlsplit

import hiredis

type Command = tuple[str | int, ...]


class RedisAway(Exception):  # noqa: N818 - it names a state
    """Redis could not be reached or was late: what was asked of it may or may not be done."""


class Redis(Protocol):
    """One Redis, or many that share the keys."""

    async def execute(self, commands: Sequence[Command], *, signed: bool = False) -> list[Any]:
        """The answers to *commands*, in order; what Redis refused is a ``hiredis.ReplyError``.

        When *signed*, each command gets one more word: the run of the server that it is sent to,
        by which a script can tell a server that was restarted or put in another's place.
        In a cluster a :class:`RedisAway` stands for the answer of a server that cannot be reached.

        Raises:
            RedisAway: when no server answers in time.
        """

    async def everywhere(self, commands: Sequence[Command]) -> list[list[Any]]:
        """The answers of each server that holds keys; a server that is away is left out.

        Raises:
            RedisAway: when no server answers in time.
        """

    def scan(self, pattern: str) -> AsyncIterator[list[str]]:
        """The keys that match *pattern*, some at a time; one may come twice.

        Raises:
            RedisAway: when a server does not answer in time.
        """

    async def close(self) -> None:
        """Disconnect; what is still asked fails."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Redis is and how to enter it."""

    host: str
    port: int
    tls: bool
    username: str
    password: str = field(repr=False)
    database: int

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read ``redis://[user[:password]@]host[:port][/database]``; ``rediss://`` for TLS.

        Raises:
            ValueError: saying what is wrong with it.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss") or not parts.hostname:
            raise ValueError("must be redis://host:port or rediss://host:port")
        database = parts.path.strip("/") or "0"
        if not database.isdigit():
            raise ValueError(f"the database must be a number, not {database!r}")
        return cls(
            host=parts.hostname,
            port=parts.port or 6379,
            tls=parts.scheme == "rediss",
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=int(database),
        )

    def greeting(self) -> list[Command]:
        """Commands to send first on a new connection."""
        commands: list[Command] = []
        if self.password:
            user = (self.username,) if self.username else ()
            commands.append(("AUTH", *user, self.password))
        if self.database:
            commands.append(("SELECT", self.database))
        return commands


class RedisConnection:
    """Executes commands within *seconds* or fails; connects, and connects anew, when asked.

    Nothing is ever repeated: whether that is safe only the caller knows.
    """

    def __init__(self, url: str, *, seconds: float) -> None:
        self._address = Address.parse(url)
        self._seconds = seconds
        self._wire: _Wire | None = None
        self._connecting = asyncio.Lock()

    async def execute(self, commands: Sequence[Command], *, signed: bool = False) -> list[Any]:
        """The answers to *commands*, as :meth:`Redis.execute` has it.

        Raises:
            RedisAway: when they do not all come in time.
        """
        if not commands:
            return []
        wire = self._wire
        try:
            async with asyncio.timeout(self._seconds):
                if wire is None or wire.lost:
                    wire = await self._connected()
                return await wire.ask(commands, signed=signed)
        except TimeoutError:
            why = f"no answer within {self._seconds:g} s"
            if wire is not None:
                # The others who wait on it would be told one by one, each in its own time.
                wire.abort(why)
            raise RedisAway(why) from None
        except OSError as error:
            raise RedisAway(f"cannot connect: {error.strerror or error}") from None

    async def everywhere(self, commands: Sequence[Command]) -> list[list[Any]]:
        """The answers of the one server there is.

        Raises:
            RedisAway: when they do not all come in time.
        """
        return [await self.execute(commands)]

    async def scan(self, pattern: str) -> AsyncIterator[list[str]]:
        """The keys that match *pattern*, some at a time; one may come twice.

        Raises:
            RedisAway: when it does not answer in time.
        """
        cursor = "0"
        while True:
            (answer,) = await self.execute([("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)])
            if isinstance(answer, hiredis.ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
            cursor, keys = answer
            yield keys
            if cursor == "0":
                return

    async def close(self) -> None:
        """Disconnect; what is still asked fails."""
        if self._wire is not None:
            self._wire.abort("closed")

    async def _connected(self) -> "_Wire":
        async with self._connecting:
            if self._wire is not None and not self._wire.lost:
                return self._wire
            address = self._address
            _, wire = await asyncio.get_running_loop().create_connection(
                _Wire,
                address.host,
                address.port,
                ssl=ssl.create_default_context() if address.tls else None,
            )
            try:
                for answer in await wire.ask([*address.greeting(), ("INFO", "server")]):
                    if isinstance(answer, hiredis.ReplyError):
                        raise RedisAway(f"Redis refused: {answer}")
                wire.run = _run_of(answer)
            except BaseException:
                wire.abort("not entered")
                raise
            self._wire = wire
            return wire


class _Wire(asyncio.Protocol):
    """The bytes of one connection: questions out, answers back to whoever asked first."""

    def __init__(self) -> None:
        self.lost = False
        self.run = ""
        """Names this run of the server: another one after each restart."""
        self._reader = hiredis.Reader(encoding="utf-8", errors="replace")
        self._asked: deque[_Asked] = deque()
        self._transport: asyncio.Transport | None = None

    async def ask(self, commands: Sequence[Command], *, signed: bool = False) -> list[Any]:
        if not commands:
            return []
        if self._transport is None or self.lost:
            raise RedisAway("the connection was lost")
        asked = _Asked(len(commands), asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        # Its published type knows commands of one word only.
        pack = cast(Callable[[Command], bytes], hiredis.pack_command)
        if signed:
            run = (self.run,)
            words = [pack(command + run) for command in commands]
        else:
            words = [pack(command) for command in commands]
        self._transport.write(b"".join(words))
        return await asked.answered

    def abort(self, why: str) -> None:
        """Break off; everyone who waits is told *why*."""
        self.lost = True
        if self._transport is not None:
            self._transport.abort()
        self._fail(why)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        reader, asked = self._reader, self._asked
        try:
            reader.feed(data)
            while asked:
                head = asked[0]
                while len(head.answers) < head.count:
                    answer = reader.gets()
                    if answer is False:
                        return
                    head.answers.append(answer)
                asked.popleft()
                if not head.answered.done():
                    head.answered.set_result(head.answers)
        except hiredis.ProtocolError as error:
            self.abort(f"Redis does not speak its protocol: {error}")

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        self._fail("the connection was lost")

    def _fail(self, why: str) -> None:
        while self._asked:
            asked = self._asked.popleft()
            if not asked.answered.done():
                asked.answered.set_exception(RedisAway(why))


@dataclass(eq=False, slots=True)
class _Asked:
    count: int
    answered: asyncio.Future[list[Any]]
    answers: list[Any] = field(default_factory=list)


def _run_of(info: str) -> str:
    match = re.search(r"^run_id:(\w+)", info, re.MULTILINE)
    # So much of it is unique among the servers that ever held one's keys.
    return match[1][:16] if match else ""
