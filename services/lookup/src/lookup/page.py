"""Assembles a code's page: its nine sections in reading order."""

from collections.abc import Callable, Collection
from typing import Final

from lookup.content import Page, Section
from lookup.page_facts import PageFacts
from lookup.sections import (
    common_language,
    excludes_and_companions,
    guidelines,
    history_and_related,
    modifiers,
    not_loaded,
    official_description,
)
from lookup.sections.sources import CITED

_SECTIONS: Final[dict[str, Callable[[PageFacts], Section]]] = {
    "official_description": official_description.section,
    "common_language": common_language.section,
    "guidelines": guidelines.section,
    "modifiers": modifiers.section,
    "ncci_edits": excludes_and_companions.section,
    "crosswalks": not_loaded.crosswalks,
    "payment": not_loaded.payment,
    "medicare_coverage": not_loaded.medicare_coverage,
    "history_and_related": history_and_related.section,
}


def compose_page(facts: PageFacts, only: Collection[str] = ()) -> Page:
    """The page that *facts* make, with every source that its blocks name.

    *only* holds the keys of the sections wanted, all nine when it is empty. A key that is none
    of the nine adds nothing.
    """
    sections = tuple(
        compose(facts) for key, compose in _SECTIONS.items() if not only or key in only
    )
    known = {facts.source.id: facts.source, **CITED}
    named = dict.fromkeys(
        block.source_id for section in sections for block in section.blocks if block.source_id
    )
    return Page(
        node=facts.node,
        release=facts.release,
        ancestors=facts.chain[:-1],
        sections=sections,
        sources=tuple(known[source_id] for source_id in named),
    )
