"""Metering as it is run: several processes, Redis and the bus, with a bad network between all."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from hiredis import ReplyError

from codingahead.metering.v1 import events_pb2
from deploy.local.ports import free_port
from metering.decision import Subject
from metering.keys import SHARDS, outbox_key, record_id, shard_of_key
from metering.ledger import VIEW_GRANTED, milliseconds, subject_from
from metering.ledger_reader import Ledger
from metering.periods import CalendarMonth
from metering.redis_connection import RedisConnection
from metering.strict_entries import EVERY_SUBJECT
from metering.verify import uses_in
from servicekit.bus import Bus
from services.metering.tests.conftest import PLANS, declare_streams
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.valkey_server import ValkeyServer
from tests.chaos.history import Granted, Held, HeldKey
from tests.chaos.strict_checker import Change
from tests.chaos.tcp_proxy import TcpProxy
from tests.support.nats_server import NatsServer

_PIPELINE = 500


class Node:
    """One metering process with proxies of its own before it, and between it and the servers."""

    def __init__(self, redis_port: int, nats_port: int) -> None:
        port = free_port()
        self.front = TcpProxy(port)
        self.redis = TcpProxy(redis_port)
        self.nats = TcpProxy(nats_port)
        self.process = MeteringProcess(
            f"redis://127.0.0.1:{self.redis.port}/0",
            f"nats://127.0.0.1:{self.nats.port}",
            PLANS,
            METERING_PORT=str(port),
        )

    async def start(self) -> None:
        for proxy in (self.front, self.redis, self.nats):
            await proxy.start()
        await self.process.start()

    async def stop(self) -> None:
        await self.process.kill()
        for proxy in (self.front, self.redis, self.nats):
            await proxy.stop()


class Site:
    """Everything, in *folder*; *rng* chooses whom a fault strikes."""

    def __init__(self, folder: Path, *, processes: int, rng: random.Random) -> None:
        self.valkey = ValkeyServer(folder / "valkey")
        self.bus = NatsServer(folder / "nats")
        ports = [urlsplit(url).port for url in (self.valkey.url, self.bus.url)]
        self.nodes = [Node(ports[0] or 0, ports[1] or 0) for _ in range(processes)]
        self.forgotten: list[Granted] = []
        """What had not been relayed when Redis was emptied."""
        self._rng = rng

    async def start(self) -> None:
        await self.valkey.start()
        await self.bus.start()
        await declare_streams(self.bus)
        for node in self.nodes:
            await node.start()

    async def stop(self) -> None:
        for node in self.nodes:
            await node.stop()
        await self.valkey.kill()
        await self.bus.kill()

    def struck(self) -> list[Node]:
        """Whom a fault of the network or of a process strikes: one or all."""
        return list(self.nodes) if self._rng.random() < 0.5 else [self._rng.choice(self.nodes)]

    async def empty_redis(self) -> None:
        """Flush Redis, and note in the same step what the ledger did not have yet."""
        read = [("XRANGE", outbox_key(shard), "-", "+") for shard in range(SHARDS)]
        *_, answers = await self.valkey.ask_all([("MULTI",), *read, ("FLUSHALL",), ("EXEC",)])
        for shard, stream in enumerate(answers[:-1]):
            self.forgotten += [_granted(shard, entry, flat) for entry, flat in stream]

    async def first_waiting(self) -> list[tuple[int, int]]:
        """The oldest entry that waits in each shard's outbox; later than any where none does."""
        streams = await self.valkey.ask_all(
            [("XRANGE", outbox_key(shard), "-", "+", "COUNT", 1) for shard in range(SHARDS)]
        )
        return [_place(stream[0][0]) if stream else (2**63, 0) for stream in streams]

    def fallen(self) -> list[str]:
        """The last words of each process that ended by itself, which none should."""
        return [
            f"{line}"
            for node in self.nodes
            if node.process.ended_by_itself
            for line in node.process.lines[-5:]
        ]

    async def quiet(self) -> None:
        """Wait until the ledger has everything."""
        async with asyncio.timeout(60):
            while min(await self.first_waiting())[0] != 2**63:
                await asyncio.sleep(0.05)

    async def ledger(self) -> list[Granted]:
        """Every grant of the ledger, in order; duplicates stay."""
        bus = await Bus.connect(self.bus.url, "auditor")
        found = []
        try:
            async for messages, _ in Ledger(bus).read([f"{VIEW_GRANTED.subject}.*"]):
                for message in messages:
                    entry = events_pb2.ViewGranted.FromString(message.data)
                    found.append(
                        Granted(
                            entry.decision_id,
                            subject_from(entry.subject),
                            entry.action,
                            entry.resource,
                            entry.period,
                            milliseconds(entry.period_end),
                        )
                    )
        finally:
            await bus.close()
        return found

    async def strict_ledger(self) -> list[Change]:
        """Every change of a strict action that the ledger has, in order."""
        bus = await Bus.connect(self.bus.url, "auditor")
        found: list[Change] = []
        try:
            async for messages, _ in Ledger(bus).read([EVERY_SUBJECT]):
                for message in messages:
                    found += _changes(events_pb2.UnitsAccounted.FromString(message.data))
        finally:
            await bus.close()
        return found

    async def held(self) -> dict[HeldKey, Held]:
        """Every use that Redis holds."""
        redis = RedisConnection(self.valkey.url, seconds=10)
        held: dict[HeldKey, Held] = {}
        try:
            keys = sorted({key for keys in (await uses_in(redis)).values() for key in keys})
            for first in range(0, len(keys), _PIPELINE):
                chunk = keys[first : first + _PIPELINE]
                answers = await redis.execute([("HGETALL", key) for key in chunk])
                held.update(_held(key, row) for key, row in zip(chunk, answers, strict=True))
        finally:
            await redis.close()
        return held


