"""Whether codes exist, can be reported, and are valid on the day."""

from datetime import date

import pytest

from lookup.claims.claim import ClaimLine
from lookup.claims.findings import Severity
from services.lookup.tests.claims.asking import (
    DME,
    INPATIENT,
    MAY,
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    cpt,
    dx,
    found,
    not_checked,
    pcs,
    px,
)

UNKNOWN, NOT_BILLABLE, NOT_VALID = "CODE_UNKNOWN", "NOT_BILLABLE", "NOT_VALID_ON_DATE"
AFTER_ALL = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (dx("E11.99"), "E11.9 (Type 2 diabetes mellitus without complications)"),
        (px("G0464"), "G0463"),
        (px("E11.9"), "It is a code of ICD-10-CM: correct the code system."),
        (px("nonsense, at length"), "The code on line 1 is not a code"),
        (pcs("0DTJ4ZX"), "0DTJ4ZZ"),
    ],
)
def test_a_code_that_is_none_is_told_with_what_may_be_meant(
    ask: Ask, line: ClaimLine, said: str
) -> None:
    (finding,) = found(ask(INPATIENT, line), UNKNOWN)
    assert (finding.severity, finding.lines) == (Severity.ERROR, (0,))
    assert said in finding.message


@pytest.mark.parametrize("line", [dx("e119"), px(" g0463 "), pcs("0DTJ4ZZ"), cpt("G0463")])
def test_any_spelling_of_a_code_finds_it(ask: Ask, line: ClaimLine) -> None:
    checked = ask(PROFESSIONAL, line)
    assert not found(checked, UNKNOWN)
    assert not not_checked(checked, UNKNOWN)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (cpt(), "CPT is not loaded"),
        (px("0000T"), "CPT is not loaded"),
        (px("D0120"), "CDT) are not loaded"),
        # The list of the day names every code of section 0 only.
        (pcs("5A1955Y"), "does not name every code of this section"),
    ],
)
def test_a_code_of_which_nothing_is_held_is_not_called_unknown(
    ask: Ask, line: ClaimLine, why: str
) -> None:
    checked = ask(INPATIENT, line)
    assert not found(checked, UNKNOWN)
    assert why in not_checked(checked, UNKNOWN)


@pytest.mark.parametrize("line", [dx("E11.9"), dx("nonsense"), px("G0463"), pcs("0DTJ4ZZ")])
def test_after_the_last_release_nothing_is_known_and_nothing_found(
    ask: Ask, line: ClaimLine
) -> None:
    checked = ask(INPATIENT if line.system == "icd-10-pcs" else OUTPATIENT, line, on=AFTER_ALL)
    assert not checked.findings
    for rule in (UNKNOWN, NOT_VALID):
        assert "is not known for November 1, 2026" in not_checked(checked, rule)
    assert not checked.releases


def test_a_code_set_that_is_not_loaded_is_named(ask_bare: Ask) -> None:
    checked = ask_bare(PROFESSIONAL, dx("E11.9"), px("G0463"))
    assert not_checked(checked, UNKNOWN) == "ICD-10-CM is not loaded. (line 1)"
    assert not_checked(checked, NOT_BILLABLE) == "ICD-10-CM is not loaded."


@pytest.mark.parametrize("code", ["E11", "E11.2", "S52"])
def test_a_heading_cannot_be_reported(ask: Ask, code: str) -> None:
    (finding,) = found(ask(PROFESSIONAL, dx(code)), NOT_BILLABLE)
    assert finding.severity is Severity.ERROR
    assert f"{code} (" in finding.message
    assert "right below it" in finding.message


@pytest.mark.parametrize("code", ["E11.9", "I10", "W19", "W19.XXXA"])
def test_no_other_code_is_called_a_heading(ask: Ask, code: str) -> None:
    assert not found(ask(PROFESSIONAL, dx(code)), NOT_BILLABLE)


@pytest.mark.parametrize(
    ("code", "on", "said"),
    [
        ("C5271", MAY, "from October 1, 2025 or earlier to December 31, 2025"),
        (
            "J0570",
            date(2026, 2, 1),
            "from October 1, 2025 or earlier to December 31, 2025 and from April 1, 2026 to "
            "June 30, 2026",
        ),
        # CMS's file of the quarter ends it in the middle of the quarter.
        ("G0054", date(2026, 5, 16), "from January 1, 2010 to May 15, 2026"),
    ],
)
def test_a_code_of_other_days_is_told_with_those_days(
    ask: Ask, code: str, on: date, said: str
) -> None:
    checked = ask(PROFESSIONAL, px(code), on=on)
    (finding,) = found(checked, NOT_VALID)
    assert finding.severity is Severity.ERROR
    assert said in finding.message
    assert not found(checked, UNKNOWN)


@pytest.mark.parametrize(
    ("code", "on"),
    [
        *(("C5271", date(2025, 12, 31)), ("J0570", date(2025, 12, 31)), ("J0570", MAY)),
        ("G0054", date(2026, 5, 15)),
    ],
)
def test_a_code_on_its_last_day_or_after_its_return_is_valid(ask: Ask, code: str, on: date) -> None:
    assert not found(ask(PROFESSIONAL, px(code), on=on), NOT_VALID)


def test_a_procedure_gone_from_the_newest_list_says_so(ask: Ask) -> None:
    (finding,) = found(ask(INPATIENT, pcs("5A1955Z")), NOT_VALID)
    assert "the date of discharge" in finding.message
    assert "to March 31, 2026" in finding.message


@pytest.mark.parametrize(("day", "hits"), [(22, 1), (23, 0)])
def test_days_of_approval_are_those_of_the_outpatient_code_editor(
    ask: Ask, day: int, hits: int
) -> None:
    on = date(2026, 1, day)
    findings = found(ask(OUTPATIENT, px("C9818"), on=on), "OUTSIDE_APPROVAL")
    assert len(findings) == hits
    assert all("edit 134" in finding.message for finding in findings)
    assert not found(ask(PROFESSIONAL, px("C9818"), on=on), "OUTSIDE_APPROVAL")


def test_days_of_approval_that_are_not_loaded_are_not_checked(ask_bare: Ask) -> None:
    checked = ask_bare(OUTPATIENT, px("C9818"), on=date(2026, 1, 1))
    assert not checked.findings
    assert "not loaded" in not_checked(checked, "OUTSIDE_APPROVAL")


@pytest.mark.parametrize("claim_type", [PROFESSIONAL, OUTPATIENT, DME])
def test_inpatient_procedures_belong_on_no_other_claim(ask: Ask, claim_type: object) -> None:
    (finding,) = found(ask(claim_type, dx("K35.80"), pcs("0DTJ4ZZ")), "WRONG_CODE_SET")
    assert (finding.severity, finding.lines) == (Severity.ERROR, (1,))


def test_hcpcs_codes_on_an_inpatient_claim_are_to_be_looked_at(ask: Ask) -> None:
    (finding,) = found(ask(INPATIENT, pcs("0DTJ4ZZ"), px("J1885"), cpt()), "WRONG_CODE_SET")
    assert (finding.severity, finding.lines) == (Severity.WARNING, (1, 2))


@pytest.mark.parametrize(
    ("claim_type", "line"), [(INPATIENT, pcs("0DTJ4ZZ")), (DME, px("E0601")), (DME, dx("I10"))]
)
def test_codes_of_the_claims_own_sets_are_in_place(
    ask: Ask, claim_type: object, line: ClaimLine
) -> None:
    assert not found(ask(claim_type, line), "WRONG_CODE_SET")
