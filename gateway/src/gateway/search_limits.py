"""How often one visitor, and one network, may search, be completed and have notes read.

Each has a bucket for each of these that holds a minute's worth and fills evenly. Buckets are
in Redis, under hashes whose salt is gone after the day: no key names anybody.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.hashed_counters import HashedCounters
from servicekit.metrics import Counter
from servicekit.redis_client import Client

ASKED = Counter(
    "gateway_search_limits_total",
    "Searches, completions and notes by what their limits said; unchecked: Redis was away.",
    ["action", "outcome"],
)

ACTIONS: Final = ("search", "suggest", "note")
PERIOD_SECONDS: Final = 60
_MICROSECONDS: Final = 1_000_000
_SPACE: Final = "limits"
_SCRIPT: Final = "search_limits.lua"


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
        self._counters = HashedCounters(redis, _SPACE, _SCRIPT)
        self._limits = dict(limits)
        self._networks = networks

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
        standings = await self._count(buckets)
        if standings is None:
            ASKED.labels(action, "unchecked").inc()
            return None
        refusing = next((it for it in standings if not it.allowed), None)
        outcome = "allowed" if refusing is None else f"refused-{refusing.policy}"
        ASKED.labels(action, outcome.replace(f"-{action}", "", 1)).inc()
        return refusing or min(standings, key=lambda it: it.remaining)

    async def _count(self, buckets: Sequence[tuple[str, str, int]]) -> list[Standing] | None:
        standings = []
        # One after the other: in a cluster they lie on different servers.
        for policy, who, limit in buckets:
            answer = await self._counters.ask(
                f"{policy}:{who}", limit, PERIOD_SECONDS * _MICROSECONDS
            )
            if answer is None:
                return None
            standings.append(_standing(policy, limit, answer))
        return standings


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
