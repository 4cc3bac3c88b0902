"""How many new guests one network may bring in a day.

Without it whoever throws the guest's cookie away could open one page after the other. What is
counted is new guests who are about to spend something, by network and day (UTC), in Redis and
under hashes whose salt is gone after the day: no address and no network is kept.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from gateway.hashed_counters import LINGER_SECONDS, HashedCounters
from servicekit.daily_salt import day_ends, utc_now
from servicekit.redis_client import Client

_SPACE: Final = "newcomers"
_SCRIPT: Final = "guest_ceiling.lua"


class GuestCeiling:
    """Lets *most* new guests of each network in per day; all gateways count together."""

    def __init__(self, redis: Client, most: int, *, now: Callable[[], datetime] = utc_now) -> None:
        self._counters = HashedCounters(redis, _SPACE, _SCRIPT, now=now)
        self._most = most
        self._now = now

    async def take(self, network: str) -> bool | None:
        """Count one new guest of *network*, and answer whether it may come in.

        None when nothing could be counted, as Redis is away.
        """
        left = (self.resets() - self._now()).total_seconds() + LINGER_SECONDS
        answer = await self._counters.ask(network, self._most, int(left))
        return None if answer is None else bool(answer[0])

    def resets(self) -> datetime:
        """When counting begins anew."""
        return day_ends(self._now())
