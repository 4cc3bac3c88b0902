"""Rules on modifiers: whether they exist, are valid on the day, and may stand together."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from lookup.claims.cited import CODE_SETS
from lookup.claims.claim import ClaimType
from lookup.claims.facts import (
    ClaimFacts,
    LineFacts,
    ModifierFacts,
    ModifierList,
    line_names,
    numbers,
)
from lookup.claims.findings import Finding, NotChecked, Said, Severity
from lookup.claims.modifier_forms import is_ambulance_route, is_cpt_modifier
from lookup.wording import day, listed

MODIFIER_UNKNOWN: Final = "MODIFIER_UNKNOWN"
MODIFIER_NOT_VALID_ON_DATE: Final = "MODIFIER_NOT_VALID_ON_DATE"
MODIFIER_CONFLICT: Final = "MODIFIER_CONFLICT"
MODIFIER_MISPLACED: Final = "MODIFIER_MISPLACED"


def concerns(facts: ClaimFacts) -> bool:
    """Whether any procedure has a modifier."""
    return any(line.modifiers for line in facts.lines if line.is_procedure)


def concerns_pairs(facts: ClaimFacts) -> bool:
    """Whether any procedure has two modifiers."""
    return any(len(set(line.modifiers)) > 1 for line in facts.lines if line.is_procedure)


def unknown(facts: ClaimFacts) -> Iterator[Said]:
    """Level II modifiers that the list does not have."""
    cpt: dict[str, list[LineFacts]] = {}
    routes: list[LineFacts] = []
    for modifier, lines in _given(facts).items():
        if is_cpt_modifier(modifier):
            cpt[modifier] = lines
            continue
        if facts.modifiers[modifier].listed:
            continue
        routes += [line for line in lines if is_ambulance_route(modifier, line.key)]
        plain = [line for line in lines if not is_ambulance_route(modifier, line.key)]
        if plain:
            yield _fault(
                *(facts, MODIFIER_UNKNOWN, plain),
                f"{modifier} is not a Level II modifier of {_list(facts).name}. Check the "
                "spelling.",
            )
    if cpt:
        lines = [line for of in cpt.values() for line in of]
        yield NotChecked(
            MODIFIER_UNKNOWN,
            f"CPT modifiers are not loaded: {listed(sorted(cpt))} on {line_names(lines)} not "
            "looked up.",
        )
    if routes:
        yield NotChecked(
            MODIFIER_UNKNOWN,
            "Ambulance modifiers for origin and destination are not loaded: those on "
            f"{line_names(routes)} not looked up.",
        )


def not_valid_on_date(facts: ClaimFacts) -> Iterator[Said]:
    """Level II modifiers that the list has for other days only."""
    for modifier, lines in _given(facts).items():
        if is_cpt_modifier(modifier):
            continue
        known = facts.modifiers[modifier]
        if not known.valid and known.listed:
            yield _fault(
                *(facts, MODIFIER_NOT_VALID_ON_DATE, lines),
                f"Modifier {modifier} is not valid on {day(facts.claim.date_of_service)}; it is "
                f"listed {listed(_days(facts, known))}. Remove it, or use the one that applies on "
                "that day.",
            )


def conflicts(facts: ClaimFacts) -> Iterator[Said]:
    """Modifiers that may not stand on one line (edit 102 of the outpatient code editor)."""
    for line in facts.lines:
        for pair in combinations(sorted(set(line.modifiers)), 2):
            source_id = facts.modifier_conflicts.get(frozenset(pair))
            if source_id is not None:
                yield Finding(
                    Severity.ERROR,
                    MODIFIER_CONFLICT,
                    (line.number,),
                    f"{pair[0]} and {pair[1]} may not stand on the same line (edit 102 of the "
                    "outpatient code editor). Remove the one that does not apply.",
                    source_id,
                )


def misplaced(facts: ClaimFacts) -> Iterator[Said]:
    """Modifiers on codes that take none."""
    lines = [line for line in facts.lines if line.modifiers and not line.is_procedure]
    if lines:
        yield Finding(
            Severity.ERROR,
            MODIFIER_MISPLACED,
            numbers(lines),
            "Modifiers belong to HCPCS and CPT codes; ICD-10 codes take none. Move them to the "
            "line of the service, or remove them.",
            CODE_SETS.id,
        )


def _given(facts: ClaimFacts) -> dict[str, list[LineFacts]]:
    """Modifiers of procedures, in order, with the lines that have them."""
    given: dict[str, list[LineFacts]] = {}
    for line in facts.lines:
        if line.is_procedure:
            for modifier in dict.fromkeys(line.modifiers):
                given.setdefault(modifier, []).append(line)
    return given


def _fault(facts: ClaimFacts, rule: str, lines: list[LineFacts], message: str) -> Finding:
    """An error by a list that is for such claims, a warning by another claim type's."""
    source = _list(facts)
    own = source.for_all or facts.claim.claim_type is ClaimType.HOSPITAL_OUTPATIENT
    return Finding(
        Severity.ERROR if own else Severity.WARNING,
        rule,
        numbers(lines),
        message if own else f"{message} (The list is the one for hospital outpatient claims.)",
        source.source_id,
    )


def _list(facts: ClaimFacts) -> ModifierList:
    assert facts.modifier_list is not None
    return facts.modifier_list


def _days(facts: ClaimFacts, known: ModifierFacts) -> list[str]:
    return [
        f"from {day(days.first)}{' or earlier' if days.first == facts.begins_by else ''} "
        f"to {day(days.last)}"
        for days in known.listed
    ]
