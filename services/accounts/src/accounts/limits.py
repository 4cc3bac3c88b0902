"""Limits on attempts: so many at once, and more as time goes by; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEFAULTS: Final = (
    "login-account=10/900,login-network=50/600,login-global=600/600,login-device=20/900,"
    "proof-account=10/900,register-address=10/86400,register-network=30/3600,"
    "mail-address=5/3600,mail-network=30/3600,export-account=6/3600"
)
"""``<name>=<attempts>/<seconds>``: so many at once, made up for evenly within the seconds.

``login-global``: 600 at once and 60 a minute are 900 wrong passwords in any five minutes.
"""

_PART = re.compile(r"([a-z]+-[a-z]+)=([0-9]{1,7})/([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Limit:
    """*holds* attempts at once; from none they are there again after *seconds*, evenly."""

    name: str
    holds: int
    seconds: int

    @property
    def each(self) -> float:
        """Seconds after which one more may be made."""
        return self.seconds / self.holds


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an attempt; where it is refused, when the next may be made."""

    allowed: bool
    retry_seconds: float = 0.0


def take(limit: Limit, full_at: float, now: float) -> tuple[Taken, float]:
    """One attempt at *now* against a bucket that will be full at *full_at*; and when it will then.

    Moments are seconds of one clock; a bucket nobody took from is full at any.
    """
    after = max(now, full_at) + limit.each
    # A microsecond: what dividing loses.
    short = after - now - limit.seconds
    if short > 1e-6:
        return Taken(allowed=False, retry_seconds=short), full_at
    return Taken(allowed=True), after


def parse_limits(text: str) -> dict[str, Limit]:
    """Read limits as :data:`DEFAULTS` has them; those that are not named are as there.

    Raises:
        ValueError: saying what is wrong.
    """
    limits = _parsed(DEFAULTS)
    given = _parsed(text) if text else {}
    if unknown := sorted(given.keys() - limits.keys()):
        raise ValueError(f"there is no limit {unknown[0]!r}; there are {', '.join(limits)}")
    return {**limits, **given}


def _parsed(text: str) -> Mapping[str, Limit]:
    found: dict[str, Limit] = {}
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None or int(match[2]) < 1 or int(match[3]) < 1:
            raise ValueError(f"{part.strip()!r} is not of the form login-account=10/900")
        if match[1] in found:
            raise ValueError(f"{match[1]!r} is named twice")
        found[match[1]] = Limit(match[1], int(match[2]), int(match[3]))
    return found
