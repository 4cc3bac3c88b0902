"""Which diagnoses may come first, the patient's age, and codes given twice."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import pytest

from lookup.claims.claim import Claim, ClaimLine, ClaimType
from lookup.claims.diagnoses import (
    age_conflict,
    external_cause_first,
    manifestation_first,
    unacceptable_principal,
)
from lookup.claims.facts import ClaimFacts
from lookup.claims.findings import NotChecked, Said, Severity
from lookup.claims.gather import gather
from lookup.reader import Reader
from services.lookup.tests.claims.asking import (
    DME,
    INPATIENT,
    MAY,
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    dx,
    found,
    not_checked,
    px,
)

FIRST_RULES = ("MANIFESTATION_FIRST", "EXTERNAL_CAUSE_FIRST", "UNACCEPTABLE_PRINCIPAL")
NOT_IN_FLAGS = date(2026, 8, 1)
"""ICD-10-CM is known for this day, the outpatient code editor's flags are not."""


@pytest.mark.parametrize("claim_type", list(ClaimType))
@pytest.mark.parametrize(
    ("code", "rule"), [("F02.80", FIRST_RULES[0]), ("W19.XXXA", FIRST_RULES[1])]
)
def test_what_is_never_first_is_an_error_on_every_claim(
    ask: Ask, claim_type: ClaimType, code: str, rule: str
) -> None:
    (finding,) = found(ask(claim_type, dx(code), dx("G30.9")), rule)
    assert (finding.severity, finding.lines) == (Severity.ERROR, (0,))


@pytest.mark.parametrize("code", ["F02.80", "W19.XXXA", "Z68.45"])
def test_in_second_place_it_is_no_fault(ask: Ask, code: str) -> None:
    checked = ask(OUTPATIENT, px("G0463"), dx("G30.9"), dx(code))
    assert not [finding for finding in checked.findings if finding.rule in FIRST_RULES]


@pytest.mark.parametrize(
    ("code", "claim_type", "severity"),
    [
        ("Z68.45", OUTPATIENT, Severity.ERROR),
        ("Z68.45", INPATIENT, Severity.ERROR),
        # On the list, but spared by the outpatient code editor.
        ("Z33.1", OUTPATIENT, None),
        ("Z33.1", INPATIENT, Severity.WARNING),
        ("Z68.45", PROFESSIONAL, None),
        ("E11.9", INPATIENT, None),
    ],
)
def test_unacceptable_principal_diagnoses_follow_the_claim_type(
    ask: Ask, code: str, claim_type: ClaimType, severity: Severity | None
) -> None:
    findings = found(ask(claim_type, dx(code)), "UNACCEPTABLE_PRINCIPAL")
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


@pytest.mark.parametrize("claim_type", [PROFESSIONAL, DME])
def test_the_list_of_hospital_claims_is_not_for_others(ask: Ask, claim_type: ClaimType) -> None:
    checked = ask(claim_type, dx("Z68.45"))
    assert "for hospital claims" in not_checked(checked, "UNACCEPTABLE_PRINCIPAL")


@pytest.mark.parametrize("rule", [*FIRST_RULES, "AGE_CONFLICT"])
def test_where_flags_are_not_loaded_nothing_is_said_of_the_first(ask: Ask, rule: str) -> None:
    checked = ask(INPATIENT, dx("F02.80"), dx("Z68.45"), on=NOT_IN_FLAGS, age=3)
    assert not found(checked, rule)
    assert "not loaded for August 1, 2026" in not_checked(checked, rule)


@pytest.mark.parametrize(
    "rule", [manifestation_first, external_cause_first, unacceptable_principal, age_conflict]
)
def test_a_code_that_the_editor_does_not_have_is_not_checked(
    full: Reader, rule: Callable[[ClaimFacts], Iterable[Said]]
) -> None:
    claim = Claim(OUTPATIENT, MAY, (dx("F02.80"),), 3)
    facts, _releases = gather(full, claim, full.store.releases())
    ((line, diagnosis),) = facts.diagnoses
    unlisted = replace(line, diagnosis=replace(diagnosis, flags=None, in_editor=False))
    (said,) = rule(replace(facts, lines=(unlisted,)))
    assert isinstance(said, NotChecked)
    assert "does not have the code of line 1" in said.why


@pytest.mark.parametrize(
    ("code", "age", "hits"),
    [
        # Stored without a high age: of newborns.
        *(("A33", 0, 0), ("A33", 1, 1)),
        *(("O80", 8, 1), ("O80", 9, 0), ("O80", 64, 0), ("O80", 65, 1)),
        *(("E11.9", 0, 0), ("E11.9", 124, 0)),
    ],
)
def test_a_patient_outside_the_age_range_is_told(ask: Ask, code: str, age: int, hits: int) -> None:
    findings = found(ask(OUTPATIENT, dx(code), age=age), "AGE_CONFLICT")
    assert [finding.severity for finding in findings] == [Severity.ERROR] * hits


def test_on_other_claims_than_the_editors_own_it_is_to_be_looked_at(ask: Ask) -> None:
    (finding,) = found(ask(PROFESSIONAL, dx("A33"), age=40), "AGE_CONFLICT")
    assert finding.severity is Severity.WARNING
    assert "under 1 year old" in finding.message


@pytest.mark.parametrize(
    ("code", "age", "hits"),
    [("L3201", 0, 0), ("L3201", 1, 1), ("Q4007", 10, 0), ("Q4007", 11, 1), ("G0463", 99, 0)],
)
def test_procedures_have_age_ranges_too(ask: Ask, code: str, age: int, hits: int) -> None:
    assert len(found(ask(OUTPATIENT, px(code), age=age), "PROCEDURE_AGE_CONFLICT")) == hits


@pytest.mark.parametrize(
    ("line", "rule"), [(dx("A33"), "AGE_CONFLICT"), (px("L3201"), "PROCEDURE_AGE_CONFLICT")]
)
def test_without_an_age_it_is_not_checked(ask: Ask, line: ClaimLine, rule: str) -> None:
    checked = ask(OUTPATIENT, line)
    assert not found(checked, rule)
    assert not_checked(checked, rule) == "The patient's age is not given."


def test_a_diagnosis_given_twice_is_told_in_any_spelling(ask: Ask) -> None:
    checked = ask(PROFESSIONAL, dx("E11.9"), dx("I10"), dx("e119"))
    (finding,) = found(checked, "DUPLICATE_DIAGNOSIS")
    assert finding.lines == (0, 2)
    assert "I.B.12" in finding.message
    assert finding.source_id == "icd-10-cm-guidelines"


def test_codes_that_differ_and_procedures_given_twice_are_no_duplicates(ask: Ask) -> None:
    checked = ask(PROFESSIONAL, dx("E11.9"), dx("E11.8"), px("J1885"), px("J1885"))
    assert not found(checked, "DUPLICATE_DIAGNOSIS")


def test_duplicates_are_not_looked_for_without_the_list(ask_bare: Ask) -> None:
    checked = ask_bare(PROFESSIONAL, dx("E11.9"), dx("E11.9"))
    assert not checked.findings
    assert not_checked(checked, "DUPLICATE_DIAGNOSIS") == "ICD-10-CM is not loaded."
