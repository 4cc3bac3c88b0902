"""CPT as a code set, where a licence has allowed it to be loaded."""

from collections.abc import Collection, Sequence

from lookup.browsing import Browsed, Entry
from lookup.content import Link, Page, Place, sources_named
from lookup.cpt.sections import SECTIONS, CptFacts
from lookup.cpt.store import descriptors_of
from lookup.facts import Code, Release
from lookup.nine_sections import compose
from lookup.refusals import Reason, Refused
from lookup.spelling import code_key
from lookup.store import Store
from lookup.systems import CPT

_BLOCK = 2
"""Codes are browsed by their first two digits."""


class Cpt:
    """The CPT codes of one catalog."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, code: Code, release: Release, only: Collection[str]) -> Page:
        """Everything known about *code*."""
        key = code_key(code.code)
        facts = CptFacts(code, release, descriptors_of(self._store.catalog, key))
        sections = compose(SECTIONS, facts, only)
        block = key[:_BLOCK]
        keys = self._keys(release, block)
        at = keys.index(key)
        beside = self._store.codes(release, keys[max(at - 1, 0) : at + 2])
        return Page(
            code=code,
            release=release,
            ancestors=(_block(block, keys),),
            sections=sections,
            sources=tuple(self._store.source(source) for source in sources_named(sections)),
            previous=beside[0] if at else None,
            following=beside[-1] if beside[-1].code != code.code else None,
        )

    def browse(self, release: Release, place: str) -> Browsed:
        """Codes by their first two digits; the codes between the ends of the range *place*."""
        if not place:
            blocks: dict[str, list[str]] = {}
            for key in self._keys(release, ""):
                blocks.setdefault(key[:_BLOCK], []).append(key)
            entries = (Entry(_block(b, keys), False, len(keys)) for b, keys in blocks.items())
            return Browsed(None, (), tuple(entries))
        first, _, last = place.upper().partition("-")
        keys = [key for key in self._keys(release, "") if first <= key <= last]
        if not keys:
            raise Refused(Reason.CODE_NOT_FOUND, "range", f"{release.name} has no code in {place}")
        here = Place("", place.upper(), "", Link(CPT, place.upper(), is_range=True))
        codes = self._store.codes(release, keys)
        return Browsed(here, (), tuple(Entry(_place(code), code.billable, 1) for code in codes))

    def _keys(self, release: Release, prefix: str) -> list[str]:
        return self._store.keys_starting(release, prefix, self._store.count_starting(release, ""))


def _block(block: str, keys: Sequence[str]) -> Place:
    label = f"{keys[0]}-{keys[-1]}"
    return Place("group", label, f"Codes that begin with {block}", Link(CPT, label, is_range=True))


def _place(code: Code) -> Place:
    return Place("code", code.code, code.title, Link(CPT, code.code))
