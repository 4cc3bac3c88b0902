"""Attempts counted in Redis, for all processes together, under keys that name nobody.

While Redis is away each process counts for itself, by the same limits: an outage neither opens the
door nor shuts it. What was counted before it is forgotten meanwhile, and with n processes n times
as many attempts are let through.

Addresses and networks are hashed under the day's salt, which Redis forgets an hour after it. What
concerns nobody, the limit on all together, has a key of its own and so outlives midnight.
"""

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import resources
from typing import Final

from redis.exceptions import RedisError

from accounts.limits import Limit, Taken, take
from servicekit.daily_salt import DailySalt, utc_now
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge
from servicekit.redis_client import Client, Script

log = get_logger("accounts.limits")

REFUSED = Counter(
    "accounts_limited_total", "Attempts refused, by the limit that was met.", ["limit"]
)
ALONE = Gauge("accounts_limits_alone", "1 while this process counts for itself: Redis is away.")

type Bucket = tuple[Limit, str]
"""A limit, and whose attempt it is; empty where it is everybody's."""

_SPACE: Final = "accounts:{limits}"
_SCRIPT: Final = Script(resources.files("accounts").joinpath("limits.lua").read_text("utf-8"))
_LINGER_SECONDS: Final = 3_600
_AWAY_SECONDS: Final = 1.0
"""After a failure Redis is left alone for so long: a visitor should not wait for each."""
_MOST_ALONE: Final = 100_000
"""So many buckets are kept in memory at most; the oldest go first."""
_MICROSECONDS: Final = 1_000_000


class LimitCounters:
    """Takes attempts from buckets; *today* answers the moment in UTC."""

    def __init__(
        self,
        redis: Client,
        *,
        today: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._salt = DailySalt(redis, _SPACE, linger_seconds=_LINGER_SECONDS, now=today)
        self._away_until = 0.0
        self._alone: OrderedDict[bytes, float] = OrderedDict()

    async def take(self, buckets: Sequence[Bucket]) -> Taken:
        """Take one attempt from each of *buckets*, or from none where one has none left."""
        answer = await self._ask("take", buckets)
        if answer is None:
            taken, met = self._take_alone(buckets)
        else:
            allowed, retry, met = answer
            taken = Taken(bool(allowed), retry / _MICROSECONDS)
        if not taken.allowed:
            REFUSED.labels(buckets[met - 1][0].name).inc()
        return taken

    async def give_back(self, buckets: Sequence[Bucket]) -> None:
        """Undo one :meth:`take` of *buckets*."""
        if await self._ask("return", buckets) is None:
            for limit, who in buckets:
                key = self._digest(limit, who)
                if key in self._alone:
                    self._alone[key] -= limit.each

    async def _ask(self, what: str, buckets: Sequence[Bucket]) -> list[int] | None:
        """What the script answers; None where Redis is away."""
        if self._clock() < self._away_until:
            return None
        try:
            await self._salt.renew()
            keys = [self._key(limit, who) for limit, who in buckets]
            arguments = [
                str(number)
                for limit, _ in buckets
                for number in (limit.holds, limit.seconds * _MICROSECONDS)
            ]
            answer = await _SCRIPT.run(self._redis, keys, [what, *arguments])
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = self._clock() + _AWAY_SECONDS
            ALONE.set(1)
            log.warning("limits_alone", why=str(error) or type(error).__name__)
            return None
        ALONE.set(0)
        return answer

    def _take_alone(self, buckets: Sequence[Bucket]) -> tuple[Taken, int]:
        now, after = self._clock(), dict[bytes, float]()
        for position, (limit, who) in enumerate(buckets, 1):
            key = self._digest(limit, who)
            taken, after[key] = take(limit, self._alone.get(key, 0.0), now)
            if not taken.allowed:
                return taken, position
        for key, full_at in after.items():
            self._alone[key] = full_at
            self._alone.move_to_end(key)
        while len(self._alone) > _MOST_ALONE:
            self._alone.popitem(last=False)
        return Taken(allowed=True), 0

    def _key(self, limit: Limit, who: str) -> str:
        return f"{_SPACE}:{limit.name}" + (f":{self._digest(limit, who).hex()}" if who else "")

    def _digest(self, limit: Limit, who: str) -> bytes:
        told = f"{limit.name}:{who}".encode()
        return hmac.new(self._salt.value, told, hashlib.sha256).digest()[:16]
