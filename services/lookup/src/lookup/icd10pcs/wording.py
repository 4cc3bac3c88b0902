"""Phrases that several sections of an ICD-10-PCS page share."""

import re
from typing import Final

from lookup.content import Block, Line, code_line, notice, plain
from lookup.facts import Code, Release
from lookup.icd10pcs.facts import PageFacts
from lookup.systems import ICD_10_PCS
from lookup.wording import day

_SHORTHAND: Final = (
    (re.compile(r"\bNON-ORPCS\b"), "non-O.R. procedure"),
    (re.compile(r"\bORPCS\b"), "O.R. procedure"),
    (re.compile(r"\bPDX\b"), "principal diagnosis"),
)
_KEPT: Final = frozenset(("MDC", "DRG", "DRGS", "PTCA", "O.R.", "ECMO", "MV"))
_DOUBLED: Final = re.compile(r"\b(?:o\.r\. )?procedures? (?=(?:non-)?O\.R\. procedure\b)", re.I)


def validity(release: Release) -> str:
    """When the release applies: inpatient codes follow the day of discharge."""
    return f"for discharges from {day(release.effective)} to {day(release.expires)}"


def heading(text: str) -> str:
    """A heading of the grouper's lists in words: "Appendectomy: O.R. procedure"."""
    words = " ".join(
        word if word.strip("():,") in _KEPT else word.lower() for word in _spelled(text).split(" ")
    )
    words = words.replace("o.r.", "O.R.")
    words = _DOUBLED.sub("", words)
    for kind in ("non-O.R. procedure", "O.R. procedure"):
        before, found, after = words.rpartition(kind)
        if found and not after and before.strip() and not before.endswith("non-"):
            words = f"{before.strip()}: {kind}"
            break
    return words[:1].upper() + words[1:]


def _spelled(text: str) -> str:
    spelled = text
    for pattern, words in _SHORTHAND:
        spelled = pattern.sub(words, spelled)
    return " ".join(spelled.split())


def code_row(code: Code) -> tuple[Line, ...]:
    """A code with its title."""
    return code_line(ICD_10_PCS, code.code), plain(code.title)


def value(facts: PageFacts, position: int, character: str) -> str:
    """What *character* means at *position* in the table of the code."""
    return facts.labels.get((position, character), "value not loaded")


def carried_over(facts: PageFacts) -> list[Block]:
    """That codes shown beside this one may be listed without being confirmed."""
    if facts.listed_whole:
        return []
    return [
        notice(
            f"No loaded list of {facts.release.effective:%B %Y} names every code of this section: "
            "some of the codes above may be carried over from an earlier list. The page of each "
            "says whether it is confirmed.",
            facts.release.source_id,
        )
    ]


def drg_range(drgs: tuple[str, ...]) -> str:
    """ "397, 398, 399" as "397-399" where they follow one another."""
    first, last = int(drgs[0]), int(drgs[-1])
    if len(drgs) > 1 and last - first == len(drgs) - 1:
        return f"{drgs[0]}-{drgs[-1]}"
    return ", ".join(drgs)
