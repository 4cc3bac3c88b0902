"""Every note that holds for a code, with the place where it is written."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lookup.content import Block, Page
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.sections import guidelines
from services.lookup.tests.icd10cm.sections.reading import items, rows, section, texts

PAGE = Callable[[str], Page]


def notes(page: Page, title: str) -> dict[str, Block]:
    """Blocks with this title by where they are written; "" for the code itself."""
    return {
        block.origin.label if block.origin else "": block
        for block in section(page, "guidelines").blocks
        if block.title == title and block.items
    }


def test_notes_of_the_code_category_section_and_chapter_are_all_there(page: PAGE) -> None:
    assert list(notes(page("S06.1X1A"), "Excludes2")) == ["S00-S09", "19"]
    assert list(notes(page("E11.9"), "Excludes1")) == ["", "E11", "4"]


def test_a_wide_section_passes_its_notes_to_those_it_spans(page: PAGE) -> None:
    includes = notes(page("T24.211A"), "Includes")
    assert list(includes) == ["T20-T25", "T20-T32"]
    assert "scalds" in items(includes["T20-T32"])


def test_notes_are_worded_as_the_list_prints_them(page: PAGE) -> None:
    block = notes(page("E11.9"), "Use additional code")["E11"]
    assert block.text == "Use additional code to identify control using:"
    assert items(block)[0] == "injectable non-insulin antidiabetic drugs (Z79.85)"


@pytest.mark.parametrize(
    ("code", "title", "origin", "first", "condition"),
    [
        ("T36.0X1A", "Code first", "T36-T50",
         "Code first, for adverse effects, the nature of the adverse effect, such as:",
         "for adverse effects"),
        ("O24.410", "Use additional code", "15",
         "Use additional code, if applicable, from category Z3A, Weeks of gestation, to identify "
         "the specific week of the pregnancy, if known.", "if applicable, if known"),
        ("G31.84", "Use additional code", "G31",
         "Use additional code, if applicable, for codes G31.0-G31.83, G31.85-G31.9, to identify:",
         "if applicable, for codes G31.0-G31.83, G31.85-G31.9"),
        ("B20", "Code first", "",
         "Code first Human immunodeficiency virus [HIV] disease complicating pregnancy, childbirth "
         "and the puerperium, if applicable (O98.7-)", "if applicable"),
        ("H54.0X33", "Code first", "H54",
         "Code first any associated underlying cause of the blindness", ""),
    ],
)  # fmt: skip
def test_a_condition_is_kept_as_worded(
    page: PAGE, code: str, title: str, origin: str, first: str, condition: str
) -> None:
    block = notes(page(code), title)[origin]
    assert (block.text or items(block)[0]) == first
    assert block.condition == condition


def test_codes_that_notes_name_are_linked(page: PAGE) -> None:
    (line, *_) = notes(page("E11.9"), "Excludes1")["E11"].items
    assert [(span.text, span.link.target) for span in line if span.link] == [("E08.-", "E08")]


def test_a_code_that_the_release_lacks_is_shown_without_a_link(page: PAGE) -> None:
    lines = notes(page("F02.80"), "Code first")["F02"].items
    (line,) = [line for line in lines if any("G31.90" in span.text for span in line)]
    assert [span.link for span in line] == [None]


def test_the_7th_characters_in_force_are_the_narrower_ones(page: PAGE) -> None:
    (table,) = [b for b in section(page("S52.521A"), "guidelines").blocks if b.rows]
    assert [row[0] for row in rows(table)] == ["A", "D", "G", "K", "P", "S"]
    assert table.origin is not None
    assert table.origin.label == "S52.52"


def test_the_note_that_bars_a_combination_is_shown(page: PAGE) -> None:
    (note,) = items(notes(page("S06.1X7A"), "Note")["S06"])
    assert note.startswith("7th characters D and S do not apply to codes in category S06")


def test_the_table_of_visual_impairment_holds_for_all_of_h54(page: PAGE) -> None:
    for code in ("H54.0X33", "H54.8"):
        (table,) = [b for b in section(page(code), "guidelines").blocks if b.rows]
        assert table.origin is not None
        assert table.origin.label == "H54"
        assert rows(table)[0] == ("1", "6/18", "6/60")
        assert all(cell for row in rows(table) for cell in row)


def test_a_code_without_any_note_says_which_release_was_searched(
    facts: Callable[[str], PageFacts],
) -> None:
    bare = replace(facts("E11.9"), notes={}, rules=())
    assert texts(guidelines.section(bare)) == [
        "The ICD-10-CM April 2026 release was searched; it lists no includes, excludes, code "
        "first, use additional, code also or 7th character notes for E11.9, neither its own nor "
        "inherited."
    ]


def test_words_that_introduce_a_list_are_no_item_of_it(page: PAGE) -> None:
    block = notes(page("J44.0"), "Use additional code")["10"]
    assert block.text == "Use additional code, where applicable, to identify:"
    assert items(block)[0] == "exposure to environmental tobacco smoke (Z77.22)"


def test_words_that_introduce_and_name_codes_keep_their_links(page: PAGE) -> None:
    block = notes(page("G31.01"), "Use additional code")["G31"]
    assert block.text == ""
    assert "G31.0-G31.83" in items(block)[0]
