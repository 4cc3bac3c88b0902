"""The rules in the order in which they are applied: what each needs and which claims it is for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lookup.claims import (
    add_ons,
    codes,
    companions,
    diagnoses,
    modifiers,
    pairs,
    seventh,
    units,
)
from lookup.claims.claim import ClaimType
from lookup.claims.facts import ClaimFacts, Need
from lookup.claims.findings import NotChecked, Said
from lookup.systems import ICD_10_CM

_ALL: Final = frozenset(ClaimType)
_OUTPATIENT: Final = frozenset({ClaimType.HOSPITAL_OUTPATIENT})
_HOSPITAL: Final = frozenset({ClaimType.HOSPITAL_OUTPATIENT, ClaimType.INPATIENT})
_SERVICES: Final = frozenset({ClaimType.PROFESSIONAL, ClaimType.HOSPITAL_OUTPATIENT})


def _always(facts: ClaimFacts) -> bool:
    return bool(facts.lines)


def _diagnoses(facts: ClaimFacts) -> bool:
    return bool(facts.of_system(ICD_10_CM))


def _diagnoses_together(facts: ClaimFacts) -> bool:
    return len({line.key for line in facts.of_system(ICD_10_CM)}) > 1


def _procedures(facts: ClaimFacts) -> bool:
    return any(line.is_procedure for line in facts.lines)


def _procedures_with_ages(facts: ClaimFacts) -> bool:
    return any(procedure.ages is not None for _line, procedure in facts.procedures)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: *check* is asked when the claim *concerns* it, is of one of *claim_types*, and
    nothing that it *needs* is missing; what of that comes first is said.

    *elsewhere* says why it is not applied to claims of another type; a type that is not in it
    is passed over without a word, because the rule says nothing of such claims.
    """

    id: str
    check: Callable[[ClaimFacts], Iterable[Said]]
    concerns: Callable[[ClaimFacts], bool] = _always
    needs: tuple[Need, ...] = ()
    claim_types: frozenset[ClaimType] = _ALL
    elsewhere: Mapping[ClaimType, str] = field(default_factory=dict)

    def apply(self, facts: ClaimFacts) -> Iterator[Said]:
        """What it says of the claim, or why it says nothing."""
        claim_type = facts.claim.claim_type
        if not self.concerns(facts):
            return
        if claim_type not in self.claim_types:
            if claim_type in self.elsewhere:
                yield NotChecked(self.id, self.elsewhere[claim_type])
            return
        lacking = next((facts.missing[need] for need in self.needs if need in facts.missing), None)
        if lacking is not None:
            yield NotChecked(self.id, lacking)
            return
        yield from self.check(facts)


_NO_SUPPLIER_PAIRS: Final = (
    "The NCCI pair tables are for practitioners and for hospital outpatients, not for claims of "
    "suppliers."
)
_ADD_ON_CLAIMS: Final = (
    "Add-on code edits are for claims of practitioners and of hospitals for outpatients."
)
_PRINCIPAL_CLAIMS: Final = "The list of unacceptable principal diagnoses is for hospital claims."
_CONFLICT_CLAIMS: Final = "Modifier pairs are loaded for hospital outpatient claims only."
_FLAGS: Final = (Need.DIAGNOSES, Need.EDITOR)
_EDITOR: Final = (Need.PROCEDURES, Need.OUTPATIENT)

RULES: Final[tuple[Rule, ...]] = (
    Rule(codes.CODE_UNKNOWN, codes.unknown),
    Rule(codes.NOT_BILLABLE, codes.not_billable, _diagnoses, (Need.DIAGNOSES,)),
    Rule(codes.NOT_VALID_ON_DATE, codes.not_valid_on_date),
    Rule(codes.OUTSIDE_APPROVAL, codes.outside_approval, _procedures, _EDITOR, _OUTPATIENT),
    Rule(codes.WRONG_CODE_SET, codes.wrong_code_set),
    Rule(seventh.SEVENTH_CHARACTER_MISSING, seventh.missing, _diagnoses, (Need.DIAGNOSES,)),
    Rule(seventh.SEVENTH_CHARACTER_WRONG, seventh.wrong, _diagnoses, (Need.DIAGNOSES,)),
    Rule(seventh.PLACEHOLDER_MISSING, seventh.placeholder_missing, _diagnoses, (Need.DIAGNOSES,)),
    Rule(diagnoses.MANIFESTATION_FIRST, diagnoses.manifestation_first, _diagnoses, _FLAGS),
    Rule(diagnoses.EXTERNAL_CAUSE_FIRST, diagnoses.external_cause_first, _diagnoses, _FLAGS),
    Rule(
        diagnoses.UNACCEPTABLE_PRINCIPAL,
        diagnoses.unacceptable_principal,
        _diagnoses,
        _FLAGS,
        _HOSPITAL,
        {ClaimType.PROFESSIONAL: _PRINCIPAL_CLAIMS, ClaimType.DME: _PRINCIPAL_CLAIMS},
    ),
    Rule(diagnoses.AGE_CONFLICT, diagnoses.age_conflict, _diagnoses, (*_FLAGS, Need.AGE)),
    Rule(
        diagnoses.PROCEDURE_AGE_CONFLICT,
        diagnoses.procedure_age_conflict,
        _procedures_with_ages,
        (Need.AGE,),
        _OUTPATIENT,
    ),
    Rule(diagnoses.DUPLICATE_DIAGNOSIS, diagnoses.duplicate, _diagnoses, (Need.DIAGNOSES,)),
    Rule(companions.EXCLUDES1, companions.excludes1, _diagnoses_together, (Need.DIAGNOSES,)),
    Rule(companions.CODE_FIRST, companions.code_first, _diagnoses, (Need.DIAGNOSES,)),
    Rule(companions.USE_ADDITIONAL, companions.use_additional, _diagnoses, (Need.DIAGNOSES,)),
    Rule(
        pairs.NCCI_PAIR,
        pairs.pairs,
        pairs.concerns,
        (Need.PROCEDURES, Need.PAIRS),
        _SERVICES,
        {
            ClaimType.INPATIENT: "NCCI pairs are not applied to inpatient claims.",
            ClaimType.DME: _NO_SUPPLIER_PAIRS,
        },
    ),
    Rule(
        units.MUE,
        units.units,
        _procedures,
        (Need.PROCEDURES, Need.UNITS),
        _ALL - {ClaimType.INPATIENT},
        {ClaimType.INPATIENT: "MUEs are not applied to inpatient claims."},
    ),
    Rule(
        add_ons.ADD_ON_WITHOUT_PRIMARY,
        add_ons.add_ons,
        _procedures,
        _EDITOR,
        _SERVICES,
        {ClaimType.INPATIENT: _ADD_ON_CLAIMS, ClaimType.DME: _ADD_ON_CLAIMS},
    ),
    Rule(modifiers.MODIFIER_UNKNOWN, modifiers.unknown, modifiers.concerns, (Need.MODIFIERS,)),
    Rule(
        modifiers.MODIFIER_NOT_VALID_ON_DATE,
        modifiers.not_valid_on_date,
        modifiers.concerns,
        (Need.MODIFIERS,),
    ),
    Rule(
        modifiers.MODIFIER_CONFLICT,
        modifiers.conflicts,
        modifiers.concerns_pairs,
        (Need.OUTPATIENT,),
        _OUTPATIENT,
        dict.fromkeys(_ALL - _OUTPATIENT, _CONFLICT_CLAIMS),
    ),
    Rule(modifiers.MODIFIER_MISPLACED, modifiers.misplaced),
)
"""Every rule, once."""
