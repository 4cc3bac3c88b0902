"""What a release changed is told from how codes read before and after."""

from datetime import date, timedelta

from lookup.changes import Change, ChangeKind, change_on, release_before
from lookup.facts import Code, Release

DAY = date(2026, 4, 1)
BEFORE = DAY - timedelta(days=1)


def code(effective: date, expires: date, title: str = "a title") -> Code:
    return Code("hcpcs", "A0001", title, True, effective, expires, "source")


EARLIER = code(date(2025, 1, 1), date(2025, 6, 30))
UP_TO = code(date(2025, 1, 1), BEFORE)
FROM = code(DAY, date(2026, 6, 30), "another title")


def test_a_code_that_begins_was_added_or_has_returned_or_reads_otherwise() -> None:
    assert change_on([FROM], DAY) == Change(ChangeKind.ADDED, FROM)
    assert change_on([EARLIER, FROM], DAY) == Change(ChangeKind.RETURNED, FROM)
    assert change_on([UP_TO, FROM], DAY) == Change(ChangeKind.REVISED, FROM, "a title")


def test_a_code_that_the_release_has_no_more_has_ended() -> None:
    assert change_on([UP_TO], DAY) == Change(ChangeKind.ENDED, UP_TO)
    later = code(date(2026, 7, 1), date(2026, 9, 30))
    assert change_on([UP_TO, later], DAY) == Change(ChangeKind.ENDED, UP_TO)


def test_what_goes_on_or_ended_long_ago_has_not_changed() -> None:
    assert change_on([code(date(2025, 1, 1), date(2026, 6, 30))], DAY) is None
    assert change_on([EARLIER], DAY) is None
    assert change_on([], DAY) is None


def test_only_a_release_that_ends_the_day_before_is_compared_with() -> None:
    def release(effective: date, expires: date, system: str = "hcpcs") -> Release:
        return Release(f"{system}-{effective}", system, "a release", effective, expires, 1, 1, "s")

    this = release(DAY, date(2026, 6, 30))
    follows = release(date(2026, 1, 1), BEFORE)
    others = [
        release(date(2025, 1, 1), date(2025, 12, 31)),
        release(date(2025, 10, 1), BEFORE, "icd-10-cm"),
    ]
    assert release_before([this, *others, follows], this) == follows
    assert release_before([this, *others], this) is None
