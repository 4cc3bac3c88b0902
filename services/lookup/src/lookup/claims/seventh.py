"""Rules on the 7th character of a diagnosis and the placeholder X before it."""

from collections.abc import Iterator, Sequence
from typing import Final

from lookup.claims.facts import ClaimFacts, LineFacts, StemFacts
from lookup.claims.findings import Finding, Said, Severity
from lookup.icd10cm.facts import Node
from lookup.icd10cm.seventh_characters import extended_code
from lookup.wording import listed

SEVENTH_CHARACTER_MISSING: Final = "SEVENTH_CHARACTER_MISSING"
SEVENTH_CHARACTER_WRONG: Final = "SEVENTH_CHARACTER_WRONG"
PLACEHOLDER_MISSING: Final = "PLACEHOLDER_MISSING"
_MOST_SHOWN: Final = 6


def missing(facts: ClaimFacts) -> Iterator[Said]:
    """Codes that cannot be reported without a 7th character."""
    for line, diagnosis in facts.diagnoses:
        variants = [child for child in diagnosis.children if child.stem_id == diagnosis.node.id]
        if variants:
            yield Finding(
                Severity.ERROR,
                SEVENTH_CHARACTER_MISSING,
                (line.number,),
                f"{line.label} needs a 7th character{_filled(variants)}: "
                f"{_offered(diagnosis.node, variants)}.",
                diagnosis.node.source_id,
            )


def wrong(facts: ClaimFacts) -> Iterator[Said]:
    """7th characters that the code does not take."""
    for line, stem in _stems(facts):
        if _meant(line, stem) is not None:
            continue
        if stem.variants:
            fault = (
                f"{line.key[-1]} is not a 7th character of {stem.node.label}. "
                f"Report {_offered(stem.node, stem.variants)}."
            )
        else:
            fault = (
                f"{stem.node.label} takes no 7th character, so {line.label} is not a code. "
                f"Report {stem.node.label} as it stands."
            )
        yield Finding(
            Severity.ERROR, SEVENTH_CHARACTER_WRONG, (line.number,), fault, stem.node.source_id
        )


def placeholder_missing(facts: ClaimFacts) -> Iterator[Said]:
    """7th characters that do not stand in the seventh place."""
    for line, stem in _stems(facts):
        meant = _meant(line, stem)
        if meant is not None:
            yield Finding(
                Severity.ERROR,
                PLACEHOLDER_MISSING,
                (line.number,),
                f"The 7th character of {line.label} must stand in the seventh place, with the "
                f"placeholder X in those that are empty: report {meant}.",
                stem.node.source_id,
            )


def _stems(facts: ClaimFacts) -> Iterator[tuple[LineFacts, StemFacts]]:
    for line in facts.lines:
        if line.code is None and not line.listed and line.stem is not None:
            yield line, line.stem


def _meant(line: LineFacts, stem: StemFacts) -> str | None:
    """The code that a spelling without its placeholders stands for; "W19.XXXA" for "W19A"."""
    made = extended_code(stem.node.label, line.key[-1])
    return made if any(variant.label == made for variant in stem.variants) else None


def _filled(variants: Sequence[Node]) -> str:
    return ", with the placeholder X before it" if variants[0].label[-2] == "X" else ""


def _offered(stem: Node, variants: Sequence[Node]) -> str:
    """The codes with what their 7th characters mean."""
    shown = [
        f"{variant.label} ({variant.title.removeprefix(stem.title).removeprefix(', ')})"
        for variant in variants[:_MOST_SHOWN]
    ]
    more = len(variants) - len(shown)
    return listed([*shown, f"{more} more"] if more else shown, "or")
