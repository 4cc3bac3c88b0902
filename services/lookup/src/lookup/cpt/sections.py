"""The nine sections of a CPT code: what descriptor files say, and what is not loaded.

® stands after the first CPT of each section, as the licence asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lookup.content import Block, Section, items, notice, paragraph, plain
from lookup.cpt.licence import FEE_SCHEDULE_NOTICE
from lookup.facts import Code, Release
from lookup.nine_sections import Sections

_LENGTHS: Final = {"long": "Long descriptor", "medium": "Medium descriptor", "short": "Short"}


@dataclass(frozen=True, slots=True)
class CptFacts:
    """What descriptor files say of a code: kind, text and source of each descriptor."""

    code: Code
    release: Release
    descriptors: Sequence[tuple[str, str, str]]

    def of_kind(self, kind: str) -> list[tuple[str, str]]:
        """Text and source of each descriptor of *kind*."""
        return [(text, source) for held, text, source in self.descriptors if held == kind]


def _official(facts: CptFacts) -> Section:
    blocks: list[Block] = []
    for kind, name in _LENGTHS.items():
        title = f"{name} (CPT®)" if not blocks else name
        blocks += [paragraph(source, text, title) for text, source in facts.of_kind(kind)]
    return Section("official_description", "Official Description", True, tuple(blocks))


def _common_language(facts: CptFacts) -> Section:
    told = facts.of_kind("consumer")
    blocks = [
        paragraph(source, text, "CPT® consumer descriptor" if number == 0 else "")
        for number, (text, source) in enumerate(told)
    ]
    if not blocks:
        blocks = [notice("CPT® consumer descriptors are not loaded.")]
    return Section("common_language", "Common Language Description", True, tuple(blocks))


def _guidelines(facts: CptFacts) -> Section:
    clinician = facts.of_kind("clinician")
    blocks = (
        [items(clinician[0][1], "CPT® clinician descriptors", [plain(t) for t, _s in clinician])]
        if clinician
        else [notice("CPT® clinician descriptors are not loaded.")]
    )
    blocks.append(notice("CPT guidelines are not loaded."))
    return Section("guidelines", "Guidelines", False, tuple(blocks))


def _not_loaded(key: str, title: str, *what: str) -> Callable[[CptFacts], Section]:
    def section(_facts: CptFacts) -> Section:
        return Section(key, title, False, tuple(notice(text) for text in what))

    return section


def _history(facts: CptFacts) -> Section:
    text = f"{facts.code.code} is in the {facts.release.name} release (CPT®)."
    return Section(
        "history_and_related",
        "History, Related Codes and Compliance",
        False,
        (
            paragraph(facts.code.source_id, text, "Release"),
            notice("Earlier CPT releases are not loaded: when it was added is not known here."),
        ),
    )


SECTIONS: Final[Sections[CptFacts]] = {
    "official_description": _official,
    "common_language": _common_language,
    "guidelines": _guidelines,
    "modifiers": _not_loaded("modifiers", "Modifiers", "CPT® modifiers are not loaded."),
    "ncci_edits": _not_loaded(
        "ncci_edits", "NCCI Edits", "NCCI edits for CPT® codes are not loaded.", "MUE not loaded."
    ),
    "crosswalks": _not_loaded("crosswalks", "Crosswalks", "Crosswalks of CPT® not loaded."),
    "payment": _not_loaded(
        "payment", "Payment", "Payment data for CPT® codes is not loaded.", FEE_SCHEDULE_NOTICE
    ),
    "medicare_coverage": _not_loaded(
        "medicare_coverage", "Medicare Coverage", "Policies that name CPT® codes are not loaded."
    ),
    "history_and_related": _history,
}
