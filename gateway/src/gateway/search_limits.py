"""How often one visitor, and one network, may search, be completed and have notes read.

Each has a bucket for each of these that holds a minute's worth and fills evenly. Buckets are
in Redis, under hashes whose salt is forgotten within two days: no key names anybody.
"""

import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from redis.exceptions import NoScriptError, RedisError

from gateway.redis_client import Client
from servicekit.logs import get_logger
from servicekit.metrics import Counter

log = get_logger("gateway.search_limits")

ASKED = Counter(
    "gateway_search_limits_total",
    "Searches, completions and notes by what their limits said; unchecked: Redis was away.",
    ["action", "outcome"],
)

ACTIONS: Final = ("search", "suggest", "note")
PERIOD_SECONDS: Final = 60
_MICROSECONDS: Final = 1_000_000
_AWAY_SECONDS: Final = 1.0
"""After a failure Redis is left alone for so long: a visitor should not wait for each."""
_DAY_SECONDS: Final = 86_400
_TAGS: Final = 64
"""Keys lie in so many slots of a cluster."""
_SCRIPT: Final = resources.files("gateway").joinpath("search_limits.lua").read_text("utf-8")
_SHA: Final = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


def parse_limits(text: str) -> dict[str, int]:
    """Read ``search=60,suggest=600,note=10``: how many a minute one visitor may ask for.

    Raises:
        ValueError: saying what is wrong with it.
    """
    limits: dict[str, int] = {}
    for part in text.split(","):
        action, _, number = (word.strip() for word in part.partition("="))
        if action not in ACTIONS or action in limits:
            raise ValueError(f"{part.strip()!r}: name each of {', '.join(ACTIONS)} once")
        if not (number.isascii() and number.isdigit() and 0 < int(number) <= 1_000_000):
            raise ValueError(f"{part.strip()!r}: a limit is a number from 1 to 1000000 a minute")
        limits[action] = int(number)
    if missing := [action for action in ACTIONS if action not in limits]:
        raise ValueError(f"the limit of {', '.join(missing)} is missing")
    return limits


@dataclass(frozen=True, slots=True)
class Standing:
    """What the limits say of one request: of the narrowest bucket that it was counted in.

    *policy* names the bucket ("search", "search-network") and *limit* is what it holds. Seconds
    are whole: *full_in* until the bucket is full, *retry_in* until there is something in it.
    """

    policy: str
    limit: int
    allowed: bool
    remaining: int
    full_in: int
    retry_in: int

    @property
    def headers(self) -> dict[str, str]:
        """``RateLimit-Policy`` and ``RateLimit``, as the IETF httpapi draft has them."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={PERIOD_SECONDS}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.full_in}',
        }


class SearchLimits:
    """Counts searches in Redis; where it cannot be asked, everything is allowed and counted so.

    *limits* are by action, a minute, of one visitor; a network may ask *networks* times as much.
    """

    def __init__(self, redis: Client, limits: Mapping[str, int], *, networks: int) -> None:
        self._redis = redis
        self._limits = dict(limits)
        self._networks = networks
        self._away_until = 0.0
        self._salt = b""
        self._salt_day = ""

    async def take(self, action: str, subject: str, network: str) -> Standing | None:
        """Count one *action* of *subject* from *network*; an empty one of them is not counted.

        None when nothing was counted: there is neither, or Redis is away.
        """
        buckets = [
            (policy, who, limit)
            for policy, who, limit in (
                (action, subject, self._limits[action]),
                (f"{action}-network", network, self._limits[action] * self._networks),
            )
            if who
        ]
        if not buckets:
            ASKED.labels(action, "unlimited").inc()
            return None
        if time.monotonic() < self._away_until:
            ASKED.labels(action, "unchecked").inc()
            return None
        try:
            standings = await self._count(buckets)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            log.warning("limits_unchecked", why=str(error) or type(error).__name__)
            ASKED.labels(action, "unchecked").inc()
            return None
        refusing = next((it for it in standings if not it.allowed), None)
        outcome = "allowed" if refusing is None else f"refused-{refusing.policy}"
        ASKED.labels(action, outcome.replace(f"-{action}", "", 1)).inc()
        return refusing or min(standings, key=lambda it: it.remaining)

    async def _count(self, buckets: Sequence[tuple[str, str, int]]) -> list[Standing]:
        await self._renew_salt()
        # One after the other: in a cluster they lie on different servers.
        return [
            _standing(policy, limit, await self._run(self._key(policy, who), limit))
            for policy, who, limit in buckets
        ]

    async def _run(self, key: str, limit: int) -> Sequence[int]:
        arguments = (key, str(limit), str(PERIOD_SECONDS * _MICROSECONDS))
        try:
            answer: Any = await self._redis.evalsha(_SHA, 1, *arguments)
        except NoScriptError:
            answer = await self._redis.eval(_SCRIPT, 1, *arguments)
        return [int(number) for number in answer]

    async def _renew_salt(self) -> None:
        """Take the day's salt, the same for all gateways, from Redis, or leave it there."""
        day = time.strftime("%Y-%m-%d", time.gmtime())
        if day == self._salt_day:
            return
        key = f"gateway:limits:salt:{day}"
        await self._redis.set(key, secrets.token_hex(32), nx=True, ex=2 * _DAY_SECONDS)
        found: Any = await self._redis.get(key)
        if found is None:
            raise RedisError("the salt is gone as soon as it is there")
        self._salt, self._salt_day = bytes(found), day

    def _key(self, policy: str, who: str) -> str:
        digest = hmac.new(self._salt, f"{policy}:{who}".encode(), hashlib.sha256).hexdigest()
        return f"gateway:limits:{{{int(digest[:4], 16) % _TAGS}}}:{digest[:32]}"


def _standing(policy: str, limit: int, answer: Sequence[int]) -> Standing:
    taken, remaining, retry, full = answer
    return Standing(
        policy,
        limit,
        allowed=bool(taken),
        remaining=remaining,
        full_in=math.ceil(full / _MICROSECONDS),
        retry_in=max(1, math.ceil(retry / _MICROSECONDS)),
    )
