"""The trace a piece of work belongs to, carried as W3C ``traceparent``."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

HEADER = "traceparent"

_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Trace:
    """A position in a trace: ``trace_id`` is 32, ``span_id`` 16 lower-case hex digits."""

    trace_id: str
    span_id: str

    @property
    def traceparent(self) -> str:
        """The form in which it travels."""
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def begin(traceparent: str | None = None) -> Trace:
    """Make a new span current: within the caller's trace when *traceparent* is well formed."""
    match = _FORM.fullmatch(traceparent) if traceparent else None
    known = match is not None and match[1] != "0" * 32
    trace = Trace(match[1] if match and known else secrets.token_hex(16), secrets.token_hex(8))
    _current.set(trace)
    return trace


def current() -> Trace | None:
    """The trace of the work being done, if any was begun."""
    return _current.get()


def current_traceparent() -> str:
    """``traceparent`` to send along; a new trace when none was begun."""
    return (_current.get() or begin()).traceparent
