"""Conflicts and companions, read from both ends of each note."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lookup.content import Block, Page
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.sections import excludes_and_companions
from services.lookup.tests.icd10cm.sections.reading import links, rows, section, texts

PAGE = Callable[[str], Page]


def tables(page: Page) -> dict[str, Block]:
    return {block.title: block for block in section(page, "ncci_edits").blocks if block.rows}


def elsewhere(page: Page, what: str) -> list[tuple[str, ...]]:
    """Rows of the table of what other notes say, by the code where each is written."""
    found = [b for title, b in tables(page).items() if title.startswith(f"{what} elsewhere")]
    return [row for block in found for row in rows(block)]


def places(cell: str) -> list[str]:
    """The places that a cell names."""
    return cell.split(", ")


def test_an_excludes1_note_is_found_from_both_ends(page: PAGE) -> None:
    own = rows(tables(page("E11.9"))["Excludes1 notes that hold for E11.9"])
    assert own[0] == (
        "type 2 diabetes mellitus, without complications in remission (E11.A)",
        "here",
    )
    assert ("type 1 diabetes mellitus (E10.-)", "E11") in own
    assert ("E11", "Type 2 diabetes mellitus", "type 1 diabetes mellitus (E10.-)") in elsewhere(
        page("E10.9"), "Excludes1 notes"
    )


def test_excludes1_is_a_warning_with_its_exception(page: PAGE) -> None:
    text = next(t for t in texts(section(page("E11.9"), "ncci_edits")) if "warning" in t)
    assert "unrelated to each other (guideline I.A.12.a)" in text
    assert "normally not coded together" in text


def test_excludes2_lets_both_codes_stand(page: PAGE) -> None:
    text = next(t for t in texts(section(page("Z79.4"), "ncci_edits")) if "both codes" in t)
    assert text.startswith("Not included here, but a patient may have both")
    assert not [t for t in texts(section(page("Z79.4"), "ncci_edits")) if "warning" in t]


def test_rules_about_excludes_cite_the_guidelines(page: PAGE) -> None:
    assert [b.source_id for b in section(page("E11.9"), "ncci_edits").blocks if b.text] == [
        "icd-10-cm-guidelines",
        "icd-10-cm-guidelines",
    ]


def test_a_place_without_a_code_of_its_own_is_named_and_linked(page: PAGE) -> None:
    table = tables(page("E11.9"))["Excludes1 notes that hold for E11.9"]
    (line,) = [row[1] for row in table.rows if "Chapter" in row[1][0].text]
    assert [(link.target, link.is_range) for link in links(line)] == [("E00-E89", True)]


@pytest.mark.parametrize(
    ("code", "owner", "instruction", "text", "condition"),
    [
        ("E11.9", "N76.82", "Code also",
         "if applicable, diabetes mellitus (E08-E13 with .9)", "with .9, if applicable"),
        ("Z79.4", "E11", "Use additional",
         "code to identify control using: insulin (Z79.4)", "none"),
        ("I11.0", "I50", "Code first", "heart failure due to hypertension (I11.0)", "none"),
        ("T81.44XA", "A41", "Code first",
         "if applicable, postprocedural sepsis (T81.44-)", "if applicable"),
        ("T80.211A", "A41", "Code first",
         "sepsis due to central venous catheter (T80.211-)", "if applicable"),
        ("T36.0X5A", "D70.2", "Use additional",
         "code for adverse effect, if applicable, to identify drug (T36-T50 with fifth or sixth "
         "character 5)", "with fifth or sixth character 5, for adverse effect, if applicable"),
    ],
)  # fmt: skip
def test_companions_say_what_to_do_where_and_on_what_condition(
    page: PAGE, code: str, owner: str, instruction: str, text: str, condition: str
) -> None:
    found = [row for row in elsewhere(page(code), "Companion codes") if owner in places(row[1])]
    assert [(row[0], row[3], *row[4:]) for row in found if row[3] == text] == [
        (instruction, text, condition)
    ]


def test_a_condition_worded_for_adverse_effects_stays_with_every_line(page: PAGE) -> None:
    own = rows(tables(page("T36.0X1A"))["Companion codes that hold for T36.0X1A"])
    (first,) = [row for row in own if row[0] == "Code first"]
    assert first[1].startswith(
        "for adverse effects, the nature of the adverse effect, such as: adverse effect NOS "
        "(T88.7); aspirin gastritis (K29.-); "
    )
    assert first[2:] == ("T36-T50", "for adverse effects")


def test_what_an_instruction_introduces_stands_in_its_row_with_its_links(page: PAGE) -> None:
    table = tables(page("E11.9"))["Companion codes that hold for E11.9"]
    assert rows(table) == [
        (
            "Use additional",
            "code to identify control using: injectable non-insulin antidiabetic drugs (Z79.85); "
            "insulin (Z79.4); oral antidiabetic drugs (Z79.84); oral hypoglycemic drugs (Z79.84)",
            "E11",
        )
    ]
    assert [link.target for link in links(table.rows[0][1])][:2] == ["Z79.85", "Z79.4"]


@pytest.mark.parametrize(
    ("code", "named"),
    [("T36.0X5A", True), ("T36.0X1A", False), ("T36.0X6A", False), ("T36.0", True)],
)
def test_notes_for_adverse_effects_name_the_codes_for_adverse_effects_only(
    page: PAGE, code: str, named: bool
) -> None:
    owners = [owner for row in elsewhere(page(code), "Companion codes") for owner in places(row[1])]
    assert ("D70.2" in owners) is named


@pytest.mark.parametrize(("code", "named"), [("E11.52", True), ("E11.51", False), ("E11", True)])
def test_a_range_with_a_suffix_names_the_codes_that_end_so(
    page: PAGE, code: str, named: bool
) -> None:
    owners = [owner for row in elsewhere(page(code), "Excludes2 notes") for owner in places(row[0])]
    assert ("I96" in owners) is named


def test_a_range_holds_what_lies_in_it_in_tabular_order(page: PAGE) -> None:
    # M1A stands between M08 and M10 in the list, not after M19 as letters would have it.
    assert "M00-M25" in [a.label for a in page("M1A").ancestors]
    assert "Chapter 3" not in [row[0] for row in elsewhere(page("M1A"), "Excludes1 notes")]
    assert "M79.0" not in [row[0] for row in elsewhere(page("M17.11"), "Excludes1 notes")]


def test_a_note_that_holds_for_a_code_is_not_told_again_as_written_elsewhere(page: PAGE) -> None:
    # D72 excludes basophilia (D72.824), which lies in D72 itself.
    own = rows(tables(page("D72.824"))["Excludes1 notes that hold for D72.824"])
    assert ("basophilia (D72.824)", "D72") in own
    assert "D72" not in [row[0] for row in elsewhere(page("D72.824"), "Excludes1 notes")]


def test_what_only_describes_something_else_is_not_excluded(page: PAGE) -> None:
    # "pneumoconiosis with tuberculosis, any type in A15 (J65)" excludes J65.
    assert "J60" not in [row[0] for row in elsewhere(page("A15.0"), "Excludes1 notes")]
    assert "J60" in [row[0] for row in elsewhere(page("J65"), "Excludes1 notes")]


def test_lines_left_out_between_a_lead_and_its_line_are_marked(page: PAGE) -> None:
    said = {row[0]: row[2] for row in elsewhere(page("M10.9"), "Excludes1 notes")}
    assert said["E72"] == "disorders of: … gout (M1A.-, M10.-)"


def test_many_places_that_say_the_same_share_a_row(page: PAGE) -> None:
    table = tables(page("E11.9"))["Excludes2 notes elsewhere that name E11.9"]
    (row,) = [row for row in rows(table) if row[2].startswith("endocrine, nutritional")]
    assert row[0].startswith("Chapter 3, Chapter 6, Chapter 7")
    assert row[1] == f"{len(places(row[0]))} places that say the same"
    assert len(places(row[0])) > 9
    assert [link.target for link in links(table.rows[0][0])][:2] == ["D50-D89", "G00-G99"]
    drugs = tables(page("T45.515A"))["Companion codes elsewhere that name T45.515A"]
    assert len(drugs.rows) < 20


def test_few_places_that_say_the_same_keep_their_titles(page: PAGE) -> None:
    table = tables(page("E11.9"))["Excludes1 notes elsewhere that name E11.9"]
    assert ("E74", "Other disorders of carbohydrate metabolism", "diabetes mellitus (E08-E13)") in (
        rows(table)
    )


def test_a_column_that_says_nothing_is_left_out(page: PAGE) -> None:
    table = tables(page("E11.9"))["Excludes1 notes that hold for E11.9"]
    assert table.columns == ("What is named", "Written at")
    companions = tables(page("T36.0X1A"))["Companion codes that hold for T36.0X1A"]
    assert companions.columns == ("Instruction", "What is named", "Written at", "Condition")


def test_nothing_found_is_said_with_the_release_that_was_searched(
    facts: Callable[[str], PageFacts],
) -> None:
    bare = replace(facts("E11.9"), notes={}, namings=())
    assert texts(excludes_and_companions.section(bare)) == [
        "The ICD-10-CM April 2026 release was searched; it lists no excludes notes that hold for "
        "E11.9, and none elsewhere that names it.",
        "The ICD-10-CM April 2026 release was searched; it lists no code first, use additional or "
        "code also notes for E11.9.",
    ]
