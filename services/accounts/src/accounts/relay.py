"""The relay: takes events from the outbox to the bus, and clears them once they are there."""

import asyncio
import random
import time
from contextlib import suppress

from accounts.availability import Availability
from accounts.database import DatabaseAway, DatabaseFault
from accounts.outbox import Outbox
from servicekit.bus import Bus
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("accounts.relay")

PUBLISHED = Counter("accounts_relay_published_total", "Events the bus has acknowledged.")
FAILED = Counter("accounts_relay_failed_total", "Publications the bus did not acknowledge.")
WAITING = Gauge("accounts_outbox_events", "Events that wait for the bus, seen by the relay.")
OLDEST = Gauge(
    "accounts_outbox_oldest_age_seconds", "Age of the oldest event that waits, seen by the relay."
)

_BATCH = 64
_IDLE_SECONDS = 0.25
_MEASURE_SECONDS = 1.0
_AWAY_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 5.0


class Relay:
    """Publishes each event at least once; its id makes that once.

    An event leaves PostgreSQL only after JetStream has acknowledged it, so a relay that dies at
    any moment loses nothing: the next one publishes again what was not cleared.
    """

    def __init__(self, outbox: Outbox, bus: Bus, availability: Availability) -> None:
        self._outbox = outbox
        self._bus = bus
        self._availability = availability
        self._wake = asyncio.Event()
        self._failures = 0
        self._measure_at = 0.0

    def wake(self) -> None:
        """Say that there is a new event."""
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            await self._availability.regained()
            try:
                await self._relay()
            except (DatabaseAway, DatabaseFault) as error:
                log.warning("outbox_unreachable", why=str(error))
                await asyncio.sleep(_AWAY_SECONDS)

    async def stop(self) -> None:
        """Move what waits now."""
        with suppress(DatabaseAway, DatabaseFault, TimeoutError):
            async with asyncio.timeout(2.0):
                while self._bus.connected and await self._move():
                    continue

    async def _relay(self) -> None:
        while True:
            self._wake.clear()
            moved = await self._move()
            await self._measure()
            if self._failures:
                pause = min(_LONGEST_PAUSE_SECONDS, 0.1 * 2**self._failures)
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            elif not moved:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)

    async def _move(self) -> int:
        """Publish and clear the oldest events; says how many were moved."""
        # After a failure one event shows whether the bus takes any.
        passing = await self._outbox.pass_on(
            self._bus.publish_batch, 1 if self._failures else _BATCH
        )
        if passing is None:
            return 0
        OLDEST.set(passing.oldest_seconds)
        PUBLISHED.inc(passing.moved)
        if passing.moved < passing.read:
            FAILED.inc(passing.read - passing.moved)
            if not self._failures:
                log.warning("bus_takes_no_events", waiting=passing.read - passing.moved)
            self._failures += 1
        else:
            if self._failures:
                log.info("bus_takes_events_again")
            self._failures = 0
        return passing.moved

    async def _measure(self) -> None:
        now = time.monotonic()
        if now >= self._measure_at:
            self._measure_at = now + _MEASURE_SECONDS
            WAITING.set(await self._outbox.size())
