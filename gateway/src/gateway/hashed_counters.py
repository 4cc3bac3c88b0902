"""Counters in Redis whose keys name nobody: hashes under the day's salt."""

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from typing import Final

from redis.exceptions import RedisError

from servicekit.daily_salt import DailySalt, utc_now
from servicekit.logs import get_logger
from servicekit.redis_client import Client, Script

log = get_logger("gateway.hashed_counters")

LINGER_SECONDS: Final = 300
"""A day's salt outlives the day by so much, for gateways whose clocks are behind."""
_AWAY_SECONDS: Final = 1.0
"""After a failure Redis is left alone for so long: a visitor should not wait for each."""
_TAGS: Final = 64
"""Keys lie in so many slots of a cluster."""


class HashedCounters:
    """Runs one Lua script over the counter of whoever is asked about.

    *script* is a file of this package that takes one key; *space* tells its keys from those of
    other uses. *now* answers the moment in UTC.
    """

    def __init__(
        self, redis: Client, space: str, script: str, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._redis = redis
        self._space = space
        self._script = Script(resources.files("gateway").joinpath(script).read_text("utf-8"))
        self._salt = DailySalt(redis, f"gateway:{space}", linger_seconds=LINGER_SECONDS, now=now)
        self._away_until = 0.0

    async def ask(self, who: str, *arguments: int) -> list[int] | None:
        """What the script answers for *who*, given *arguments*; None where Redis is away."""
        if time.monotonic() < self._away_until:
            return None
        try:
            await self._salt.renew()
            told = [str(number) for number in arguments]
            return await self._script.run(self._redis, [self._key(who)], told)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            why = str(error) or type(error).__name__
            log.warning("not_counted", space=self._space, why=why)
            return None

    def _key(self, who: str) -> str:
        digest = hmac.new(self._salt.value, who.encode(), hashlib.sha256).hexdigest()
        return f"gateway:{self._space}:{{{int(digest[:4], 16) % _TAGS}}}:{digest[:32]}"
