"""What is left of the caller's deadline, passed on to whatever is called meanwhile."""

import time
from contextvars import ContextVar

MARGIN = 0.020
"""Seconds a server keeps back to answer its caller after a callee's deadline has passed."""

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def begin(seconds: float | None) -> None:
    """Note that the work now begun must be answered within *seconds*; None for no bound."""
    _deadline.set(None if seconds is None else time.monotonic() + seconds)


def remaining(wanted: float) -> float:
    """Seconds a call may take: *wanted*, or less when the caller leaves less."""
    deadline = _deadline.get()
    if deadline is None:
        return wanted
    return max(0.0, min(wanted, deadline - time.monotonic() - MARGIN))
