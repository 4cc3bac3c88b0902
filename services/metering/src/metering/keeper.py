"""The keeper of the shards: finds those whose count may not be whole, and makes it whole.

A shard is open on one run of one server. After a restart, a failover, a flush or the return of an
older copy it is closed there until its record was compared with the ledger's: where Redis has all
that the ledger has, it opens at once; else its current periods are rebuilt first. Meanwhile its
questions are answered by the outage policy, and the other shards go on.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from metering.availability import Availability
from metering.keys import SHARDS
from metering.lease import Lease
from metering.ledger_reader import Ledger, LedgerAway, Position
from metering.plans import Plans
from metering.rebuild import rebuild
from metering.redis_connection import Redis, RedisAway
from metering.shards import Shards, ShardState
from servicekit.health import Readiness
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("metering.keeper")

PART = "count"
LEASE_KEY = "rebuild:lease"

CLOSED = Gauge("metering_shards_closed", "Shards whose count is not known to be whole.")
REBUILDS = Counter("metering_rebuilds_total", "Shards rebuilt from the ledger.")
REBUILT = Counter("metering_rebuilt_units_total", "Units that Redis lacked and the ledger had.")

_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 0.1
_AWAY_SECONDS = 0.5
_TELL_SECONDS = 5.0


class Keeper:
    """Opens shards; *noticed* is set by whoever finds one closed."""

    def __init__(
        self,
        redis: Redis,
        ledger: Ledger,
        plans: Callable[[], Plans],
        availability: Availability,
        readiness: Readiness,
        noticed: asyncio.Event,
    ) -> None:
        self._redis = redis
        self._ledger = ledger
        self._plans = plans
        self._availability = availability
        self._readiness = readiness
        self._shards = Shards(redis)
        self._lease = Lease(redis, LEASE_KEY)
        self._noticed = noticed
        self._why = ""
        readiness.require(PART)

    async def run(self) -> None:
        """Look after the shards until cancelled."""
        while True:
            pause = _LOOK_SECONDS
            await self._availability.wait()
            self._noticed.clear()
            try:
                closed = await self._look()
                if closed:
                    pause = _AGAIN_SECONDS
                    await self._open(closed)
                    if not await self._look():
                        pause = _LOOK_SECONDS
                self._why = ""
            except (RedisAway, LedgerAway) as error:
                pause = _AWAY_SECONDS
                self._tell(str(error))
            if pause == _LOOK_SECONDS:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._noticed.wait(), pause)
            else:
                await asyncio.sleep(pause)

    async def _look(self) -> list[ShardState]:
        states = await self._shards.inspect()
        closed = [state for state in states if not state.open]
        CLOSED.set(SHARDS - len(states) + len(closed))
        if len(closed) < len(states):
            self._readiness.up(PART)
        else:
            self._readiness.down(PART, self._why or "every shard is compared with the ledger")
        return closed

    async def _open(self, closed: Sequence[ShardState]) -> None:
        lasts = dict(
            zip(
                (state.shard for state in closed),
                await self._ledger.last([state.shard for state in closed]),
                strict=True,
            )
        )
        behind = [s.shard for s in closed if is_behind(s, lasts[s.shard])]
        whole = {shard: last for shard, last in lasts.items() if shard not in behind}
        if opened := await self._shards.open(whole, {}):
            log.info("shards_opened", count=len(opened))
        if behind and await self._lease.hold():
            try:
                await self._rebuild(behind, lasts)
            finally:
                with suppress(RedisAway):
                    await self._lease.release()

    async def _rebuild(self, shards: Sequence[int], lasts: Mapping[int, Position | None]) -> None:
        log.warning("rebuild_began", shards=len(shards))
        rebuilding = asyncio.create_task(
            rebuild(
                self._redis,
                self._ledger,
                shards,
                self._plans(),
                now_ms=int(time.time() * 1000),
                progress=_Told(),
            )
        )
        try:
            while not rebuilding.done():
                await self._lease.hold()
                await asyncio.wait([rebuilding], timeout=1.0)
            done = rebuilding.result()
        finally:
            rebuilding.cancel()
        opened = await self._shards.open({shard: lasts[shard] for shard in shards}, done.clocks)
        REBUILDS.inc(len(opened))
        REBUILT.inc(done.missing_units)
        log.warning(
            "rebuild_ended",
            shards=len(opened),
            entries=done.entries,
            missing_units=done.missing_units,
            seconds=round(done.seconds, 3),
        )

    def _tell(self, why: str) -> None:
        if why != self._why:
            log.warning("shards_wait", why=why)
        self._why = why


def is_behind(state: ShardState, last: Position | None) -> bool:
    """Whether the ledger has what the shard lacks."""
    return last is not None and last > state.recorded


class _Told:
    """Tells the log how far a rebuild is, now and then."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _TELL_SECONDS

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _TELL_SECONDS
            log.info("rebuilding", what=what, entries=done, of=total)
