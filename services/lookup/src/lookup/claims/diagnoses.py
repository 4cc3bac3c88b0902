"""Rules on single diagnoses: which may come first, the patient's age, codes given twice."""

from collections.abc import Iterator
from typing import Final

from lookup.claims.claim import OLDEST, ClaimType
from lookup.claims.facts import ClaimFacts, DiagnosisFacts, LineFacts, line_names, numbers
from lookup.claims.findings import Finding, NotChecked, Said, Severity
from lookup.icd10cm.relations import EditorFlags
from lookup.icd10cm.sections.sources import GUIDELINES
from lookup.systems import ICD_10_CM
from lookup.wording import counted

MANIFESTATION_FIRST: Final = "MANIFESTATION_FIRST"
EXTERNAL_CAUSE_FIRST: Final = "EXTERNAL_CAUSE_FIRST"
UNACCEPTABLE_PRINCIPAL: Final = "UNACCEPTABLE_PRINCIPAL"
AGE_CONFLICT: Final = "AGE_CONFLICT"
PROCEDURE_AGE_CONFLICT: Final = "PROCEDURE_AGE_CONFLICT"
DUPLICATE_DIAGNOSIS: Final = "DUPLICATE_DIAGNOSIS"


def manifestation_first(facts: ClaimFacts) -> Iterator[Said]:
    """A manifestation is never first-listed (guideline I.A.13)."""
    yield from _not_in_editor(facts, MANIFESTATION_FIRST, _first(facts))
    for line, flags in _first_flags(facts):
        if flags.manifestation:
            yield Finding(
                Severity.ERROR,
                MANIFESTATION_FIRST,
                (line.number,),
                f"{line.label} is a manifestation code and cannot be the "
                f"{_place(facts)} diagnosis (guideline I.A.13). Sequence the underlying disease "
                "first.",
                flags.source_id,
            )


def external_cause_first(facts: ClaimFacts) -> Iterator[Said]:
    """An external cause is never first-listed (guideline I.C.20.a.6)."""
    yield from _not_in_editor(facts, EXTERNAL_CAUSE_FIRST, _first(facts))
    for line, flags in _first_flags(facts):
        if flags.external_cause:
            yield Finding(
                Severity.ERROR,
                EXTERNAL_CAUSE_FIRST,
                (line.number,),
                f"{line.label} is an external cause of morbidity and cannot be the "
                f"{_place(facts)} diagnosis (guideline I.C.20.a.6). Sequence the injury or "
                "condition first.",
                flags.source_id,
            )


def unacceptable_principal(facts: ClaimFacts) -> Iterator[Said]:
    """Diagnoses that the editors of hospital claims do not accept as principal one."""
    yield from _not_in_editor(facts, UNACCEPTABLE_PRINCIPAL, _first(facts))
    inpatient = facts.claim.claim_type is ClaimType.INPATIENT
    for line, flags in _first_flags(facts):
        if not flags.unacceptable or (flags.exempt and not inpatient):
            continue
        # The outpatient code editor carries the list and spares some codes of it; whether the
        # editor of inpatient claims does so too is not in what is loaded.
        spared = " The outpatient code editor accepts it; see that the inpatient one does."
        yield Finding(
            Severity.WARNING if flags.exempt else Severity.ERROR,
            UNACCEPTABLE_PRINCIPAL,
            (line.number,),
            f"{line.label} is listed as unacceptable as principal diagnosis."
            f"{spared if flags.exempt else ''} Sequence the condition that occasioned the "
            f"{'admission' if inpatient else 'encounter'} first.",
            flags.source_id,
        )


def age_conflict(facts: ClaimFacts) -> Iterator[Said]:
    """Diagnoses of an age that the patient is not of."""
    yield from _not_in_editor(facts, AGE_CONFLICT, facts.diagnoses)
    age = facts.claim.patient_age
    assert age is not None
    edited = facts.claim.claim_type is ClaimType.HOSPITAL_OUTPATIENT
    for line, diagnosis in facts.diagnoses:
        flags = diagnosis.flags
        if flags is None or flags.low_age <= age <= flags.high_age:
            continue
        yield Finding(
            Severity.ERROR if edited else Severity.WARNING,
            AGE_CONFLICT,
            (line.number,),
            f"{line.label} is for patients {_ages(flags.low_age, flags.high_age)}; the patient is "
            f"{counted(age, 'year', 'years')} old"
            f"{'' if edited else ' (range of the outpatient code editor)'}. Check the age and "
            "the code.",
            flags.source_id,
        )


def procedure_age_conflict(facts: ClaimFacts) -> Iterator[Said]:
    """Procedures for an age that the patient is not of."""
    age = facts.claim.patient_age
    assert age is not None
    for line, procedure in facts.procedures:
        if procedure.ages is None or procedure.ages[0] <= age <= procedure.ages[1]:
            continue
        yield Finding(
            Severity.ERROR,
            PROCEDURE_AGE_CONFLICT,
            (line.number,),
            f"{line.label} is for patients {_ages(*procedure.ages)}; the patient is "
            f"{counted(age, 'year', 'years')} old (edit 7 of the outpatient code editor). Check "
            "the age and the code.",
            procedure.source_id,
        )


def duplicate(facts: ClaimFacts) -> Iterator[Said]:
    """A diagnosis is reported once for an encounter (guideline I.B.12)."""
    by_code: dict[str, list[LineFacts]] = {}
    for line, diagnosis in facts.diagnoses:
        by_code.setdefault(diagnosis.node.label, []).append(line)
    for label, lines in by_code.items():
        if len(lines) > 1:
            yield Finding(
                Severity.ERROR,
                DUPLICATE_DIAGNOSIS,
                numbers(lines),
                f"{label} is given {len(lines)} times, on {line_names(lines)}; a diagnosis is "
                "reported once for an encounter (guideline I.B.12). Keep the first.",
                GUIDELINES.id,
            )


def _first(facts: ClaimFacts) -> list[tuple[LineFacts, DiagnosisFacts]]:
    """The first-listed diagnosis; none where its code is not in the release."""
    given = facts.of_system(ICD_10_CM)
    if not given or given[0].diagnosis is None:
        return []
    return [(given[0], given[0].diagnosis)]


def _first_flags(facts: ClaimFacts) -> Iterator[tuple[LineFacts, EditorFlags]]:
    for line, diagnosis in _first(facts):
        if diagnosis.flags is not None:
            yield line, diagnosis.flags


def _not_in_editor(
    facts: ClaimFacts, rule: str, among: list[tuple[LineFacts, DiagnosisFacts]]
) -> Iterator[NotChecked]:
    lines = [line for line, diagnosis in among if not diagnosis.in_editor]
    if lines:
        yield NotChecked(
            rule,
            f"The outpatient code editor's diagnosis table does not have the code of "
            f"{line_names(lines)}.",
        )


def _place(facts: ClaimFacts) -> str:
    return "principal" if facts.claim.claim_type is ClaimType.INPATIENT else "first-listed"


def _ages(low: int, high: int) -> str:
    if high == 0:
        return "under 1 year old"
    if high >= OLDEST:
        return f"of {low} years or older"
    return f"from {low} to {high} years old"
