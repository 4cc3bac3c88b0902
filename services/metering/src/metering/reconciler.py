"""The reconciler: compares Redis with the ledger all the time, a shard after the other."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from metering.keys import SHARDS
from metering.lease import Lease
from metering.ledger_reader import Ledger, LedgerAway
from metering.plans import Plans
from metering.redis_connection import Redis, RedisAway
from metering.verify import verify
from servicekit.logs import get_logger
from servicekit.metrics import Gauge

log = get_logger("metering.reconciler")

LEASE_KEY = "reconcile:lease"

DRIFT = Gauge(
    "metering_drift_units",
    "Units by which Redis and the ledger differ, as each shard was last seen.",
)
ROUND = Gauge(
    "metering_reconciled_timestamp_seconds", "When all shards had been compared, since 1970."
)

_AWAY_SECONDS = 5.0


class Reconciler:
    """Compares every shard once in *round_seconds*, in one process at a time.

    It looks at what the ledger knows; uses that only Redis knows are found by ``metering verify``.
    It reports and repairs nothing: what differs should be looked at.
    """

    def __init__(
        self, redis: Redis, ledger: Ledger, plans: Callable[[], Plans], *, round_seconds: float
    ) -> None:
        self._redis = redis
        self._ledger = ledger
        self._plans = plans
        self._pause = round_seconds / SHARDS
        self._lease = Lease(redis, LEASE_KEY, seconds=max(10.0, 3 * self._pause))
        self._drift = dict.fromkeys(range(SHARDS), 0)

    async def run(self) -> None:
        """Compare until cancelled."""
        try:
            while True:
                for shard in range(SHARDS):
                    await asyncio.sleep(self._pause)
                    await self._compare(shard)
                ROUND.set(time.time() if self._lease.held else 0)
        finally:
            with suppress(RedisAway):
                await self._lease.release()

    async def _compare(self, shard: int) -> None:
        try:
            if not await self._lease.hold():
                DRIFT.set(0)
                return
            drift = await verify(
                self._redis, self._ledger, shard, self._plans(), now_ms=int(time.time() * 1000)
            )
        except (RedisAway, LedgerAway):
            # Others tell that; nothing can be compared now.
            await asyncio.sleep(_AWAY_SECONDS)
            return
        if drift.units and drift.units != self._drift[shard]:
            log.error(
                "drift_found",
                shard=shard,
                missing=drift.missing,
                surplus=drift.surplus,
                miscounted=drift.miscounted,
            )
        self._drift[shard] = drift.units
        DRIFT.set(sum(self._drift.values()))
