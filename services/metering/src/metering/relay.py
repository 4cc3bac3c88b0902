"""The relay: takes outbox entries to the ledger, and clears them once they are there."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress

from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js.errors import BadRequestError

from metering.ledger import Unpublishable, event_of
from metering.outbox import Entry, Outbox
from metering.redis_connection import RedisAway
from servicekit.bus import DEAD_LETTERS, Bus
from servicekit.events import Event
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("metering.relay")

PUBLISHED = Counter("metering_relay_published_total", "Entries the ledger has acknowledged.")
FAILED = Counter("metering_relay_failed_total", "Publications the ledger did not acknowledge.")
WAITING = Gauge("metering_outbox_entries", "Entries that wait for the ledger, seen by the relay.")
OLDEST = Gauge(
    "metering_outbox_oldest_age_seconds", "Age of the oldest entry that waits, seen by the relay."
)
SET_ASIDE = Gauge(
    "metering_outbox_refused_entries", "Entries that the ledger will never take, set aside."
)
HOLDING = Gauge("metering_relay_holds_lease", "1 in the process that relays.")

CONSUMER = "metering-relay"
"""Its name in ``bus_dead_letters_total``."""

_TRIES = 3
_PER_SHARD = 16
_BATCH = 64
_GATHER_SECONDS = 0.01
_IDLE_SECONDS = 0.25
_MEASURE_SECONDS = 1.0
_AWAY_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 5.0


class Relay:
    """Moves each entry to the ledger at least once; its event id makes that once.

    An entry leaves Redis only after JetStream has acknowledged its event, so a relay that dies at
    any moment loses nothing: the next one publishes again what was not cleared. An entry that the
    ledger refuses for what it is, however often, is set aside, so that it holds up no other.
    """

    def __init__(self, outbox: Outbox, bus: Bus) -> None:
        self._outbox = outbox
        self._bus = bus
        self._wake = asyncio.Event()
        self._reachable = True
        self._failures = 0
        self._refusals: dict[tuple[int, str], int] = {}
        self._measure_at = 0.0

    def wake(self) -> None:
        """Say that there is a new entry."""
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            try:
                await self._relay()
            except RedisAway as error:
                HOLDING.set(0)
                if self._reachable:
                    log.warning("outbox_unreachable", why=str(error))
                self._reachable = False
                await asyncio.sleep(_AWAY_SECONDS)

    async def stop(self) -> None:
        """Move what waits now, then let another process take over."""
        with suppress(RedisAway, TimeoutError):
            async with asyncio.timeout(2.0):
                while self._outbox.held and self._bus.connected and await self._move():
                    continue
                await self._outbox.release()

    async def _relay(self) -> None:
        while await self._outbox.hold():
            self._reachable = True
            HOLDING.set(1)
            moved = await self._move()
            await self._measure(moved)
            if self._failures:
                await asyncio.sleep(_pause_after(self._failures) * random.uniform(0.5, 1.0))
            elif not moved:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)
            self._wake.clear()
            # A batch of entries costs little more than one.
            await asyncio.sleep(_GATHER_SECONDS)
        # What waits is the holder's to tell; our last look would stand here for ever.
        for gauge in (HOLDING, WAITING, OLDEST, SET_ASIDE):
            gauge.set(0)
        await asyncio.sleep(random.uniform(0.5, 1.0))

    async def _move(self) -> int:
        """Publish and clear one reading of the outboxes; says how many were moved."""
        # After a failure one event shows whether the ledger takes any: another one each time, so
        # that none that it refuses for ever stands before the others.
        waiting = await self._outbox.read(1 if self._failures else _PER_SHARD)
        OLDEST.set(max(0.0, time.time() - min(_times(waiting), default=time.time())))
        if self._failures and waiting:
            first = self._failures % len(waiting)
            waiting = waiting[first:] + waiting[:first]
        moved = 0
        while waiting and self._outbox.held:
            size = 1 if self._failures else _BATCH
            batch, waiting = waiting[:size], waiting[size:]
            taken, failed = await self._publish(batch)
            await self._outbox.clear(taken)
            moved += len(taken)
            if failed:
                self._failures += 1
                moved += await self._doubt(*failed[0])
                break
            self._failures = 0
            await self._outbox.hold()
        return moved

    async def _publish(
        self, batch: Sequence[Entry]
    ) -> tuple[list[Entry], list[tuple[Entry, Event]]]:
        """Those of *batch* that the ledger has, and those that it did not take."""
        events: list[tuple[Entry, Event]] = []
        for entry in batch:
            try:
                events.append((entry, event_of(entry)))
            except Unpublishable as error:
                await self._set_aside(entry, str(error))
        stored = await self._bus.publish_batch([event for _, event in events])
        taken = [entry for (entry, _), ok in zip(events, stored, strict=True) if ok]
        failed = [pair for pair, ok in zip(events, stored, strict=True) if not ok]
        PUBLISHED.inc(len(taken))
        for entry in taken:
            self._refusals.pop((entry.shard, entry.id), None)
        if failed:
            FAILED.inc(len(failed))
            if not self._failures:
                log.warning("ledger_refused", count=len(failed))
        elif self._failures:
            log.info("ledger_takes_again")
        return taken, failed

    async def _doubt(self, entry: Entry, event: Event) -> int:
        """Find out, after some tries, whether *entry* is to blame; 1 when it is out of the way."""
        key = entry.shard, entry.id
        self._refusals[key] = self._refusals.get(key, 0) + 1
        if self._refusals[key] < _TRIES or not self._bus.connected:
            return 0
        del self._refusals[key]
        try:
            async with asyncio.timeout(5.0):
                jetstream = await self._bus.jetstream()
                await jetstream.publish(event.subject, event.data, headers=event.headers())
        except (BadRequestError, MaxPayloadError, ValueError) as error:
            await self._set_aside(entry, str(error) or type(error).__name__)
        except (NatsError, OSError, TimeoutError):
            return 0
        else:
            await self._outbox.clear([entry])
        return 1

    async def _set_aside(self, entry: Entry, why: str) -> None:
        await self._outbox.set_aside(entry, why)
        DEAD_LETTERS.labels(CONSUMER).inc()
        log.error("entry_set_aside", shard=entry.shard, entry=entry.name, why=why)

    async def _measure(self, moved: int) -> None:
        now = time.monotonic()
        if now < self._measure_at:
            return
        self._measure_at = now + _MEASURE_SECONDS
        size = await self._outbox.size()
        WAITING.set(size)
        if not size:
            OLDEST.set(0)
        SET_ASIDE.set(await self._outbox.refused())


def _pause_after(failures: int) -> float:
    # In a long outage there are more failures than a float has room for powers of two.
    return _LONGEST_PAUSE_SECONDS if failures > 5 else 0.1 * 2**failures


def _times(entries: Sequence[Entry]) -> list[float]:
    return [entry.recorded_ms / 1000 for entry in entries]
