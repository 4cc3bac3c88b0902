"""What other publications map a code to, each from its own release, and nothing borrowed."""

from collections.abc import Callable

import pytest

from lookup.content import BlockKind, Page
from services.lookup.tests.icd10cm.sections.reading import (
    items,
    links,
    rows,
    section,
    texts,
    titled,
)

PAGE = Callable[[str], Page]


def hccs(page: Page) -> list[tuple[str, ...]]:
    return rows(titled(section(page, "crosswalks"), "HCC by risk adjustment model, 2026 models"))


def test_one_icd_9_code_may_need_two_together(page: PAGE) -> None:
    """250.62 is E11.40 and E11.65, not one of them."""
    table = titled(section(page("E11.40"), "crosswalks"), "From ICD-9-CM to E11.40")
    (row,) = [row for row in table.rows if row[0][0].text == "250.62"]
    assert [(link.target, link.is_range) for link in links(row[3])] == [("E11.65", False)]
    assert row[2][0].text == "Approximate, in combination"
    other = titled(section(page("E11.65"), "crosswalks"), "From ICD-9-CM to E11.65")
    assert ("250.62", "E11.40") in [(row[0], row[3]) for row in rows(other)]


def test_a_combination_is_told_with_scenario_and_choice_list(page: PAGE) -> None:
    table = titled(section(page("E11.40"), "crosswalks"), "From E11.40 to ICD-9-CM")
    assert table.text.startswith("A combination is made of several ICD-9-CM codes together")
    assert [(row[0], *row[2:]) for row in rows(table)] == [
        ("250.60", "Approximate", "–", "–"),
        ("250.60", "Approximate, in combination", "1", "1"),
        ("357.2", "Approximate, in combination", "1", "2"),
    ]


@pytest.mark.parametrize(("code", "match"), [("Z79.4", "Equivalent"), ("E11.9", "Approximate")])
def test_the_closeness_of_a_match_is_put_into_words(page: PAGE, code: str, match: str) -> None:
    table = titled(section(page(code), "crosswalks"), f"From {code} to ICD-9-CM")
    assert table.columns == ("ICD-9-CM code", "Title", "Match")
    assert [row[2] for row in rows(table)] == [match]


def test_no_map_is_what_the_mapping_says_and_not_that_nothing_was_found(page: PAGE) -> None:
    (text,) = [t for t in texts(section(page("R40.2130"), "crosswalks")) if "No map" in t]
    assert text == "No map: the mapping says that R40.2130 has no equivalent in ICD-9-CM."


def test_a_new_code_borrows_nothing_from_its_parent(page: PAGE) -> None:
    crosswalks = section(page("E11.A"), "crosswalks")
    said = texts(crosswalks)
    assert [text.partition(" was searched")[2] for text in said[:4]] == [
        "; it lists no entry for E11.A.",
        "; it lists no ICD-9-CM code that leads to E11.A.",
        "; it lists no category for E11.A.",
        "; it lists no indicator for E11.A.",
    ]
    assert "RxHCC V08 map E11.A to no HCC. None is taken over from another code." in said[4]
    assert [block.title for block in crosswalks.blocks if block.rows] == [
        "MS-DRG as principal diagnosis, version 43.1"
    ]


def test_an_hcc_is_told_for_each_model_with_what_it_takes_precedence_over(page: PAGE) -> None:
    assert hccs(page("E11.40"))[0] == (
        "CMS-HCC V28",
        "37",
        "Diabetes with Chronic Complications",
        "HCC 38",
    )
    assert [(row[0], row[1]) for row in hccs(page("E11.40"))] == [
        ("CMS-HCC V28", "37"),
        ("CMS-HCC V24", "18"),
        ("CMS-HCC V22", "18"),
        ("CMS-HCC ESRD V24", "18"),
        ("CMS-HCC ESRD V21", "18"),
        ("CMS-HCC ESRD V21", "75"),
        ("RxHCC V08", "30"),
    ]