def place_of(decision_id: str) -> tuple[int, tuple[int, int]]:
    """The shard of a decision, and its place in the shard's outbox."""
    _, shard, entry = decision_id.split("-", 2)
    return int(shard), _place(entry)


def _place(entry: str) -> tuple[int, int]:
    ms, _, sequence = entry.partition("-")
    return int(ms), int(sequence)


_KINDS: "dict[events_pb2.UnitsChange.Kind.ValueType, Literal['reserved', 'settled', 'expired']]" = {
    events_pb2.UnitsChange.KIND_RESERVED: "reserved",
    events_pb2.UnitsChange.KIND_SETTLED: "settled",
    events_pb2.UnitsChange.KIND_EXPIRED: "expired",
}


def _changes(entry: events_pb2.UnitsAccounted) -> list[Change]:
    subject = subject_from(entry.subject)
    return [
        Change(
            subject,
            entry.action,
            change.period,
            _KINDS[change.kind],
            change.reservation_id,
            change.units,
        )
        for change in entry.changes
    ]


def _granted(shard: int, entry: str, flat: Sequence[str]) -> Granted:
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    start = int(fields["start"])
    return Granted(
        record_id(fields["epoch"], shard, entry),
        Subject("guest" if fields["kind"] == "guest" else "account", fields["id"]),
        fields["action"],
        fields["resource"],
        fields.get("period") or CalendarMonth().window(start).key,
        int(fields["ends"]),
    )


def _held(key: str, row: Any) -> tuple[HeldKey, Held]:
    if isinstance(row, ReplyError):
        raise RuntimeError(f"Redis refused: {row}")
    _, _, kind, subject, action, period = key.split(":")
    facts = dict(zip(row[::2], row[1::2], strict=True))
    names = {}
    for field, value in facts.items():
        if field.startswith("="):
            epoch, _, entry = value.split(" ")[0].partition("-")
            names[field[1:]] = record_id(epoch, shard_of_key(key), entry)
    holder = Subject("guest" if kind == "guest" else "account", subject)
    return (holder, action, period), Held(int(facts.get("#charged", 0)), names)
