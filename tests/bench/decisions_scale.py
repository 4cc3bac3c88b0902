"""What decisions cost with many subjects, what a subject weighs, and how fast a ledger is read."""

import asyncio
import random
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from metering.decision import Question, Subject
from metering.keys import SHARDS, outbox_key
from metering.ledger import event_of
from metering.ledger_reader import Ledger
from metering.outbox import Entry, Outbox
from metering.periods import CalendarMonth
from metering.plans import load_plans
from metering.rebuild import rebuild
from metering.redis_connection import RedisConnection
from metering.relay import Relay
from metering.store import Store
from servicekit.bus import Bus
from services.metering.tests.conftest import PLANS, declare_streams, open_shards
from services.metering.tests.valkey_server import ValkeyServer
from tests.bench.decisions_load import (
    BATCH,
    UNLIMITED,
    cpu_seconds,
    granted_once,
    now_ms,
    questions_of,
    subject_id,
)
from tests.support.nats_server import NatsServer

_FILL = """
for number = 4, #ARGV, 2 do
  redis.call('HSET', ARGV[number], '#charged', '1', '#limit', '-1 enterprise', ARGV[number + 1],
    ARGV[2] .. ARGV[3])
  redis.call('PEXPIREAT', ARGV[number], ARGV[1])
end
return 1
"""
_FILL_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Scale:
    """What a decision costs with so many *subjects*: µs of time, and of Redis's CPU."""

    subjects: int
    us: float
    redis_us: float
    bytes_each: float


class Crowd:
    """A Redis with so many *subjects* of one grant each, and a store to count in it."""

    def __init__(self, folder: Path, subjects: int) -> None:
        # Filling is no subject of the measurement, and both sizes are asked alike.
        self.valkey = ValkeyServer(folder / f"crowd-{subjects}", "--appendonly", "no")
        self.subjects = subjects
        self.bytes_each = 0.0
        self._redis = RedisConnection(self.valkey.url, seconds=60)
        self._store = Store(self._redis, outbox_capacity=10**7, seconds=10)

    async def start(self) -> None:
        """Start it and fill it."""
        await self.valkey.start()
        await open_shards(self._redis)
        before = await used_memory(self._redis)
        month = CalendarMonth().window(now_ms())
        name = f"{int(time.time()):08x}-{now_ms()}-0 "
        head = (month.end_ms + 172_800_000, name, "0" * 36)
        (sha,) = await self._redis.execute([("SCRIPT", "LOAD", _FILL)])
        pending: list[asyncio.Task[object]] = []
        for first in range(0, self.subjects, _FILL_AT_ONCE):
            words: list[str] = []
            for number in range(first, min(first + _FILL_AT_ONCE, self.subjects)):
                words += _use_of(number, month.key)
            pending.append(
                asyncio.create_task(self._redis.execute([("EVALSHA", sha, 0, *head, *words)]))
            )
            if len(pending) == 8:
                await asyncio.gather(*pending)
                pending.clear()
        await asyncio.gather(*pending)
        self.bytes_each = (await used_memory(self._redis) - before) / self.subjects

    async def ask(self, rng: random.Random, seconds: float) -> Scale:
        """Ask for anybody's page at random: half of them seen, half of them new."""
        pid, done, spent = self.valkey.pid, 0, 0.0
        before, end = cpu_seconds(pid), time.perf_counter() + seconds
        while time.perf_counter() < end:
            batch = [
                (_question(rng.randrange(self.subjects), new=number % 2 == 0, rng=rng), UNLIMITED)
                for number in range(BATCH)
            ]
            began = time.perf_counter()
            uses = await self._store.count(batch, now_ms())
            spent += time.perf_counter() - began
            if None in uses:
                raise SystemExit("bench: Redis did not count")
            done += BATCH
        used = cpu_seconds(pid) - before
        await self._redis.execute([("XTRIM", outbox_key(n), "MAXLEN", 0) for n in range(SHARDS)])
        return Scale(self.subjects, 1e6 * spent / done, 1e6 * used / done, self.bytes_each)

    async def stop(self) -> None:
        """End it."""
        await self._redis.close()
        await self.valkey.kill()


