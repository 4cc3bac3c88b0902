"""ICD-10-CM as a code set: its pages, its hierarchy, and what notes say of two codes."""

from collections.abc import Collection

from lookup.browsing import Browsed, Entry
from lookup.content import Link, Page, Place, sources_named
from lookup.facts import Code, Release
from lookup.icd10cm.browse import browse
from lookup.icd10cm.facts import Node, NodeKind
from lookup.icd10cm.page import SECTIONS
from lookup.icd10cm.page_facts import History, PageFacts
from lookup.icd10cm.pair_notes import PairNote, pair_notes
from lookup.icd10cm.places import code_of, place_of
from lookup.icd10cm.relations_store import RelationsStore
from lookup.icd10cm.store import TabularStore
from lookup.nine_sections import compose
from lookup.spelling import code_key
from lookup.store import Store
from lookup.systems import ICD_10_CM


class Icd10Cm:
    """The ICD-10-CM code set of one catalog."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tabular = TabularStore(store.catalog)
        self._relations = RelationsStore(store.catalog)
        self._releases = tuple(
            release for release in reversed(store.releases()) if release.system == ICD_10_CM
        )

    def page(self, code: Code, release: Release, only: Collection[str]) -> Page:
        """Everything known about *code* in *release*."""
        facts = self._facts(code, release)
        sections = compose(SECTIONS, facts, only)
        return Page(
            code=code,
            release=release,
            ancestors=tuple(place_of(node) for node in facts.chain[:-1]),
            sections=sections,
            sources=tuple(self._store.source(source) for source in sources_named(sections)),
            previous=code_of(facts.previous, release) if facts.previous else None,
            following=code_of(facts.following, release) if facts.following else None,
        )

    def browse(self, release: Release, place: str) -> Browsed:
        """The chapter, section or range *place*; the chapters for an empty one."""
        found = browse(self._tabular, release, place)
        here: Place | None = None
        if found.place is not None:
            here = _browsable(found.place)
        elif found.label:
            here = Place("", found.label, "", Link(ICD_10_CM, found.label, is_range=True))
        return Browsed(
            here,
            tuple(_browsable(node) for node in found.ancestors),
            tuple(
                Entry(_browsable(entry.node), entry.node.billable, entry.billable_count)
                for entry in found.entries
            ),
        )

    def pair_notes(self, first: Code, second: Code, release: Release) -> tuple[PairNote, ...]:
        """What notes say of two codes together, excludes first."""
        one, other = self._node(first, release), self._node(second, release)
        at_first = self._tabular.pair_namings(one, other)
        at_second = self._tabular.pair_namings(other, one)
        return pair_notes(one, other, at_first, at_second)

    def _facts(self, code: Code, release: Release) -> PageFacts:
        node = self._node(code, release)
        return self._tabular.page_facts(
            *(node, release, self._relations.of(node, release)),
            History(self._releases, tuple(self._store.stretches(ICD_10_CM, code_key(code.code)))),
        )

    def _node(self, code: Code, release: Release) -> Node:
        node = self._tabular.code(release.id, code_key(code.code))
        assert node is not None, f"{code.code} is listed in {release.id} and has no place in it"
        return node


def _browsable(node: Node) -> Place:
    """As :func:`place_of`; a section of one category leads to that category."""
    place = place_of(node)
    if node.kind is NodeKind.SECTION and place.link is None:
        return Place(place.kind, place.label, place.title, Link(ICD_10_CM, node.label))
    return place
