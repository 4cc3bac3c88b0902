"""Decisions per second of one metering process, beside the bare script in the same Redis.

``make bench-decisions`` starts Redis (synced at each write, as in production), the bus and
metering, and loads them in turns: the bare script in pieces of 64, metering by stream in batches of
64, metering by single calls; each with new grants and with repeats. Then the time of a decision at
half of the stream's peak, a decision with few and with many subjects, what a subject weighs, and
the rates of relay and rebuild. Callers and servers share the cores: what can be compared between
machines is the ratios and the CPU of a decision. Nothing is asserted.
"""

import argparse
import asyncio
import json
import math
import os
import random
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from metering.decision import Question
from metering.redis_connection import RedisConnection
from services.metering.tests.conftest import PLANS, declare_streams
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.valkey_server import ValkeyServer
from tests.bench.decisions_load import (
    Bare,
    Load,
    Served,
    asked_anew,
    granted_once,
    questions_of,
    run_of,
)
from tests.bench.decisions_scale import Crowd, Scale, rebuilt, relayed, weights
from tests.support.nats_server import NatsServer

_PARTS = ("speed", "scale", "weights", "relay", "rebuild")
_KINDS = ("bare script", "by stream", "by call")
_FASTEST = (60_000, 30_000, 5_000)
"""New grants a second that none of these ways will exceed."""


async def speed(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """Rates, CPU and ratios of grants and of repeats, and the percentiles at half of peak."""
    valkey, nats = ValkeyServer(folder / "valkey"), NatsServer(folder / "nats")
    # Out of the way of what is measured: relaying takes its own time, told by another part.
    process = MeteringProcess(
        valkey.url,
        nats.url,
        PLANS,
        METERING_REDIS_SECONDS="5",
        METERING_RELAY="false",
        METERING_RECONCILE_SECONDS="0",
        METERING_OUTBOX_CAPACITY="100000000",
    )
    redis = RedisConnection(valkey.url, seconds=30)
    figures: dict[str, float] = {}
    try:
        await valkey.start()
        await nats.start()
        await declare_streams(nats)
        await process.start()
        run = await run_of(redis)
        seen = questions_of(2_000, 1)
        await granted_once(redis, seen)
        repeats = asked_anew(seen)
        for kind, questions in (("repeats", repeats), ("grants", None)):
            loads = await _turns(valkey, process, run, questions, options)
            figures |= _summed(kind, loads)
        served = Served(process, valkey, repeats)
        rate = figures["repeats_by_stream_per_second"] / 2
        took = await served.paced(rate, options.seconds)
        await served.close()
    finally:
        await redis.close()
        await process.kill()
        await nats.kill()
        await valkey.kill()
    figures |= {
        "half_of_peak_per_second": rate,
        "half_of_peak_p50_ms": 1000 * took[len(took) // 2],
        "half_of_peak_p99_ms": 1000 * took[int(len(took) * 0.99)],
    }
    return figures


async def _turns(
    valkey: ValkeyServer,
    process: MeteringProcess,
    run: str,
    questions: Sequence[Question] | None,
    options: argparse.Namespace,
) -> dict[str, list[Load]]:
    """Each way of asking in turns; None: new questions, which no way has asked before."""
    loads: dict[str, list[Load]] = {kind: [] for kind in _KINDS}
    for number in range(options.rounds):
        given = [
            questions or _new_questions(number, way, options.seconds) for way in range(len(_KINDS))
        ]
        bare = Bare(valkey, run, given[0])
        loads["bare script"].append(await asyncio.to_thread(bare.load, options.seconds))
        bare.close()
        for kind, some in (("by stream", given[1]), ("by call", given[2])):
            served = Served(process, valkey, some)
            load = served.by_stream if kind == "by stream" else served.by_call
            loads[kind].append(await load(options.seconds))
            await served.close()
    return loads


def _new_questions(number: int, way: int, seconds: float) -> list[Question]:
    """More than can be asked in a turn: those that are asked again would be repeats."""
    rng = random.Random(number * len(_KINDS) + way)
    subjects = questions_of(2_000, 1)
    times = math.ceil(_FASTEST[way] * seconds / len(subjects))
    return [
        Question(each.subject, each.plan, each.action, f"icd-10-cm:{rng.getrandbits(40):010x}")
        for _ in range(times)
        for each in subjects
    ]


def _summed(kind: str, loads: dict[str, list[Load]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for way, found in loads.items():
        name = f"{kind}_{way.replace(' ', '_')}"
        figures[f"{name}_per_second"] = statistics.median(load.rate for load in found)
        figures[f"{name}_redis_us"] = statistics.median(load.redis_us for load in found)
        if way != "bare script":
            figures[f"{name}_metering_us"] = statistics.median(load.metering_us for load in found)
            figures[f"{name}_ratio"] = statistics.median(
                load.rate / bare.rate
                for load, bare in zip(found, loads["bare script"], strict=True)
            )
    return figures


async def scale(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """What a decision costs with few and with many subjects, in turns."""
    rng = random.Random(1)
    few, many = Crowd(folder, 10_000), Crowd(folder, options.subjects)
    asked: dict[str, list[Scale]] = {"few": [], "many": []}
    try:
        await few.start()
        await many.start()
        for _ in range(options.rounds + 1):
            asked["few"].append(await few.ask(rng, options.seconds))
            asked["many"].append(await many.ask(rng, options.seconds))
    finally:
        await few.stop()
        await many.stop()
    figures: dict[str, float] = {"subjects": options.subjects}
    for name, found in asked.items():
        # The first round warms up.
        figures[f"{name}_us"] = statistics.median(each.us for each in found[1:])
        figures[f"{name}_redis_us"] = statistics.median(each.redis_us for each in found[1:])
    pairs = list(zip(asked["few"], asked["many"], strict=True))[1:]
    figures["many_ratio"] = statistics.median(m.us / f.us for f, m in pairs)
    figures["many_redis_ratio"] = statistics.median(m.redis_us / f.redis_us for f, m in pairs)
    figures["many_bytes_subject"] = many.bytes_each
    return figures


async def measure(options: argparse.Namespace, folder: Path) -> dict[str, float]:
    """All parts that are asked for, one after the other."""
    figures: dict[str, float] = {"cores": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0]}
    if "speed" in options.only:
        figures |= await speed(folder, options)
    if "scale" in options.only:
        figures |= await scale(folder, options)
    if "weights" in options.only:
        figures |= await weights(folder)
    if "relay" in options.only:
        figures["relayed_per_second"] = await relayed(folder)
    if "rebuild" in options.only:
        figures |= await rebuilt(folder, options.ledger)
    return figures


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="make bench-decisions", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--subjects", type=int, default=10_000_000, help="300 bytes each")
    parser.add_argument("--ledger", type=int, default=1_000_000, help="grants to rebuild")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=_PARTS)
    parser.add_argument("--json", type=Path, default=Path("var/bench-decisions.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = asyncio.run(measure(options, Path(folder)))
    for name, value in figures.items():
        print(f"{name:34} {value:14.3f}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
