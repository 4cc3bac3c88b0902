"""A salt made anew for every day (UTC), so that what is hashed under it names nobody for long.

All processes share it through Redis, which forgets it some time after the day; from then on not
even we can tell whose a hash was. It stands in no setting, log or file of ours. A Redis that keeps
a log or snapshots of itself has it there, too, until they are rewritten.
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from servicekit.redis_client import Client


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def day_ends(moment: datetime) -> datetime:
    """The midnight (UTC) with which the day of *moment* ends."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


class DailySalt:
    """The salt of the day under *space*, kept *linger_seconds* longer than the day.

    *now* answers the moment in UTC.
    """

    def __init__(
        self,
        redis: Client,
        space: str,
        *,
        linger_seconds: float,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._redis = redis
        self._space = space
        self._linger_seconds = linger_seconds
        self._now = now
        self._day = ""
        self.value = secrets.token_bytes(32)
        """The salt in force; one that only this process has until it is shared."""

    async def renew(self) -> None:
        """Take the day's salt from Redis, or leave it there.

        Raises:
            RedisError, OSError, TimeoutError: when Redis does not answer; the value stays.
        """
        moment = self._now()
        day = moment.date().isoformat()
        if day == self._day:
            return
        kept = (day_ends(moment) - moment).total_seconds() + self._linger_seconds
        ours = secrets.token_hex(32)
        there: Any = await self._redis.set(
            f"{self._space}:salt:{day}", ours, nx=True, get=True, ex=int(kept)
        )
        self.value = ours.encode() if there is None else bytes(there)
        self._day = day
        # Also where nobody comes any more.
        asyncio.get_running_loop().call_later(kept, self._forget, day)

    def _forget(self, day: str) -> None:
        if self._day == day:
            self.value, self._day = secrets.token_bytes(32), ""
