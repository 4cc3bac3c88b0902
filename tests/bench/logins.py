"""Log-ins per second of one accounts process, beside bare argon2id on the same cores.

``python -m tests.bench.logins [--seconds 5] [--rounds 3] [--json FILE]`` starts PostgreSQL and
the process, and has callers log in as fast as they are answered. In turns with it, as many
threads as there are cores verify hashes and do nothing else: two to a log-in, which is the most
any service could do. Callers, service and database share the cores. Last, the time that a wrong
password takes at a known address is compared with the time at one nobody has.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from argon2 import PasswordHasher

from accounts.migrate import migrate
from accounts.passwords import LANES, MEMORY_KIB, PASSES
from accounts.settings import database_at
from codingahead.accounts.v1 import accounts_pb2
from services.accounts.tests.accounts_process import AccountsProcess
from tests.support.nats_server import NatsServer
from tests.support.postgres_server import PostgresServer

PASSWORD = "correct horse battery"
PEOPLE = 50
CORES = len(os.sched_getaffinity(0))
CALLERS = 4 * CORES
_PAIRS = 250


def bare(seconds: float) -> float:
    """Log-ins per second if there were nothing to one but its two hashes."""
    hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
    known = hasher.hash(PASSWORD)
    end = time.perf_counter() + seconds

    def work(_: int) -> int:
        count = 0
        while time.perf_counter() < end:
            hasher.verify(known, PASSWORD)
            count += 1
        return count

    with ThreadPoolExecutor(CORES) as threads:
        return sum(threads.map(work, range(CORES))) / 2 / seconds


async def served(process: AccountsProcess, seconds: float) -> tuple[float, list[float]]:
    """Log-ins per second, and how long each took."""
    end = time.perf_counter() + seconds
    took: list[float] = []

    async def caller(number: int) -> None:
        request = accounts_pb2.LogInRequest(
            email=f"p{number % PEOPLE}@example.org", password=PASSWORD
        )
        while (began := time.perf_counter()) < end:
            call = process.stub.LogIn(request, timeout=1.0)
            if await call.code() is not grpc.StatusCode.OK:
                raise SystemExit(f"a log-in failed: {await call.details()}")
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    return len(took) / seconds, took


async def gap(process: AccountsProcess, pairs: int) -> float:
    """Seconds by which the medians of known and unknown addresses differ, asked in turns."""
    took: dict[str, list[float]] = {"p1": [], "nobody": []}
    for _ in range(pairs):
        for name, times in took.items():
            request = accounts_pb2.LogInRequest(email=f"{name}@example.org", password="x" * 20)
            began = time.perf_counter()
            await process.stub.LogIn(request, timeout=1.0).code()
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in took.values())
    return abs(known - unknown)


async def measure(seconds: float, rounds: int) -> dict[str, float]:
    """Take turns; answers the medians of the rounds."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        postgres = PostgresServer(Path(folder) / "postgres")
        nats = NatsServer(Path(folder) / "nats")
        process = AccountsProcess(postgres.url, nats.url)
        try:
            await asyncio.to_thread(postgres.start)
            await asyncio.to_thread(migrate, database_at(postgres.url))
            await nats.start()
            await process.start()
            for number in range(PEOPLE):
                await process.stub.Register(
                    accounts_pb2.RegisterRequest(
                        request_id=str(uuid.uuid4()),
                        email=f"p{number}@example.org",
                        password=PASSWORD,
                    ),
                    timeout=5.0,
                )
            await served(process, 1.0)
            bares, services, took = [], [], list[float]()
            for _ in range(rounds):
                bares.append(await asyncio.to_thread(bare, seconds))
                rate, times = await served(process, seconds)
                services.append(rate)
                took += times
            apart = await gap(process, _PAIRS)
        finally:
            await process.kill()
            await nats.stop()
            postgres.stop()
    took.sort()
    return {
        "cores": CORES,
        "callers": CALLERS,
        "bare_logins_per_second": statistics.median(bares),
        "logins_per_second": statistics.median(services),
        "ratio": statistics.median(s / b for s, b in zip(services, bares, strict=True)),
        "p50_seconds": took[len(took) // 2],
        "p99_seconds": took[int(len(took) * 0.99)],
        "known_unknown_gap_ms": apart * 1000,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.logins", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.seconds, arguments.rounds))
    for name, value in figures.items():
        print(f"{name:26} {value:10.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
