"""Units of strict actions per second and process: reserved, settled, and decided at once.

``python -m tests.bench.strict_grants`` starts Redis and the bus, which syncs at each write as in
production, and asks one count from within: the ledger is what limits it, not gRPC. Each holder is
another one, as with many visitors; then all ask for one. The figures are seconds of wall time; the
bus shares the cores with the one that asks. Nothing is asserted.
"""

import argparse
import asyncio
import json
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop

from deploy.local.ports import free_port
from deploy.local.servers import nats_server
from metering.balance import Holder
from metering.decision import Question, Subject
from metering.periods import CalendarMonth
from metering.plans import Limit
from metering.redis_connection import RedisConnection
from metering.store import Store
from metering.strict_count import StrictCount
from metering.strict_ledger import StrictLedger
from servicekit.bus import Bus
from services.metering.tests.conftest import declare_streams, open_shards
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

PLENTY = Limit(1_000_000, CalendarMonth())

type Work = Callable[[int], Awaitable[object]]


class _Synced(NatsServer):
    """A bus that syncs at each write."""

    def __init__(self, store: Path) -> None:
        super().__init__(store)
        self._folder = store
        self.url = f"nats://127.0.0.1:{free_port()}"

    async def start(self) -> None:
        self._folder.mkdir()
        config = self._folder / "nats.conf"
        config.write_text(
            f"listen: {self.url.removeprefix('nats://')}\n"
            f'jetstream {{ store_dir: "{self._folder}", sync_interval: always }}\n'
        )
        self._process = await asyncio.create_subprocess_exec(
            *(nats_server(), "-c", config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asyncio.sleep(0.5)


@asynccontextmanager
async def _counting(folder: Path) -> AsyncIterator[StrictCount]:
    valkey, server = ValkeyServer(folder / "valkey"), _Synced(folder / "nats")
    redis = RedisConnection(valkey.url, seconds=10)
    bus: Bus | None = None
    try:
        await valkey.start()
        await server.start()
        await declare_streams(server)
        await open_shards(redis)
        bus = await Bus.connect(server.url, "bench")
        store = Store(redis, outbox_capacity=1_000_000, seconds=10)
        yield StrictCount(StrictLedger(bus), store, seconds=60, lifetime_seconds=3_600)
    finally:
        if bus is not None:
            await bus.close()
        await redis.close()
        await server.stop()
        await valkey.kill()


async def _measure(work: Work, seconds: float, at_once: int) -> dict[str, float]:
    """Do *work*, *at_once* at a time: how often a second, how long each, and this process's CPU."""
    times: list[float] = []
    began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    ends = began + seconds

    async def ask(caller: int) -> None:
        number = caller
        while time.perf_counter() < ends:
            asked = time.perf_counter()
            await work(number)
            times.append(time.perf_counter() - asked)
            number += at_once

    await asyncio.gather(*(ask(caller) for caller in range(at_once)))
    took = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime
    quantiles = statistics.quantiles(times, n=100)
    return {
        "per_second": round(len(times) / took),
        "p50_ms": round(quantiles[49] * 1000, 2),
        "p99_ms": round(quantiles[98] * 1000, 2),
        "cpu_us": round(spent / len(times) * 1_000_000),
    }


async def _figures(folder: Path, seconds: float, at_once: int) -> dict[str, dict[str, float]]:
    async with _counting(folder) as count:

        def question(holder: str, number: int) -> Question:
            subject = Subject("account", holder)
            name = str(uuid.uuid4())
            return Question(subject, "enterprise", "consult", f"case:{number}", name)

        async def decide(number: int) -> None:
            await count.decide(question(f"d{number}", number), PLENTY, _now())

        async def decide_for_one(number: int) -> None:
            await count.decide(question("one", number), PLENTY, _now())

        async def reserve_and_settle(number: int) -> None:
            holder = f"r{number}"
            step = await count.reserve(question(holder, number), PLENTY, 1, _now())
            assert step.reservation is not None
            of = Holder(Subject("account", holder), "consult")
            await count.settle(of, step.reservation.id, 1, _now())

        figures = {"decided, one at a time": await _measure(decide, seconds, 1)}
        for name, work in (
            ("decided", decide),
            ("decided for one holder", decide_for_one),
            ("reserved and settled", reserve_and_settle),
        ):
            figures[name] = await _measure(work, seconds, at_once)
        return figures


def _now() -> int:
    return int(time.time() * 1000)


def main() -> None:
    """Measure, print the table, and write JSON where asked to."""
    parser = argparse.ArgumentParser(prog="strict_grants", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line; 5")
    parser.add_argument("--at-once", type=int, default=64, help="callers; 64")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = uvloop.run(_figures(Path(folder), options.seconds, options.at_once))
    print(f"{'':<26}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU µs':>10}")
    for name, row in figures.items():
        print(f"{name:<26}" + "".join(f"{row[key]:>{width}}" for key, width in _COLUMNS))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


_COLUMNS = (("per_second", 12), ("p50_ms", 10), ("p99_ms", 10), ("cpu_us", 10))


if __name__ == "__main__":
    main()
