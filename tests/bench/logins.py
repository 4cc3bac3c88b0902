"""Log-ins per second of one accounts process, beside bare argon2id on the same cores.

``python -m tests.bench.logins [--seconds 5] [--rounds 3] [--json FILE]`` starts PostgreSQL and
the process, and has callers log in as fast as they are answered. In turns with it, as many
threads as there are cores verify hashes and do nothing else: two to a log-in, which is the most
any service could do. Callers, service and database share the cores. Last, the time that a wrong
password, a reset that is asked for and a registration take at a known address is compared with the
time at one nobody has.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from argon2 import PasswordHasher

from accounts.migrate import migrate
from accounts.passwords import LANES, MEMORY_KIB, PASSES
from accounts.settings import database_at
from codingahead.accounts.v1 import accounts_pb2, credentials_pb2, credentials_pb2_grpc
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from services.accounts.tests.accounts_process import AccountsProcess
from tests.support.nats_server import NatsServer
from tests.support.postgres_server import PostgresServer

PASSWORD = "correct horse battery"
PEOPLE = 50
CORES = len(os.sched_getaffinity(0))
CALLERS = 4 * CORES
_PAIRS = 500


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


async def gap(ask: Callable[[str], Awaitable[object]], pairs: int) -> float:
    """Seconds by which the medians of *ask* at known and unknown addresses differ, in turns."""
    known: list[float] = []
    unknown: list[float] = []
    for number in range(pairs):
        asked = [("p1", known), (f"nobody{number}", unknown)]
        # Whichever comes second finds the caches warm.
        for name, took in reversed(asked) if number % 2 else asked:
            began = time.perf_counter()
            await ask(f"{name}@example.org")
            took.append(time.perf_counter() - began)
    return abs(statistics.median(known) - statistics.median(unknown))


async def gaps(process: AccountsProcess, pairs: int) -> dict[str, float]:
    """The gap of each call that must not tell whether an address exists, in milliseconds."""
    async with open_channel(process.target, ServiceSettings()) as channel:
        credentials = credentials_pb2_grpc.CredentialsServiceStub(channel)

        async def log_in(email: str) -> object:
            request = accounts_pb2.LogInRequest(email=email, password="x" * 20)
            return await process.stub.LogIn(request, timeout=2.0).code()

        async def reset(email: str) -> object:
            request = credentials_pb2.AskPasswordResetRequest(email=email)
            return await credentials.AskPasswordReset(request, timeout=2.0).code()

        async def register(email: str) -> object:
            request = accounts_pb2.RegisterRequest(
                request_id=str(uuid.uuid4()), email=email, password=PASSWORD
            )
            return await process.stub.Register(request, timeout=2.0).code()

        return {
            "login_gap_ms": await gap(log_in, pairs) * 1000,
            "reset_gap_ms": await gap(reset, pairs) * 1000,
            # Last: it makes somebody of those whom nobody was.
            "register_gap_ms": await gap(register, pairs) * 1000,
        }


async def measure(seconds: float, rounds: int, pairs: int) -> dict[str, float]:
    """Take turns; answers the medians of the rounds."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        postgres = PostgresServer(Path(folder) / "postgres")
        nats = NatsServer(Path(folder) / "nats")
        # What is measured are hashes, not how many wrong passwords are let through to them.
        limits = ",".join(
            f"{name}=100000/1"
            for name in ("login-account", "login-global", "mail-address", "register-address")
        )
        process = AccountsProcess(postgres.url, nats.url, ACCOUNTS_LIMITS=limits)
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
            apart = await gaps(process, pairs)
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
        **apart,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.logins", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=_PAIRS, help="of addresses, for the gaps")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.seconds, arguments.rounds, arguments.pairs))
    for name, value in figures.items():
        print(f"{name:26} {value:10.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
