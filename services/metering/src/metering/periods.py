"""Periods in which units are counted: calendar months in UTC, or days from the first grant."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

DAY_MS = 86_400_000

_ROLLING = re.compile(r"P([1-9]\d{0,2})D-from-first")


@dataclass(frozen=True, slots=True)
class Window:
    """One period of one subject.

    *key* names it in the store. A month has its bounds from the start, *start_ms* and *end_ms*
    since 1970 in UTC, the end being the first moment after it; a window of days begins with its
    first grant and lasts *length_ms*.
    """

    key: str
    start_ms: int = 0
    end_ms: int = 0
    length_ms: int = 0


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month of the calendar in UTC."""

    text: str = "calendar-month"

    def window(self, now_ms: int) -> Window:
        """The month that *now_ms* lies in."""
        return _month(now_ms // DAY_MS)

    def before(self, window: Window) -> Window:
        """The month before *window*."""
        return self.window(window.start_ms - 1)


@dataclass(frozen=True, slots=True)
class DaysFromFirst:
    """So many days from a subject's first grant; the next grant after them begins anew."""

    days: int

    @property
    def text(self) -> str:
        """The form in which plan files have it."""
        return f"P{self.days}D-from-first"

    def window(self, now_ms: int) -> Window:
        """The subject's one window, whose first day only the store knows."""
        return Window(f"{self.days}d", length_ms=self.days * DAY_MS)


type Period = CalendarMonth | DaysFromFirst


def parse_period(text: str) -> Period:
    """Read a plan file's period.

    Raises:
        ValueError: saying which forms there are.
    """
    if text == "calendar-month":
        return CalendarMonth()
    if match := _ROLLING.fullmatch(text):
        return DaysFromFirst(int(match[1]))
    raise ValueError(f"{text!r} is no period: write calendar-month or P30D-from-first")


@lru_cache(maxsize=128)
def _month(day: int) -> Window:
    """The month of the *day* counted from 1970."""
    now = datetime.fromtimestamp(day * DAY_MS / 1000, UTC)
    start = datetime(now.year, now.month, 1, tzinfo=UTC)
    following = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    end = datetime(*following, 1, tzinfo=UTC)
    return Window(f"{now:%Y-%m}", start_ms=_ms(start), end_ms=_ms(end))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
