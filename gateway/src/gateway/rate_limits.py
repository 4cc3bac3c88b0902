"""``RateLimit`` headers, as the IETF httpapi draft has them, and ``Retry-After``."""

from datetime import datetime

from gateway.responses import Headers
from gateway.views import Access

_POLICY = "view_code"
_OUTAGE_SECONDS = 2
_UNKNOWN_SECONDS = 3_600


def headers(access: Access, now: datetime) -> Headers:
    """``RateLimit-Policy`` and ``RateLimit``; none where nothing is limited or it is not known."""
    if access.limit is None or access.remaining is None:
        return []
    limit = f'"{_POLICY}";r={access.remaining}'
    if access.reset_time is not None:
        limit += f";t={_seconds_until(access.reset_time, now)}"
    return [
        (b"ratelimit-policy", f'"{_POLICY}";q={access.limit}'.encode()),
        (b"ratelimit", limit.encode()),
    ]


def retry_after(access: Access, now: datetime) -> Headers:
    """When what was refused is worth trying again: at the reset, or soon after an outage."""
    if access.degraded:
        seconds = _OUTAGE_SECONDS
    elif access.reset_time is None:
        seconds = _UNKNOWN_SECONDS
    else:
        seconds = _seconds_until(access.reset_time, now)
    return [(b"retry-after", str(max(1, seconds)).encode())]


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(0, round((moment - now).total_seconds()))
