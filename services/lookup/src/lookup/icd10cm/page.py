"""The nine sections of a page, in reading order."""

from collections.abc import Callable, Collection
from typing import Final

from lookup.content import Section
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.sections import (
    common_language,
    crosswalks,
    excludes_and_companions,
    guidelines,
    history_and_related,
    medicare_coverage,
    modifiers,
    official_description,
    payment,
)

_SECTIONS: Final[dict[str, Callable[[PageFacts], Section]]] = {
    "official_description": official_description.section,
    "common_language": common_language.section,
    "guidelines": guidelines.section,
    "modifiers": modifiers.section,
    "ncci_edits": excludes_and_companions.section,
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
