"""Attempts counted in Redis, for all processes together, under keys that name nobody.

While Redis is away each process counts for itself, by the same limits: an outage neither opens the
door nor shuts it. What was counted before it is forgotten meanwhile, and with n processes n times
as many attempts are let through.

Addresses and networks are hashed under a salt that is made anew for every day (UTC) and that Redis
forgets an hour after it; no setting, log or file of ours has it. What concerns nobody, the limit on
all together, has a key of its own and so outlives midnight.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Final

from redis.exceptions import NoScriptError, RedisError

from accounts.limits import Limit, Taken, take
from accounts.redis_client import Client
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("accounts.limits")

REFUSED = Counter(
    "accounts_limited_total", "Attempts refused, by the limit that was met.", ["limit"]
)
ALONE = Gauge("accounts_limits_alone", "1 while this process counts for itself: Redis is away.")

type Bucket = tuple[Limit, str]
"""A limit, and whose attempt it is; empty where it is everybody's."""

_SPACE: Final = "accounts:{limits}"
_SCRIPT: Final = resources.files("accounts").joinpath("limits.lua").read_text("utf-8")
_SHA: Final = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()
_DAY_SECONDS: Final = 86_400
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
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._today = today
        self._clock = clock
        self._salt, self._salt_day = secrets.token_bytes(32), ""
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
            await self._renew_salt()
            keys = [self._key(limit, who) for limit, who in buckets]
            arguments = [
                str(number)
                for limit, _ in buckets
                for number in (limit.holds, limit.seconds * _MICROSECONDS)
            ]
            answer = await self._run([*keys, what, *arguments], len(keys))
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = self._clock() + _AWAY_SECONDS
            ALONE.set(1)
            log.warning("limits_alone", why=str(error) or type(error).__name__)
            return None
        ALONE.set(0)
        return answer

    async def _run(self, told: Sequence[str], keys: int) -> list[int]:
        try:
            answer: Any = await self._redis.evalsha(_SHA, keys, *told)
        except NoScriptError:
            answer = await self._redis.eval(_SCRIPT, keys, *told)
        return [int(number) for number in answer]

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

    async def _renew_salt(self) -> None:
        """Take the day's salt, the same for all processes, from Redis, or leave it there."""
        moment = self._today()
        day = moment.date().isoformat()
        if day == self._salt_day:
            return
        midnight = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        kept = _DAY_SECONDS - (moment - midnight).total_seconds() + _LINGER_SECONDS
        ours = secrets.token_hex(32)
        there: Any = await self._redis.set(
            f"{_SPACE}:salt:{day}", ours, nx=True, get=True, ex=int(kept)
        )
        self._salt = ours.encode() if there is None else bytes(there)
        self._salt_day = day
        # Also where nobody comes any more.
        asyncio.get_running_loop().call_later(kept, self._forget, day)

    def _forget(self, day: str) -> None:
        if self._salt_day == day:
            self._salt, self._salt_day = secrets.token_bytes(32), ""

    def _key(self, limit: Limit, who: str) -> str:
        return f"{_SPACE}:{limit.name}" + (f":{self._digest(limit, who).hex()}" if who else "")

    def _digest(self, limit: Limit, who: str) -> bytes:
        told = f"{limit.name}:{who}".encode()
        return hmac.new(self._salt, told, hashlib.sha256).digest()[:16]
