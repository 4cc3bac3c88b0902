"""Whether the count can be reached: noticed at once by those who use it, and probed for ever."""

import asyncio
from contextlib import suppress

from metering.redis_connection import RedisAway
from metering.store import Store
from servicekit.health import Readiness
from servicekit.metrics import Gauge

PART = "redis"

REACHABLE = Gauge("metering_store_reachable", "1 while Redis answers.")

_PROBE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0


class Availability:
    """Keeps questions away from a store that is known not to answer.

    Without it each batch of an outage would wait for its own timeout.
    """

    def __init__(self, store: Store, readiness: Readiness) -> None:
        self._store = store
        self._readiness = readiness
        self._lost = asyncio.Event()
        self._lost.set()
        self._back = asyncio.Event()
        readiness.require(PART)

    @property
    def up(self) -> bool:
        """Whether the store answered when it was last asked."""
        return not self._lost.is_set()

    def lost(self, why: str) -> None:
        """Say that the store has just failed."""
        self._lost.set()
        self._back.clear()
        self._readiness.down(PART, why)
        REACHABLE.set(0)

    async def wait(self) -> None:
        """Wait until the store answers."""
        await self._back.wait()

    async def probe(self) -> None:
        """Bring the store back as soon as it answers, and notice when it does not."""
        while True:
            try:
                await self._store.prepare()
            except RedisAway as error:
                self.lost(str(error))
                await asyncio.sleep(_PROBE_SECONDS)
            else:
                self._lost.clear()
                self._back.set()
                self._readiness.up(PART)
                REACHABLE.set(1)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._lost.wait(), _HEARTBEAT_SECONDS)
