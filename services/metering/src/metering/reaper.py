"""The reaper: writes down which reservations have expired.

No decision waits for it, as a reservation past its moment counts as gone anyway. It is written so
that the ledger tells the whole story, and operators see how much work was never settled.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Sequence
from contextlib import aclosing, suppress

from nats.aio.msg import Msg

from metering.balance import Balance, Holder, next_expiry
from metering.lease import Lease
from metering.ledger_reader import Ledger, LedgerAway
from metering.periods import DAY_MS
from metering.redis_connection import Redis, RedisAway
from metering.strict_count import StrictCount
from metering.strict_entries import EVERY_SUBJECT, balance_of, entry_in, holder_of
from servicekit.logs import get_logger
from servicekit.metrics import Gauge

log = get_logger("metering.reaper")

LEASE_KEY = "reap:lease"

OPEN = Gauge("metering_reservations_open", "Reservations that are open, seen by the reaper.")

_SINCE_MS = DAY_MS
"""Far longer than a reservation lives."""
_AGAIN_MS = 1_000
_PAUSE_SECONDS = 1.0


class Reaper:
    """Follows the entries of strict actions, in one process at a time.

    Two that reap at once do no harm: only one's entry can be the next.
    """

    def __init__(self, redis: Redis, ledger: Ledger, count: StrictCount) -> None:
        self._ledger = ledger
        self._count = count
        self._lease = Lease(redis, LEASE_KEY)
        self._open: dict[Holder, Balance] = {}
        self._due: list[tuple[int, int, Holder]] = []
        # Of two that are due at one moment the one noted first goes first.
        self._order = itertools.count()
        self._why = ""

    async def run(self) -> None:
        """Reap until cancelled."""
        try:
            while True:
                try:
                    if await self._lease.hold():
                        await self._follow()
                except (RedisAway, LedgerAway) as error:
                    if str(error) != self._why:
                        log.warning("reaper_waits", why=str(error))
                    self._why = str(error)
                self._forget()
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            with suppress(RedisAway):
                await self._lease.release()

    async def _follow(self) -> None:
        since = _now() - _SINCE_MS
        async with aclosing(self._ledger.follow([EVERY_SUBJECT], since_ms=since)) as handfuls:
            async for messages in handfuls:
                if not await self._lease.hold():
                    return
                self._note(messages)
                if not messages:
                    # Not before all was read: what is due by an earlier entry is settled by a
                    # later one.
                    self._why = ""
                    await self._reap(_now())
                    OPEN.set(sum(_count_of(balance) for balance in self._open.values()))

    def _note(self, messages: Sequence[Msg]) -> None:
        for message in messages:
            try:
                self._keep(holder_of(message.subject), balance_of(entry_in(message.data)))
            except (ValueError, KeyError):
                log.error("ledger_entry_unreadable", sequence=message.metadata.sequence.stream)

    def _keep(self, holder: Holder, balance: Balance) -> None:
        due = next_expiry(balance)
        if due is None:
            self._open.pop(holder, None)
        else:
            self._open[holder] = balance
            heapq.heappush(self._due, (due, next(self._order), holder))

    async def _reap(self, now: int) -> None:
        while self._due and self._due[0][0] <= now:
            _, _, holder = heapq.heappop(self._due)
            balance = self._open.get(holder)
            if balance is None or (next_expiry(balance) or now + 1) > now:
                continue
            try:
                self._keep(holder, await self._count.expire(holder, now))
            except LedgerAway:
                heapq.heappush(self._due, (now + _AGAIN_MS, next(self._order), holder))
                raise

    def _forget(self) -> None:
        self._open.clear()
        self._due.clear()
        OPEN.set(0)


def _count_of(balance: Balance) -> int:
    return sum(len(tally.open) for tally in balance.tallies)


def _now() -> int:
    return int(time.time() * 1000)
