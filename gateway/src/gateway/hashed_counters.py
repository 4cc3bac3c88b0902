"""Counters in Redis whose keys name nobody.

A key is a hash under a salt that is made anew for every day (UTC). All gateways share it through
Redis, which forgets it minutes after the day; from then on not even we can tell whose a counter
was. The salt stands in no setting, log or file of ours. A Redis that keeps a log or snapshots of
itself has it there, too, until they are rewritten.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any, Final

from redis.exceptions import NoScriptError, RedisError

from gateway.redis_client import Client
from servicekit.logs import get_logger

log = get_logger("gateway.hashed_counters")

LINGER_SECONDS: Final = 300
"""A day's salt outlives the day by so much, for gateways whose clocks are behind."""
_AWAY_SECONDS: Final = 1.0
"""After a failure Redis is left alone for so long: a visitor should not wait for each."""
_TAGS: Final = 64
"""Keys lie in so many slots of a cluster."""


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def day_ends(moment: datetime) -> datetime:
    """The midnight (UTC) with which the day of *moment* ends."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


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
        self._script = resources.files("gateway").joinpath(script).read_text("utf-8")
        self._sha = hashlib.sha1(self._script.encode(), usedforsecurity=False).hexdigest()
        self._now = now
        self._away_until = 0.0
        self._salt = b""
        self._salt_day = ""

    async def ask(self, who: str, *arguments: int) -> list[int] | None:
        """What the script answers for *who*, given *arguments*; None where Redis is away."""
        if time.monotonic() < self._away_until:
            return None
        try:
            await self._renew_salt()
            return await self._run(self._key(who), arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            why = str(error) or type(error).__name__
            log.warning("not_counted", space=self._space, why=why)
            return None

    async def _run(self, key: str, arguments: tuple[int, ...]) -> list[int]:
        told = [str(number) for number in arguments]
        try:
            answer: Any = await self._redis.evalsha(self._sha, 1, key, *told)
        except NoScriptError:
            answer = await self._redis.eval(self._script, 1, key, *told)
        return [int(number) for number in answer]

    async def _renew_salt(self) -> None:
        """Take the day's salt, the same for all gateways, from Redis, or leave it there."""
        moment = self._now()
        day = moment.date().isoformat()
        if day == self._salt_day:
            return
        kept = (day_ends(moment) - moment).total_seconds() + LINGER_SECONDS
        ours = secrets.token_hex(32)
        there: Any = await self._redis.set(
            f"gateway:{self._space}:salt:{day}", ours, nx=True, get=True, ex=int(kept)
        )
        self._salt = ours.encode() if there is None else bytes(there)
        self._salt_day = day
        # Also where nobody asks any more.
        asyncio.get_running_loop().call_later(kept, self._forget, day)

    def _forget(self, day: str) -> None:
        if self._salt_day == day:
            self._salt, self._salt_day = b"", ""

    def _key(self, who: str) -> str:
        digest = hmac.new(self._salt, who.encode(), hashlib.sha256).hexdigest()
        return f"gateway:{self._space}:{{{int(digest[:4], 16) % _TAGS}}}:{digest[:32]}"
