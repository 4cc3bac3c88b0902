"""NCCI pairs: which table, which column, and whether a modifier may bypass the edit."""

from datetime import date

import pytest

from lookup.claims.claim import ClaimLine, ClaimType
from lookup.claims.findings import Severity
from services.lookup.tests.claims.asking import (
    DME,
    INPATIENT,
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    cpt,
    found,
    not_checked,
    px,
)

RULE = "NCCI_PAIR"
OFFICIAL_HOSPITAL = date(2026, 2, 1)


@pytest.mark.parametrize(
    ("claim_type", "table", "indicator"),
    [
        (OUTPATIENT, "NCCI hospital outpatient table", "Modifier indicator no:"),
        (PROFESSIONAL, "NCCI practitioner table", "Modifier indicator 0:"),
    ],
)
def test_a_pair_that_nothing_bypasses_names_its_table_and_columns(
    ask: Ask, claim_type: ClaimType, table: str, indicator: str
) -> None:
    (finding,) = found(ask(claim_type, px("A9512", "XS"), px("A9501", "59")), RULE)
    assert (finding.severity, finding.lines) == (Severity.ERROR, (0, 1))
    assert f"A9512 is the column 2 code of A9501 (column 1) in the {table}" in finding.message
    assert indicator in finding.message
    assert "no modifier may bypass" in finding.message


def test_days_say_no_more_than_the_table_knows(ask: Ask) -> None:
    lines = (px("A9501"), px("A9512"))
    (packaged,) = found(ask(OUTPATIENT, *lines), RULE)
    assert "in force since October 1, 2025 or earlier." in packaged.message
    (official,) = found(ask(PROFESSIONAL, *lines), RULE)
    assert "in force since April 1, 2003." in official.message
    assert "Rationale: Standards of practice." in official.message


@pytest.mark.parametrize("claim_type", [OUTPATIENT, PROFESSIONAL])
@pytest.mark.parametrize(
    "lines",
    [
        (px("G0463", "59"), px("G0102")),
        (px("G0463"), px("G0102", "59")),
        (px("G0463", "XS"), px("G0102")),
        (px("G0463"), px("G0102", "LT")),
    ],
)
def test_a_modifier_of_either_column_bypasses_where_the_indicator_allows(
    ask: Ask, claim_type: ClaimType, lines: tuple[ClaimLine, ...]
) -> None:
    (finding,) = found(ask(claim_type, *lines), RULE)
    assert finding.severity is Severity.INFO
    assert "The record must show" in finding.message


@pytest.mark.parametrize("modifiers", [(), ("GA",), ("RR",)])
def test_without_an_associated_modifier_the_pair_is_an_error(
    ask: Ask, modifiers: tuple[str, ...]
) -> None:
    (finding,) = found(ask(OUTPATIENT, px("G0463", *modifiers), px("G0102")), RULE)
    assert finding.severity is Severity.ERROR
    assert "none is on either line" in finding.message


def test_only_the_lines_without_one_are_at_fault(ask: Ask) -> None:
    checked = ask(OUTPATIENT, px("G0463"), px("G0102", "XS"), px("G0102"))
    severities = {finding.severity: finding.lines for finding in found(checked, RULE)}
    assert severities == {Severity.ERROR: (0, 2), Severity.INFO: (0, 1)}


@pytest.mark.parametrize("modifier", ["25", "P1", "8P"])
def test_a_cpt_modifier_leaves_the_question_open(ask: Ask, modifier: str) -> None:
    checked = ask(OUTPATIENT, px("G0463", modifier), px("G0102"))
    assert not found(checked, RULE)
    assert "CPT modifiers are not loaded" in not_checked(checked, RULE)


def test_pairs_with_cpt_codes_are_withheld(ask: Ask) -> None:
    checked = ask(OUTPATIENT, px("G0463"), cpt())
    assert not found(checked, RULE)
    assert not_checked(checked, RULE) == "CPT is not loaded: pairs with line 2 are withheld."


def test_an_official_table_stands_in_for_the_package(ask: Ask) -> None:
    bypassed = (px("G0463", "59"), px("G0102"))
    (finding,) = found(ask(OUTPATIENT, *bypassed, on=OFFICIAL_HOSPITAL), RULE)
    assert finding.severity is Severity.ERROR
    assert "Modifier indicator 0" in finding.message
    packaged_only = (px("C7900"), px("G0402"))
    assert not found(ask(OUTPATIENT, *packaged_only, on=OFFICIAL_HOSPITAL), RULE)
    assert found(ask(OUTPATIENT, *packaged_only), RULE)


@pytest.mark.parametrize(
    "codes",
    [
        ("G0463", "J1885"),  # in no table
        ("G0402", "J1885"),  # deleted on the day it began
        ("G0402", "G0463"),  # deleted before the date of service
        ("G0463", "G0463"),  # the same code twice
    ],
)
def test_pairs_that_are_not_in_force_are_no_finding(ask: Ask, codes: tuple[str, str]) -> None:
    checked = ask(PROFESSIONAL, *map(px, codes))
    assert not found(checked, RULE)
    assert not not_checked(checked, RULE)


@pytest.mark.parametrize(
    ("claim_type", "on", "why"),
    [
        (DME, date(2026, 5, 1), "not for claims of suppliers"),
        (INPATIENT, date(2026, 5, 1), "not applied to inpatient claims"),
        # The hospital table is loaded for this day, the practitioners' is not.
        (PROFESSIONAL, date(2026, 2, 1), "hospital outpatient table is not for such claims"),
        (OUTPATIENT, date(2026, 8, 1), "HCPCS Level II is not known for August 1, 2026"),
    ],
)
def test_a_table_is_used_for_the_claims_it_is_for_only(
    ask: Ask, claim_type: ClaimType, on: date, why: str
) -> None:
    checked = ask(claim_type, px("A9501"), px("A9512"), on=on)
    assert not found(checked, RULE)
    assert why in not_checked(checked, RULE)


def test_one_code_makes_no_pair(ask: Ask) -> None:
    assert not not_checked(ask(DME, px("A9501"), px("A9501")), RULE)
