"""``RateLimit`` headers, as the IETF httpapi draft has them, and ``Retry-After``."""

from datetime import UTC, datetime

from gateway.allowances import Left
from gateway.responses import Headers
from gateway.views import Access

_POLICY = "view_code"
_OUTAGE_SECONDS = 2
_UNKNOWN_SECONDS = 3_600


def headers(access: Access, now: datetime) -> Headers:
    """``RateLimit-Policy`` and ``RateLimit``; none where nothing is limited or it is not known."""
    if access.limit is None or access.remaining is None:
        return []
    told = _told(_POLICY, access.limit, access.remaining, access.reset_time, now)
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


def of_allowance(left: Left) -> dict[str, str]:
    """The same of any other action."""
    if left.limit is None or left.remaining is None:
        return {}
    return _told(left.action, left.limit, left.remaining, left.reset_time, datetime.now(UTC))


def retry_after(access: Access, now: datetime) -> Headers:
    """When what was refused is worth trying again: at the reset, or soon after an outage."""
    if access.degraded:
        seconds = _OUTAGE_SECONDS
    elif access.reset_time is None:
        seconds = _UNKNOWN_SECONDS
    else:
        seconds = _seconds_until(access.reset_time, now)
    return [(b"retry-after", str(max(1, seconds)).encode())]


def _told(
    policy: str, limit: int, remaining: int, reset_time: datetime | None, now: datetime
) -> dict[str, str]:
    rest = f'"{policy}";r={remaining}'
    if reset_time is not None:
        rest += f";t={_seconds_until(reset_time, now)}"
    return {"RateLimit-Policy": f'"{policy}";q={limit}', "RateLimit": rest}


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(0, round((moment - now).total_seconds()))
