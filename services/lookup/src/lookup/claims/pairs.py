"""The rule on NCCI procedure-to-procedure pairs."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from lookup.claims.facts import ClaimFacts, LineFacts, Pair, line_names, numbers
from lookup.claims.findings import Finding, NotChecked, Said, Severity
from lookup.claims.modifier_forms import is_cpt_modifier
from lookup.wording import day, listed

NCCI_PAIR: Final = "NCCI_PAIR"
DISTINCT: Final = frozenset({"59", "XE", "XP", "XS", "XU"})
"""Modifiers of a distinct procedural service; 59 is the one CPT modifier named here."""
EITHER_COLUMN_SINCE: Final = date(2019, 7, 1)
"""From this day those may stand on the code of either column, before on column 2's only."""
_ALLOWED: Final = ("yes", "1")
_DELETED: Final = "9"


def concerns(facts: ClaimFacts) -> bool:
    """Whether the claim has two procedures at all."""
    return len({line.key for line in facts.lines if line.is_procedure}) > 1


def pairs(facts: ClaimFacts) -> Iterator[Said]:
    """Column 2 codes beside their column 1 codes, and whether a given modifier separates them."""
    for why, lines in facts.withheld.items():
        yield NotChecked(NCCI_PAIR, f"{why}: pairs with {line_names(lines)} are withheld.")
    for pair in facts.pairs:
        if pair.modifier == _DELETED:
            continue
        firsts = [line for line, _of in facts.procedures if line.key == pair.first]
        seconds = [line for line, _of in facts.procedures if line.key == pair.second]
        if pair.modifier not in _ALLOWED:
            yield _finding(
                *(Severity.ERROR, pair, (*firsts, *seconds)),
                "no modifier may bypass the edit. Do not report both: keep the code that "
                "describes the whole service.",
            )
            continue
        yield from _bypassable(facts, pair, firsts, seconds)


def _bypassable(
    facts: ClaimFacts, pair: Pair, firsts: Sequence[LineFacts], seconds: Sequence[LineFacts]
) -> Iterator[Said]:
    missing: list[LineFacts] = []
    unknown: list[LineFacts] = []
    separated: list[LineFacts] = []
    for second in seconds:
        if all(_separating(facts, first, second) for first in firsts):
            separated.append(second)
        elif any(_unread(facts, line) for line in (*firsts, second)):
            unknown.append(second)
        else:
            missing.append(second)
    if missing:
        yield _finding(
            *(Severity.ERROR, pair, (*firsts, *missing)),
            "an NCCI-associated modifier may bypass the edit, and none is on either line. Add one "
            "(XE, XP, XS, XU, 59 or a modifier of the anatomic site) only if the record shows "
            "separate encounters, sites or services; otherwise do not report the column 2 code.",
        )
    if separated:
        given = sorted(
            {
                modifier
                for second in separated
                for first in firsts
                for modifier in _separating(facts, first, second)
            }
        )
        yield _finding(
            *(Severity.INFO, pair, (*firsts, *separated)),
            f"an NCCI-associated modifier may bypass the edit, and {listed(given)} is given. The "
            "record must show the separate encounter, site or service that it states.",
        )
    if unknown:
        yield NotChecked(
            NCCI_PAIR,
            f"{_what(pair)} An NCCI-associated modifier may bypass the edit; whether one of those "
            f"given on {line_names((*firsts, *unknown))} is one is not known here: "
            f"{_lacking(facts)}.",
        )


def _separating(facts: ClaimFacts, first: LineFacts, second: LineFacts) -> frozenset[str]:
    """The modifiers on either line that are NCCI-associated."""
    either = facts.claim.date_of_service >= EITHER_COLUMN_SINCE
    found = {modifier for modifier in second.modifiers if _associated(facts, modifier)}
    found.update(
        modifier
        for modifier in first.modifiers
        if _associated(facts, modifier) and (either or modifier not in DISTINCT)
    )
    return frozenset(found)


def _associated(facts: ClaimFacts, modifier: str) -> bool:
    known = facts.modifiers.get(modifier)
    return modifier in DISTINCT or (known is not None and known.valid and known.ncci)


def _unread(facts: ClaimFacts, line: LineFacts) -> bool:
    """Whether a modifier on the line might be an NCCI-associated one for all that is known."""
    return any(
        modifier not in DISTINCT and (is_cpt_modifier(modifier) or not facts.associations)
        for modifier in line.modifiers
    )


def _lacking(facts: ClaimFacts) -> str:
    if facts.associations:
        return "CPT modifiers are not loaded"
    return "which modifiers are NCCI-associated is not loaded for this date"


def _finding(severity: Severity, pair: Pair, lines: Sequence[LineFacts], said: str) -> Finding:
    reason = f" Rationale: {pair.rationale}." if pair.rationale else ""
    return Finding(
        severity,
        NCCI_PAIR,
        numbers(lines),
        f"{_what(pair)} Modifier indicator {pair.modifier}: {said}{reason}",
        pair.source_id,
    )


def _what(pair: Pair) -> str:
    earlier = " or earlier" if pair.since_or_earlier else ""
    return (
        f"{pair.second} is the column 2 code of {pair.first} (column 1) in the {pair.table}, in "
        f"force since {day(pair.effective)}{earlier}."
    )
