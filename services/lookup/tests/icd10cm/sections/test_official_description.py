"""The title as published, and whether the code can be reported."""

from collections.abc import Callable

import pytest

from lookup.content import Page
from services.lookup.tests.icd10cm.sections.reading import items, section, texts, titled

PAGE = Callable[[str], Page]


def test_a_billable_code_is_reported_within_its_release(page: PAGE) -> None:
    assert texts(section(page("E11.9"), "official_description")) == [
        "Type 2 diabetes mellitus without complications",
        "E11.9 is billable: it can be reported for encounters and discharges from April 1, "
        "2026 to September 30, 2026.",
    ]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("E11", "it is a heading over 10 more specific entries."),
        ("W19", "it needs a 7th character, as in W19.XXXA."),
        ("S06.1X7", "it needs a 7th character, as in S06.1X7A."),
        ("S52.52", "it is a heading over 3 more specific entries."),
    ],
)
def test_a_code_that_is_not_billable_says_what_is_missing(page: PAGE, code: str, why: str) -> None:
    assert f"{code} cannot be reported as it stands: {why}" in texts(
        section(page(code), "official_description")
    )


def test_a_category_without_codes_below_is_billable(page: PAGE) -> None:
    assert "I10 is billable" in texts(section(page("I10"), "official_description"))[1]


def test_inclusion_terms_are_listed(page: PAGE) -> None:
    block = titled(section(page("D66"), "official_description"), "Inclusion terms")
    assert items(block)[0] == "Classical hemophilia"
    assert block.origin is None


def test_inclusion_terms_of_the_stem_are_marked_as_written_there(page: PAGE) -> None:
    block = titled(section(page("W19.XXXA"), "official_description"), "Inclusion terms")
    assert items(block) == ["Accidental fall NOS"]
    assert block.origin is not None
    assert block.origin.label == "W19"


def test_only_it_and_the_common_language_are_public(page: PAGE) -> None:
    assert [s.key for s in page("E11.9").sections if s.public] == [
        "official_description",
        "common_language",
    ]
