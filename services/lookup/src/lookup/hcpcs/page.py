"""The nine sections of a page, in reading order."""

from collections.abc import Callable, Collection
from typing import Final

from lookup.content import Section
from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.sections import (
    common_language,
    crosswalks,
    guidelines,
    history_and_related,
    medicare_coverage,
    modifiers,
    ncci_edits,
    official_description,
    payment,
)

_SECTIONS: Final[dict[str, Callable[[PageFacts], Section]]] = {
    "official_description": official_description.section,
    "common_language": common_language.section,
    "guidelines": guidelines.section,
    "modifiers": modifiers.section,
    "ncci_edits": ncci_edits.section,
    "crosswalks": crosswalks.section,
    "payment": payment.section,
    "medicare_coverage": medicare_coverage.section,
    "history_and_related": history_and_related.section,
}


def compose(facts: PageFacts, only: Collection[str] = ()) -> tuple[Section, ...]:
    """The sections that *facts* make.

    *only* holds the keys of the sections wanted, all nine when it is empty. A key that is none
    of the nine adds nothing.
    """
    return tuple(section(facts) for key, section in _SECTIONS.items() if not only or key in only)
