"""Modifiers that are unknown, of other days, in conflict or out of place."""

from datetime import date

import pytest

from lookup.claims.claim import ClaimType
from lookup.claims.findings import Severity
from services.lookup.tests.claims.asking import (
    DME,
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    cpt,
    dx,
    found,
    not_checked,
    px,
)

UNKNOWN, NOT_VALID = "MODIFIER_UNKNOWN", "MODIFIER_NOT_VALID_ON_DATE"
CONFLICT, MISPLACED = "MODIFIER_CONFLICT", "MODIFIER_MISPLACED"
BEFORE_THE_FILE = date(2026, 2, 1)
"""The outpatient code editor is loaded for this day, CMS's HCPCS file is not."""


@pytest.mark.parametrize(
    ("claim_type", "on", "severity"),
    [
        (OUTPATIENT, date(2026, 5, 1), Severity.ERROR),
        (PROFESSIONAL, date(2026, 5, 1), Severity.ERROR),
        (OUTPATIENT, BEFORE_THE_FILE, Severity.ERROR),
        # The list is that of another claim type.
        (DME, BEFORE_THE_FILE, Severity.WARNING),
    ],
)
def test_a_modifier_that_no_list_has_is_told(
    ask: Ask, claim_type: ClaimType, on: date, severity: Severity
) -> None:
    (finding,) = found(ask(claim_type, px("J1885", "ZZ"), px("G0463", "zz"), on=on), UNKNOWN)
    assert (finding.severity, finding.lines) == (severity, (0, 1))
    assert "ZZ is not a Level II modifier" in finding.message


@pytest.mark.parametrize("modifier", ["GA", "ga", "RR", "KX", "JG", "ZA"])
def test_a_modifier_of_any_day_is_not_called_unknown(ask: Ask, modifier: str) -> None:
    assert not found(ask(OUTPATIENT, px("J1885", modifier)), UNKNOWN)


@pytest.mark.parametrize("modifier", ["25", "59", "P1", "P6", "8P"])
def test_cpt_modifiers_are_not_loaded_rather_than_unknown(ask: Ask, modifier: str) -> None:
    checked = ask(OUTPATIENT, px("J1885", modifier))
    assert not found(checked, UNKNOWN)
    assert f"{modifier} on line 1 not looked up" in not_checked(checked, UNKNOWN)


def test_ambulance_routes_are_in_no_list(ask: Ask) -> None:
    checked = ask(OUTPATIENT, px("A0425", "RH"), px("J1885", "RH"))
    (finding,) = found(checked, UNKNOWN)
    assert finding.lines == (1,)
    assert "line 1 not looked up" in not_checked(checked, UNKNOWN)


@pytest.mark.parametrize(
    ("modifier", "on", "said"),
    [
        ("JG", date(2026, 1, 1), "from October 1, 2025 or earlier to December 31, 2025"),
        ("ZA", date(2026, 5, 1), "from January 1, 2010 to March 31, 2018"),
    ],
)
def test_a_modifier_of_other_days_is_told_with_those_days(
    ask: Ask, modifier: str, on: date, said: str
) -> None:
    (finding,) = found(ask(OUTPATIENT, px("J1885", modifier), on=on), NOT_VALID)
    assert finding.severity is Severity.ERROR
    assert said in finding.message


@pytest.mark.parametrize(("modifier", "on"), [("JG", date(2025, 12, 31)), ("KX", date(2026, 5, 1))])
def test_a_modifier_is_valid_on_its_days(ask: Ask, modifier: str, on: date) -> None:
    assert not found(ask(OUTPATIENT, px("J1885", modifier), on=on), NOT_VALID)


@pytest.mark.parametrize("rule", [UNKNOWN, NOT_VALID])
def test_without_a_list_modifiers_are_not_checked(ask_bare: Ask, rule: str) -> None:
    checked = ask_bare(OUTPATIENT, px("J1885", "ZZ", "JG"))
    assert not checked.findings
    assert "Modifiers are not loaded" in not_checked(checked, rule)


def test_two_modifiers_that_contradict_each_other_are_told(ask: Ask) -> None:
    checked = ask(OUTPATIENT, px("J1885", "FX", "GA", "CT"), px("G0463", "CT"), px("G0102", "FX"))
    (finding,) = found(checked, CONFLICT)
    assert (finding.severity, finding.lines) == (Severity.ERROR, (0,))
    assert "CT and FX" in finding.message


def test_the_pairs_are_those_of_outpatient_claims(ask: Ask) -> None:
    checked = ask(PROFESSIONAL, px("J1885", "CT", "FX"))
    assert not found(checked, CONFLICT)
    assert "for hospital outpatient claims only" in not_checked(checked, CONFLICT)


def test_pairs_that_are_not_loaded_are_not_checked(ask_bare: Ask) -> None:
    checked = ask_bare(OUTPATIENT, px("J1885", "CT", "FX"))
    assert "not loaded" in not_checked(checked, CONFLICT)


def test_a_modifier_on_a_diagnosis_is_out_of_place(ask: Ask) -> None:
    (finding,) = found(ask(OUTPATIENT, dx("I10", "LT"), px("J1885", "LT")), MISPLACED)
    assert (finding.severity, finding.lines) == (Severity.ERROR, (0,))


def test_modifiers_of_a_code_that_is_withheld_are_looked_up(ask: Ask) -> None:
    (finding,) = found(ask(OUTPATIENT, cpt("0000T", "ZZ")), UNKNOWN)
    assert finding.lines == (0,)
