"""Flags of the code editor, dated, on the page's last section."""

from collections.abc import Callable

import pytest

from lookup.content import Page
from services.lookup.tests.icd10cm.sections.reading import rows, section, texts, titled

PAGE = Callable[[str], Page]

NOW = "2026-06-30, the last quarter loaded"
ALWAYS = "2019-07-01 or earlier"


def flags(page: Page) -> list[tuple[str, ...]]:
    return rows(titled(section(page, "history_and_related"), "Code editor flags"))


def test_a_flag_is_told_from_the_day_on_which_it_holds(page: PAGE) -> None:
    found = {row[0]: row[2:] for row in flags(page("F02.80"))}
    assert found["Manifestation"] == (ALWAYS, NOW)
    assert found["Unacceptable principal diagnosis"] == ("2025-04-01", NOW)


@pytest.mark.parametrize(
    ("code", "flag", "meaning"),
    [
        ("T36.0X5A", "Unacceptable principal diagnosis", "Not accepted as principal diagnosis."),
        ("W19.XXXA", "External cause", "Tells how an injury or condition came about"),
        # The package stores 0 as False.
        ("Z38.00", "Age", "For newborns only: age 0."),
        ("Z00.121", "Age", "For patients of 0 to 17 years."),
        ("T14.91XA", "Code first", "As principal diagnosis of a mental health program"),
        ("F17.200", "Unacceptable principal diagnosis", "The outpatient editor exempts it"),
    ],
)
def test_each_flag_says_what_it_means(page: PAGE, code: str, flag: str, meaning: str) -> None:
    assert any(row[0] == flag and meaning in row[1] for row in flags(page(code)))


def test_an_age_range_that_changed_is_told_with_both_times(page: PAGE) -> None:
    assert flags(page("O80")) == [
        ("Age", "For patients of 12 to 55 years.", ALWAYS, "2019-09-30"),
        ("Age", "For patients of 9 to 64 years.", "2019-10-01", NOW),
    ]


def test_no_flag_is_said_with_what_was_searched_and_to_which_day(page: PAGE) -> None:
    (text,) = [t for t in texts(section(page("E11.9"), "history_and_related")) if "flag" in t]
    assert "it lists no flag for E11.9" in text
    assert text.endswith("The last quarter loaded ends on June 30, 2026.")


def test_nothing_is_claimed_of_sex(page: PAGE) -> None:
    for code in ("O80", "N40.0", "C61"):
        for block in section(page(code), "history_and_related").blocks:
            assert "sex" not in block.text.casefold()
            assert all(row[0][0].text != "Sex" for row in block.rows)


def test_a_heading_has_no_flags_of_its_own(page: PAGE) -> None:
    said = texts(section(page("F02"), "history_and_related"))
    assert any("not a heading such as F02" in text for text in said)
