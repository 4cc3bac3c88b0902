"""A Redis Cluster, for the few commands that are used here.

Each command's keys lie in one slot. Commands are sent to the servers that have their slots, those
of one server back to back, and all servers are asked at once. The map of slots is read anew when a
server says that one moved, or does not answer.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from hiredis import ReplyError

from metering.redis_connection import Address, Command, Redis, RedisAway, RedisConnection

_SLOTS = 16_384
_REDIRECTS = 4
_AWAY_SECONDS = 1.0
_CLUSTER = "+cluster"


def open_redis(url: str, *, seconds: float) -> Redis:
    """A connection to what *url* names: ``redis://host:port``, or for a cluster
    ``redis+cluster://host:port,host:port``, of whose servers one must answer.

    Raises:
        ValueError: saying what is wrong with it.
    """
    seeds = seeds_of(url)
    if urlsplit(url).scheme.endswith(_CLUSTER):
        return RedisCluster(seeds, seconds=seconds)
    return RedisConnection(seeds[0], seconds=seconds)


def seeds_of(url: str) -> list[str]:
    """The addresses of single servers that *url* names.

    Raises:
        ValueError: saying what is wrong with it.
    """
    parts = urlsplit(url)
    if not parts.scheme.endswith(_CLUSTER):
        Address.parse(url)
        return [url]
    entry, at, hosts = parts.netloc.rpartition("@")
    scheme = parts.scheme.removesuffix(_CLUSTER)
    seeds = [
        urlunsplit((scheme, f"{entry}{at}{host.strip()}", parts.path, "", ""))
        for host in hosts.split(",")
    ]
    if any(Address.parse(seed).database for seed in seeds):
        raise ValueError("a cluster has no database but 0")
    return seeds


@dataclass(frozen=True, slots=True)
class _Away:
    """Why a server is away, and until when it is left alone."""

    why: RedisAway
    until: float


class RedisCluster:
    """Executes commands within *seconds*, each on the server that has its keys.

    A server that was found away is left alone for a second, in which its commands fail at once;
    then it is tried again, where its slots have not gone to another.
    """

    def __init__(self, seeds: Sequence[str], *, seconds: float) -> None:
        self._seeds = list(seeds)
        # One server that is late is told before the caller gives all of them up.
        self._seconds = seconds * 0.8
        self._servers: dict[str, RedisConnection] = {}
        self._slots: list[str] = []
        self._away: dict[str, _Away] = {}
        self._map_at = 0.0
        self._mapping = asyncio.Lock()
        self._slot_of: dict[str, int] = {}

    async def execute(self, commands: Sequence[Command], *, signed: bool = False) -> list[Any]:
        """The answers to *commands*, as :meth:`Redis.execute` has it.

        Raises:
            RedisAway: when no server answers.
        """
        if not commands:
            return []
        if not self._slots:
            await self._map()
        elif self._away and time.monotonic() >= self._map_at:
            with suppress(RedisAway):
                await self._map()
        answers: list[Any] = [None] * len(commands)
        asked: list[tuple[int, str, bool]] = [
            (number, self._slots[self._slot(command)], False)
            for number, command in enumerate(commands)
        ]
        for _ in range(_REDIRECTS):
            await self._ask(asked, commands, answers, signed=signed)
            asked = await self._redirected(asked, commands, answers)
            if not asked:
                break
        if isinstance(answers[0], RedisAway) and self._away.keys() >= set(self._slots):
            raise answers[0]
        return answers

    async def everywhere(self, commands: Sequence[Command]) -> list[list[Any]]:
        """The answers of each server that holds slots; finds out who they are.

        Raises:
            RedisAway: when no server answers.
        """
        await self._map()
        servers = list(dict.fromkeys(self._slots))
        found = await asyncio.gather(
            *(self._server(name).execute(commands) for name in servers), return_exceptions=True
        )
        answers = []
        for name, answer in zip(servers, found, strict=True):
            if isinstance(answer, RedisAway):
                self._lost(name, answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                self._away.pop(name, None)
                answers.append(answer)
        if not answers:
            raise RedisAway("no server of the cluster answers")
        return answers

    async def scan(self, pattern: str) -> AsyncIterator[list[str]]:
        """The keys that match *pattern* on all servers, some at a time; one may come twice.

        Raises:
            RedisAway: when a server does not answer in time.
        """
        await self._map()
        for name in dict.fromkeys(self._slots):
            async for keys in self._server(name).scan(pattern):
                yield keys

    async def close(self) -> None:
        """Disconnect; what is still asked fails."""
        for server in self._servers.values():
            await server.close()

    async def _ask(
        self,
        asked: Sequence[tuple[int, str, bool]],
        commands: Sequence[Command],
        answers: list[Any],
        *,
        signed: bool,
    ) -> None:
        by_server: dict[str, list[tuple[int, bool]]] = {}
        for number, name, asking in asked:
            by_server.setdefault(name, []).append((number, asking))

        async def ask(name: str, numbers: list[tuple[int, bool]]) -> None:
            away = self._away.get(name)
            if away and time.monotonic() < away.until:
                for number, _ in numbers:
                    answers[number] = away.why
                return
            words: list[Command] = []
            for number, asking in numbers:
                if asking:
                    words.append(("ASKING",))
                words.append(commands[number])
            try:
                found = await self._server(name).execute(words, signed=signed)
            except RedisAway as error:
                self._lost(name, error)
                for number, _ in numbers:
                    answers[number] = error
                return
            if away:
                self._away.pop(name, None)
            place = iter(found)
            for number, asking in numbers:
                if asking:
                    next(place)
                answers[number] = next(place)

        if len(by_server) == 1:
            ((name, numbers),) = by_server.items()
            await ask(name, numbers)
        else:
            await asyncio.gather(*(ask(name, numbers) for name, numbers in by_server.items()))

    async def _redirected(
        self,
        asked: Sequence[tuple[int, str, bool]],
        commands: Sequence[Command],
        answers: Sequence[Any],
    ) -> list[tuple[int, str, bool]]:
        """What is to be asked elsewhere: it was not done where it was asked."""
        again: list[tuple[int, str, bool]] = []
        moved = False
        for number, name, _ in asked:
            answer = answers[number]
            if not isinstance(answer, ReplyError):
                continue
            kind, *words = str(answer).split(" ")
            if kind in ("MOVED", "ASK"):
                moved = moved or kind == "MOVED"
                again.append((number, _elsewhere(words[1], name), kind == "ASK"))
            elif kind == "TRYAGAIN":
                # Its keys are on their way to another server, one after the other.
                await asyncio.sleep(0.01)
                again.append((number, name, False))
        if moved:
            with suppress(RedisAway):
                await self._map()
        return again

    def _lost(self, name: str, why: RedisAway) -> None:
        self._away[name] = _Away(why, time.monotonic() + _AWAY_SECONDS)

    async def _map(self) -> None:
        """Read which server has which slot, from the first that tells."""
        async with self._mapping:
            self._map_at = time.monotonic() + _AWAY_SECONDS
            why = RedisAway("no server of the cluster answers")
            known = [name for name in dict.fromkeys(self._slots) if name not in self._away]
            for name in [*known, *(_name_of(seed) for seed in self._seeds)]:
                try:
                    (ranges,) = await self._server(name).execute([("CLUSTER", "SLOTS")])
                except RedisAway as error:
                    why = error
                    continue
                if isinstance(ranges, ReplyError):
                    why = RedisAway(f"Redis refused: {ranges}")
                    continue
                slots = [""] * _SLOTS
                for first, last, (host, port, *_), *_ in ranges:
                    server = f"{host or name.rpartition(':')[0]}:{port}"
                    slots[first : last + 1] = [server] * (last + 1 - first)
                if all(slots):
                    self._slots = slots
                    for lost in self._away.keys() - set(slots):
                        del self._away[lost]
                    return
                why = RedisAway("the cluster lacks slots")
            raise why

    def _server(self, name: str) -> RedisConnection:
        server = self._servers.get(name)
        if server is None:
            parts = urlsplit(self._seeds[0])
            entry, at, _ = parts.netloc.rpartition("@")
            url = urlunsplit((parts.scheme, f"{entry}{at}{name}", "", "", ""))
            server = self._servers[name] = RedisConnection(url, seconds=self._seconds)
        return server

    def _slot(self, command: Command) -> int:
        key = str(command[3] if command[0] in ("EVAL", "EVALSHA") else command[1])
        begin = key.find("{") + 1
        end = key.find("}", begin)
        tag = key[begin:end] if begin and end > begin else key
        slot = self._slot_of.get(tag)
        if slot is None:
            # There are few tags: one for each shard, and the leases'.
            slot = self._slot_of[tag] = _crc16(tag.encode()) % _SLOTS
        return slot


def _elsewhere(place: str, name: str) -> str:
    host, _, port = place.rpartition(":")
    return f"{host or name.rpartition(':')[0]}:{port}"


def _name_of(seed: str) -> str:
    address = Address.parse(seed)
    return f"{address.host}:{address.port}"


def _crc16(data: bytes) -> int:
    """CRC-16/XMODEM, by which a cluster finds the slot of a key."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc
