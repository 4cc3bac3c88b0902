"""Months end where the calendar says; days are counted from the first grant."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering.periods import DAY_MS, CalendarMonth, DaysFromFirst, Window, parse_period

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@given(MOMENTS)
def test_a_month_holds_its_moment_and_ends_where_the_next_begins(moment: datetime) -> None:
    window = CalendarMonth().window(ms(moment))
    assert window.start_ms <= ms(moment) < window.end_ms
    assert window.key == f"{moment:%Y-%m}"
    start = datetime.fromtimestamp(window.start_ms / 1000, UTC)
    assert (start.day, start.hour, start.minute, start.microsecond) == (1, 0, 0, 0)
    following = CalendarMonth().window(window.end_ms)
    assert following.start_ms == window.end_ms
    assert CalendarMonth().before(following) == window


def test_the_last_millisecond_of_a_year_belongs_to_december() -> None:
    new_year = ms(datetime(2027, 1, 1, tzinfo=UTC))
    assert CalendarMonth().window(new_year - 1).key == "2026-12"
    assert CalendarMonth().window(new_year).key == "2027-01"


def test_days_from_the_first_grant_have_one_window_whenever_it_is_asked_for() -> None:
    assert DaysFromFirst(30).window(0) == DaysFromFirst(30).window(10**13)
    assert DaysFromFirst(30).window(0) == Window("30d", length_ms=30 * DAY_MS)


@pytest.mark.parametrize("period", [CalendarMonth(), DaysFromFirst(30), DaysFromFirst(7)])
def test_a_period_is_read_as_it_is_written(period: CalendarMonth | DaysFromFirst) -> None:
    assert parse_period(period.text) == period


@pytest.mark.parametrize("text", ["month", "P0D-from-first", "P30D", "P1M-from-first", ""])
def test_what_is_no_period_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="write calendar-month or P30D-from-first"):
        parse_period(text)
