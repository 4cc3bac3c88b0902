"""Diagnoses are not priced; what they weigh in an inpatient stay is told with its version."""

from collections.abc import Callable

import pytest

from lookup.content import Page
from services.lookup.tests.icd10cm.sections.reading import (
    items,
    links,
    rows,
    section,
    texts,
    titled,
)

PAGE = Callable[[str], Page]

WEIGHTS = "MS-DRG as principal diagnosis, weights of FY 2026"


def test_a_diagnosis_has_no_fee(page: PAGE) -> None:
    for code in ("E11.9", "E11", "W19.XXXA"):
        assert texts(section(page(code), "payment"))[0].startswith("Diagnoses are not priced")


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("D66", "D66 is a major complication or comorbidity (MCC) in MS-DRG grouper version 43.1"),
        ("S52.521A", "S52.521A is a complication or comorbidity (CC) in MS-DRG grouper"),
        ("E11.9", "E11.9 is neither a CC nor an MCC in MS-DRG grouper version 43.1 (FY 2026)."),
    ],
)
def test_its_severity_as_a_secondary_diagnosis(page: PAGE, code: str, level: str) -> None:
    assert texts(section(page(code), "payment"))[1].startswith(level)


def test_the_principal_diagnoses_beside_which_it_does_not_count_are_listed(page: PAGE) -> None:
    block = titled(section(page("D66"), "payment"), "CC exclusions")
    assert block.text == (
        "It does not count as MCC beside 50 principal diagnoses, collection 0510 in "
        "Appendix C of the MS-DRG Definitions Manual:"
    )
    assert items(block) == ["D47.4, D65-D69.9, D75.821-D75.829, D75.84-D75.A, D89.2"]
    assert ("D65-D69.9", True) in [(of.target, of.is_range) for of in links(block.items[0])]


def test_some_count_only_for_patients_discharged_alive(page: PAGE) -> None:
    assert (
        "only for a patient who is discharged alive" in texts(section(page("I46.9"), "payment"))[1]
    )


def test_a_hospital_acquired_condition_may_not_count(page: PAGE) -> None:
    said = texts(section(page("S52.521A"), "payment"))
    assert any(text.startswith("Category 05, falls and trauma: when it was not") for text in said)


def test_the_groups_are_weighed_with_the_year_of_the_weights(page: PAGE) -> None:
    table = titled(section(page("E11.9"), "payment"), WEIGHTS)
    assert rows(table) == [
        ("637", "Diabetes with MCC", "1.4367", "3.9", "5.3", "yes"),
        ("638", "Diabetes with CC", "0.8962", "2.9", "3.7", "yes"),
        ("639", "Diabetes without CC/MCC", "0.6212", "2.1", "2.4", "yes"),
    ]
    assert table.source_id == "ms-drg-weights-2026"


def test_the_capped_weight_is_the_one_shown(page: PAGE) -> None:
    """MS-DRG 977: 1.2676 before the cap, 1.2977 with it."""
    weights = {row[0]: row[2] for row in rows(titled(section(page("B20"), "payment"), WEIGHTS))}
    assert weights["977"] == "1.2977"


def test_what_is_not_paid_has_no_weight(page: PAGE) -> None:
    ((number, _title, weight, *stays, _transfer),) = rows(
        titled(section(page("O80"), "payment"), WEIGHTS)
    )
    assert (number, weight, stays) == ("998", "not paid", ["–", "–"])


def test_a_heading_leads_to_the_codes_below_it(page: PAGE) -> None:
    assert "pages of the codes below E11" in texts(section(page("E11"), "payment"))[1]
