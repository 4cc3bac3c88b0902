"""HCPCS Level II as a code set: its pages and the ranges that its codes are found by."""

from collections.abc import Collection
from dataclasses import replace

from lookup.browsing import Browsed
from lookup.content import Page, sources_named
from lookup.facts import Code, Release
from lookup.hcpcs.browse import browse
from lookup.hcpcs.page import SECTIONS
from lookup.hcpcs.places import letter_place, range_place, titled
from lookup.hcpcs.store import HcpcsStore
from lookup.nine_sections import compose
from lookup.store import Store


class Hcpcs:
    """The HCPCS Level II code set of one catalog."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hcpcs = HcpcsStore(store.catalog)

    def page(self, code: Code, release: Release, only: Collection[str]) -> Page:
        """Everything known about *code* in *release*; titles are the longest that may be shown."""
        facts = self._hcpcs.page_facts(code, release)
        sections = compose(SECTIONS, facts, only)
        beside = [other.code for other in (facts.previous, facts.following) if other]
        texts = self._hcpcs.long_texts(release, beside)
        return Page(
            code=replace(code, title=facts.descriptor),
            release=release,
            ancestors=(letter_place(facts.family), range_place(facts.heading)),
            sections=sections,
            sources=tuple(self._store.source(source) for source in sources_named(sections)),
            previous=_beside(facts.previous, texts),
            following=_beside(facts.following, texts),
        )

    def browse(self, release: Release, place: str) -> Browsed:
        """The letter group or range *place* ("J", "J0100-J3999"); the letters for an empty one."""
        return browse(self._hcpcs, release, place)


def _beside(code: Code | None, texts: dict[str, str]) -> Code | None:
    return titled(code, texts.get(code.code)) if code else None
