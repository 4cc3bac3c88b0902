"""Add-on codes without a primary, by their type."""

import pytest

from lookup.claims.claim import ClaimType
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

RULE = "ADD_ON_WITHOUT_PRIMARY"


@pytest.mark.parametrize(
    ("claim_type", "code", "severity", "said"),
    [
        (OUTPATIENT, "G0022", Severity.ERROR, "type I and none of its primaries"),
        (PROFESSIONAL, "G0022", Severity.WARNING, "G0019"),
        (OUTPATIENT, "G0513", Severity.INFO, "type III"),
        # In two lists with the same primaries: told once.
        (OUTPATIENT, "C7902", Severity.ERROR, "C7900"),
    ],
)
def test_an_add_on_without_a_listed_primary_is_told_by_its_type(
    ask: Ask, claim_type: ClaimType, code: str, severity: Severity, said: str
) -> None:
    (finding,) = found(ask(claim_type, px(code), px("J1885")), RULE)
    assert (finding.severity, finding.lines) == (severity, (0,))
    assert said in finding.message


@pytest.mark.parametrize(
    ("code", "primary"), [("G0022", "G0019"), ("G0513", "G0402"), ("G2211", "G0463")]
)
def test_beside_a_listed_primary_nothing_is_said(ask: Ask, code: str, primary: str) -> None:
    checked = ask(OUTPATIENT, px(code), px(primary))
    assert not found(checked, RULE)
    assert not not_checked(checked, RULE)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("G2211", "17 of the 18 primaries of G2211 are withheld"),
        ("G0506", "40 of the 41 primaries of G0506 are withheld"),
        ("C9601", "5 of the 5 primaries of C9601 are withheld"),
        ("G0501", "type II: which primary it needs is for the Medicare contractor"),
    ],
)
def test_what_is_withheld_or_the_contractors_is_no_finding(ask: Ask, code: str, why: str) -> None:
    checked = ask(OUTPATIENT, px(code))
    assert not found(checked, RULE)
    assert why in not_checked(checked, RULE)


def test_a_cpt_code_may_be_an_add_on_for_all_that_is_known(ask: Ask) -> None:
    assert "line 1 may hold add-on codes" in not_checked(ask(OUTPATIENT, cpt()), RULE)


@pytest.mark.parametrize("claim_type", [INPATIENT, DME])
def test_the_edit_is_for_practitioners_and_outpatients(ask: Ask, claim_type: ClaimType) -> None:
    checked = ask(claim_type, px("G0022"))
    assert not found(checked, RULE)
    assert "are for claims of practitioners" in not_checked(checked, RULE)


def test_without_the_lists_it_is_not_checked(ask_bare: Ask) -> None:
    checked = ask_bare(OUTPATIENT, px("G0022"))
    assert not checked.findings
    assert "not loaded" in not_checked(checked, RULE)