async def weights(folder: Path, subjects: int = 20_000) -> dict[str, float]:
    """Bytes of Redis's memory for a subject with its first grant, a further grant, an entry."""
    valkey = ValkeyServer(folder / "weights", "--appendonly", "no")
    redis = RedisConnection(valkey.url, seconds=30)
    try:
        await valkey.start()
        await open_shards(redis)
        store = Store(redis, outbox_capacity=10**7, seconds=10)
        questions = questions_of(subjects, 5, plan="free")
        empty = await used_memory(redis)
        for first in range(0, subjects, 500):
            await store.count(
                [(question, UNLIMITED) for question in questions[first : first + 500]], now_ms()
            )
        with_entries = await used_memory(redis)
        await redis.execute([("XTRIM", outbox_key(n), "MAXLEN", 0) for n in range(SHARDS)])
        first_grants = await used_memory(redis)
        await granted_once(redis, questions[subjects:])
        further = await used_memory(redis)
    finally:
        await redis.close()
        await valkey.kill()
    return {
        "bytes_subject": (first_grants - empty) / subjects,
        "bytes_further_grant": (further - first_grants) / (4 * subjects),
        "bytes_waiting_entry": (with_entries - first_grants) / subjects,
    }


async def relayed(folder: Path, grants: int = 20_000) -> float:
    """Entries a second that one relay with nothing else to do takes to the ledger."""
    valkey, nats = ValkeyServer(folder / "relay"), NatsServer(folder / "relay-nats")
    redis = RedisConnection(valkey.url, seconds=30)
    try:
        await valkey.start()
        await nats.start()
        await declare_streams(nats)
        await open_shards(redis)
        store = Store(redis, outbox_capacity=10**7, seconds=10)
        questions = questions_of(grants, 1)
        for first in range(0, grants, 500):
            await store.count([(q, UNLIMITED) for q in questions[first : first + 500]], now_ms())
        bus = await Bus.connect(nats.url, "bench")
        outbox = Outbox(redis)
        began = time.perf_counter()
        task = asyncio.create_task(Relay(outbox, bus).run())
        while await outbox.size():
            await asyncio.sleep(0.05)
        took = time.perf_counter() - began
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await bus.close()
    finally:
        await redis.close()
        await valkey.kill()
        await nats.kill()
    return grants / took


async def rebuilt(folder: Path, grants: int) -> dict[str, float]:
    """Entries a second of a rebuild into an empty Redis, from a ledger of so many *grants*."""
    valkey, nats = ValkeyServer(folder / "rebuild"), NatsServer(folder / "rebuild-nats")
    redis = RedisConnection(valkey.url, seconds=30)
    try:
        await valkey.start()
        await nats.start()
        await declare_streams(nats)
        bus = await Bus.connect(nats.url, "bench")
        for first in range(0, grants, 1_000):
            entries = [_entry(number) for number in range(first, min(first + 1_000, grants))]
            if not all(await bus.publish_batch([event_of(entry) for entry in entries], 60.0)):
                raise SystemExit("bench: the ledger did not take everything")
        cpu, began = time.process_time(), time.perf_counter()
        done = await rebuild(redis, Ledger(bus), range(SHARDS), load_plans(PLANS), now_ms=now_ms())
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        await bus.close()
    finally:
        await redis.close()
        await valkey.kill()
        await nats.kill()
    if done.missing_units != grants:
        raise SystemExit(f"bench: {done.missing_units} of {grants} units were rebuilt")
    return {
        "rebuilt_grants": grants,
        "rebuild_seconds": took,
        "rebuilt_per_second": grants / took,
        "rebuild_cpu_us_per_grant": 1e6 * cpu / grants,
    }


async def used_memory(redis: RedisConnection) -> int:
    """Bytes that Redis has given out."""
    (info,) = await redis.execute([("INFO", "memory")])
    facts = dict(line.split(":", 1) for line in str(info).splitlines() if ":" in line)
    return int(facts["used_memory"])


def _use_of(number: int, month: str) -> tuple[str, str]:
    """The key of a subject's use, as ``metering.keys`` makes it, and the field of its grant."""
    subject = subject_id(number)
    shard = zlib.crc32(f"account:{subject}".encode()) % SHARDS
    return (
        f"{{s{shard:02}}}:use:account:{subject}:view_code:{month}",
        f"=icd-10-cm:E00.{number % 1000:03}",
    )


def _question(number: int, *, new: bool, rng: random.Random) -> Question:
    resource = f"icd-10-cm:E{rng.randrange(10, 99) if new else 0:02}.{number % 1000:03}"
    return Question(Subject("account", subject_id(number)), "enterprise", "view_code", resource)


def _entry(number: int) -> Entry:
    """What a grant to one of many subjects, five each, leaves in the outbox."""
    month = CalendarMonth().window(now_ms())
    subject = subject_id(number // 5)
    return Entry(
        zlib.crc32(f"account:{subject}".encode()) % SHARDS,
        f"{month.start_ms + number}-0",
        {
            "epoch": "00000001",
            "kind": "account",
            "id": subject,
            "held": "-1 enterprise",
            "action": "view_code",
            "resource": f"icd-10-cm:E{number % 5:02}.{number % 1000:03}",
            "at": str(month.start_ms + number),
            "start": str(month.start_ms),
            "ends": str(month.end_ms),
        },
    )