def test_the_sex_of_the_patient_may_change_the_hcc(page: PAGE) -> None:
    crosswalks = section(page("D66"), "crosswalks")
    edits = titled(crosswalks, "Where age or sex changes the HCC")
    assert items(edits)[0] == "CMS-HCC V28: HCC 112 instead for female patients."
    assert ("CMS-HCC V28", "111") in [row[:2] for row in hccs(page("D66"))]
    table = titled(crosswalks, "HCC by risk adjustment model, 2026 models")
    assert table.text == "RxHCC V08 maps D66 to no HCC."


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        ("C50.011", "CMS-HCC V28: HCC 22 instead for patients up to 49 years of age."),
        ("F34.81", "CMS-HCC V24: no HCC for patients up to 5 and from 19 years of age."),
    ],
)
def test_an_age_may_change_the_hcc(page: PAGE, code: str, edit: str) -> None:
    block = titled(section(page(code), "crosswalks"), "Where age or sex changes the HCC")
    assert edit in items(block)


def test_groups_of_a_principal_diagnosis_name_the_grouper(page: PAGE) -> None:
    table = titled(
        section(page("E11.9"), "crosswalks"), "MS-DRG as principal diagnosis, version 43.1"
    )
    assert rows(table) == [
        ("637", "Diabetes with MCC"),
        ("638", "Diabetes with CC"),
        ("639", "Diabetes without CC/MCC"),
    ]
    assert "in major diagnostic category 10" in table.text
    assert table.source_id == "ms-drg-43.1"


def test_a_manifestation_is_said_not_to_be_the_principal_diagnosis(page: PAGE) -> None:
    table = titled(
        section(page("F02.80"), "crosswalks"), "MS-DRG as principal diagnosis, version 43.1"
    )
    assert table.text.endswith("it is not to be the principal diagnosis.")


def test_an_external_cause_leads_to_no_group(page: PAGE) -> None:
    assert texts(section(page("W19.XXXA"), "crosswalks"))[-1] == (
        "The lists of MS-DRG grouper version 43.1 (FY 2026) were searched; they hold no MS-DRG "
        "for W19.XXXA as principal diagnosis."
    )


def test_a_heading_leads_to_the_codes_below_it(page: PAGE) -> None:
    (block,) = section(page("E11"), "crosswalks").blocks
    assert "not for a heading such as E11" in block.text


def test_a_heading_that_was_a_code_keeps_its_old_mapping_and_passes_none_on(page: PAGE) -> None:
    """B37.3 was divided into B37.31 and B37.32 after the mappings were published."""
    crosswalks = section(page("B37.3"), "crosswalks")
    assert "before it was divided; it is not passed on" in crosswalks.blocks[0].text
    assert rows(titled(crosswalks, "From B37.3 to ICD-9-CM"))[0][0] == "112.1"
    below = texts(section(page("B37.31"), "crosswalks"))
    assert "it lists no entry for B37.31." in below[0]


def test_only_the_first_ccsr_category_is_claimed(page: PAGE) -> None:
    (block,) = [b for b in section(page("E11.9"), "crosswalks").blocks if b.title == "CCSR"]
    assert block.text.startswith("First CCSR category: END002, of the group “endocrine,")
    assert "further categories that a code may have" in block.text
    assert block.source_id == "ccsr"


@pytest.mark.parametrize(
    ("code", "said"),
    [("E11.9", "Indicator 1: chronic"), ("S52.521A", "Indicator 0: not chronic")],
)
def test_a_chronic_condition_is_flagged(page: PAGE, code: str, said: str) -> None:
    (block,) = [
        b for b in section(page(code), "crosswalks").blocks if b.title == "Chronic condition"
    ]
    assert block.text == f"{said} (v2023.1)."


def test_each_kind_of_fact_shows_its_own_source(page: PAGE) -> None:
    of = page("E11.9")
    named = {block.source_id for block in section(of, "crosswalks").blocks}
    assert named == {"gem-to-icd9", "gem-from-icd9", "ccsr", "ccir", "hcc-2026", "ms-drg-43.1"}
    releases = {source.id: source.release for source in of.sources}
    assert (releases["ccsr"], releases["hcc-2026"]) == ("FY 2023", "2026")
    assert all(
        block.kind is not BlockKind.NOTICE or "searched" in block.text
        for block in section(of, "crosswalks").blocks
    )
