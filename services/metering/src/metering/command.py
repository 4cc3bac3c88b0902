"""What operators do by hand: rebuild, compare, report; over the servers that the settings name."""

import sys
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import uvloop

from metering.keys import SHARDS
from metering.ledger_reader import Ledger, LedgerAway
from metering.outbox import Outbox
from metering.plans import load_plans
from metering.progress import Progress
from metering.rebuild import rebuild
from metering.redis_cluster import open_redis
from metering.redis_connection import Redis, RedisAway
from metering.settings import MeteringSettings
from metering.shards import Shards
from metering.strict_audit import Audit, audit
from metering.usage import usage
from metering.verify import Drift, uses_in, verify
from servicekit.bus import Bus
from servicekit.logs import configure_logs

DRIFTED = 1
UNREACHABLE = 2

_SECONDS = 30.0


def run_rebuild(settings: MeteringSettings, shards: Sequence[int]) -> int:
    """Rebuild *shards*, all when there are none, and open them; answers the exit code.

    Raises:
        PlansInvalid: when the plan file is wrong.
    """
    return uvloop.run(_told(_rebuild(settings, shards)))


def run_verify(settings: MeteringSettings) -> int:
    """Compare Redis with the ledger, and the ledger's entries of strict actions with each other.

    Answers the exit code, 1 when something differs.

    Raises:
        PlansInvalid: when the plan file is wrong.
    """
    return uvloop.run(_told(_verify(settings)))


def run_usage(settings: MeteringSettings, days: int) -> int:
    """Print what was used in the last *days*, today included; answers the exit code."""
    return uvloop.run(_told(_usage(settings, days)))


def run_refused(settings: MeteringSettings, *, retry: bool) -> int:
    """Print how many entries the ledger refused; offer them again when *retry*."""
    return uvloop.run(_told(_refused(settings, retry=retry)))


async def _told(work: Coroutine[Any, Any, int]) -> int:
    try:
        return await work
    except RedisAway as error:
        print(f"metering: Redis: {error}", file=sys.stderr)
    except LedgerAway as error:
        print(f"metering: the ledger: {error}", file=sys.stderr)
    return UNREACHABLE


@dataclass(frozen=True, slots=True)
class _Parts:
    redis: Redis
    ledger: Ledger


@asynccontextmanager
async def _parts(settings: MeteringSettings) -> AsyncIterator[_Parts]:
    configure_logs("metering", "error", "console")
    redis = open_redis(settings.redis_url, seconds=_SECONDS)
    bus = await Bus.connect(settings.nats_url, "metering-command", patience=5.0)
    try:
        yield _Parts(redis, Ledger(bus))
    finally:
        await bus.close()
        await redis.close()


async def _rebuild(settings: MeteringSettings, chosen: Sequence[int]) -> int:
    plans = load_plans(settings.plans_file)
    shards = list(chosen) or list(range(SHARDS))
    progress = Progress()
    async with _parts(settings) as parts:
        lasts = await parts.ledger.last(shards)
        try:
            done = await rebuild(
                parts.redis, parts.ledger, shards, plans, now_ms=_now(), progress=progress
            )
        except BaseException:
            progress.fail()
            raise
        opened = await Shards(parts.redis).open(dict(zip(shards, lasts, strict=True)), done.clocks)
    rate = done.entries / max(done.seconds, 0.001)
    progress.finish(f"read {done.entries:,} entries, {rate:,.0f} a second")
    print(f"{done.missing_units:,} units were missing; {len(opened)} shards were closed")
    return 0


async def _verify(settings: MeteringSettings) -> int:
    plans = load_plans(settings.plans_file)
    progress = Progress()
    drift, audited = Drift(), Audit()
    async with _parts(settings) as parts:
        try:
            uses = await uses_in(parts.redis)
            for shard in range(SHARDS):
                progress("shards", shard, SHARDS)
                keys = uses.pop(shard, ())
                drift.add(
                    await verify(
                        parts.redis,
                        parts.ledger,
                        shard,
                        plans,
                        now_ms=_now(),
                        keys=keys,
                    )
                )
                audited.add(await audit(parts.ledger, shard))
        except BaseException:
            progress.fail()
            raise
        refused = await Outbox(parts.redis).refused()
    progress.finish(
        f"compared {drift.uses:,} uses, replayed {audited.entries:,} entries of strict actions"
    )
    print(f"missing from Redis  {drift.missing:,} units")
    print(f"only in Redis       {drift.surplus:,} units")
    print(f"miscounted          {drift.miscounted:,} units")
    print(f"refused by ledger   {refused:,} entries")
    print(f"unbalanced          {audited.unbalanced:,} entries of strict actions")
    keys = [*drift.keys, *audited.subjects]
    for key in keys[:_SHOWN]:
        print(f"  {key}")
    if len(keys) > _SHOWN:
        print(f"  and {len(keys) - _SHOWN:,} more")
    return DRIFTED if drift.units or refused or audited.unbalanced else 0


async def _usage(settings: MeteringSettings, days: int) -> int:
    today = datetime.now(UTC).date()
    progress = Progress()
    async with _parts(settings) as parts:
        rows = await usage(parts.ledger, _days_before(today, days - 1), today, progress)
    progress.finish(f"read {days} days")
    print(f"{'day':<12}{'plan':<20}{'action':<20}{'units':>12}")
    for row in rows:
        print(f"{row.day!s:<12}{row.plan:<20}{row.action:<20}{row.units:>12,}")
    return 0


async def _refused(settings: MeteringSettings, *, retry: bool) -> int:
    async with _parts(settings) as parts:
        outbox = Outbox(parts.redis)
        if retry:
            print(f"{await outbox.take_back():,} entries are offered to the ledger again")
        refused = await outbox.refused()
    print(f"{refused:,} entries are set aside")
    return DRIFTED if refused else 0


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days=days)


def _now() -> int:
    return int(time.time() * 1000)


_SHOWN = 20
