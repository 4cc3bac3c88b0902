"""Where a code stands, what stands around it, and what is not known of its past."""

from collections.abc import Callable

import pytest

from lookup.content import Page
from services.lookup.tests.icd10cm.sections.reading import links, rows, section, texts, titled

PAGE = Callable[[str], Page]


def codes(page: Page, title: str) -> list[str]:
    return [row[0] for row in rows(titled(section(page, "history_and_related"), title))]


def test_the_hierarchy_runs_from_the_chapter_down(page: PAGE) -> None:
    table = titled(section(page("T24.211A"), "history_and_related"), "Hierarchy")
    assert [row[:2] for row in rows(table)] == [
        ("Chapter", "Chapter 19"),
        ("Section", "T07-T88"),
        ("Section", "T20-T32"),
        ("Section", "T20-T25"),
        ("Category", "T24"),
        ("Subcategory", "T24.2"),
        ("Subcategory", "T24.21"),
        ("Subcategory", "T24.211"),
    ]


def test_a_section_named_like_its_category_has_no_address_of_its_own(page: PAGE) -> None:
    table = titled(section(page("C50.911"), "history_and_related"), "Hierarchy")
    found = [(row[0][0].text, row[1][0].text, links(row[1])) for row in table.rows]
    ((_, _, of_section),) = [f for f in found if f[:2] == ("Section", "C50")]
    ((_, _, of_category),) = [f for f in found if f[:2] == ("Category", "C50")]
    assert of_section == []
    assert [(link.target, link.is_range) for link in of_category] == [("C50", False)]


def test_codes_below_beside_before_and_after(page: PAGE) -> None:
    assert codes(page("E11"), "Codes below")[-2:] == ["E11.9", "E11.A"]
    assert codes(page("E11"), "Codes beside") == ["E08", "E09", "E10", "E13"]
    assert codes(page("E11.A"), "Previous and next") == ["E11.9", "E13"]
    assert codes(page("W19.XXXA"), "Codes beside") == ["W19.XXXD", "W19.XXXS"]


def test_the_first_and_the_last_code_have_one_neighbour(page: PAGE) -> None:
    assert codes(page("A00"), "Previous and next") == ["A00.0"]
    (last,) = codes(page("U09.9"), "Previous and next")[:1]
    assert last == "U09"


def test_the_past_is_said_to_be_unknown(page: PAGE) -> None:
    assert texts(section(page("E11.A"), "history_and_related"))[:2] == [
        "E11.A is in the ICD-10-CM April 2026 release, for encounters and discharges from April "
        "1, 2026 to September 30, 2026.",
        "Releases before ICD-10-CM April 2026 not loaded for E11.A: when it was added or last "
        "revised is not known here.",
    ]


@pytest.mark.parametrize(
    # E08.00 is marked by the code editor alone, F02 by its title alone.
    ("code", "marked"),
    [("F02.80", True), ("E08.00", True), ("F02", True), ("F03.90", False)],
)
def test_a_manifestation_is_never_first(page: PAGE, code: str, marked: bool) -> None:
    found = [
        b for b in section(page(code), "history_and_related").blocks if b.title == "Sequencing"
    ]
    assert bool(found) is marked
    for block in found:
        assert "never first-listed or principal" in block.text
        assert block.source_id == "icd-10-cm-guidelines"


def test_a_code_that_stands_alone_says_so(page: PAGE) -> None:
    assert texts(section(page("B20"), "history_and_related"))[-1] == (
        "The ICD-10-CM April 2026 release was searched; it lists no codes beside or below B20."
    )
