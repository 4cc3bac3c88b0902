"""Which codes a quarter has is decided by the file of the quarter, then by the package."""

from datetime import date

from lookup.build.hcpcs.codes import codes, releases
from lookup.build.hcpcs.official_files import quarter_end
from lookup.build.hcpcs.timeline import Timeline, Withheld
from lookup.build.ioce import Quarter
from lookup.hcpcs.facts import Status

TIMELINE = Timeline(
    (
        Quarter(76, "20.2", date(2019, 7, 1), date(2019, 9, 30)),
        Quarter(77, "20.3", date(2019, 10, 1), date(2019, 12, 31)),
        Quarter(78, "21.0", date(2020, 1, 1), date(2020, 3, 31)),
    )
)


def status(text: str, first: date, last: date) -> Status:
    return Status(first, last, text, "A", 2, "", 0, 124, 0, None, None, frozenset())


def test_a_code_that_left_and_came_back_has_no_row_in_between() -> None:
    statuses = {
        "J0570": [
            status("Implant", date(2019, 7, 1), date(2019, 9, 30)),
            status("Implant", date(2020, 1, 1), date(2020, 3, 31)),
        ]
    }
    found = list(codes(TIMELINE, statuses, [], releases(TIMELINE, [])))
    assert [(code.effective, code.expires) for code in found] == [
        (date(2019, 7, 1), date(2019, 9, 30)),
        (date(2020, 1, 1), date(2020, 3, 31)),
    ]


def test_releases_are_named_for_their_quarters() -> None:
    found = releases(TIMELINE, [])
    assert [(release.id, release.name) for release in found] == [
        ("hcpcs-2019-07", "HCPCS Level II July 2019"),
        ("hcpcs-2019-10", "HCPCS Level II October 2019"),
        ("hcpcs-2020-01", "HCPCS Level II January 2020"),
    ]


def test_quarters_end_with_their_third_month() -> None:
    assert quarter_end(date(2026, 2, 14)) == date(2026, 3, 31)
    assert quarter_end(date(2026, 10, 1)) == date(2026, 12, 31)


def test_withheld_rows_are_counted_in_each_quarter_they_hold() -> None:
    withheld = Withheld(TIMELINE)
    withheld.add("A0021", "pairs", date(2019, 7, 1), date(2019, 12, 31))
    withheld.add("A0021", "pairs", date(2019, 10, 1), date(2020, 3, 31))
    assert [(span.effective, span.expires, count) for _, _, span, count in withheld.rows()] == [
        (date(2019, 7, 1), date(2019, 9, 30), 1),
        (date(2019, 10, 1), date(2019, 12, 31), 2),
        (date(2020, 1, 1), date(2020, 3, 31), 1),
    ]
