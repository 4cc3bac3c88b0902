"""ICD-10-PCS as a code set: its pages, and the table builder as its hierarchy."""

from collections.abc import Collection

from lookup.browsing import Browsed
from lookup.content import Page, sources_named
from lookup.facts import Code, Release
from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH
from lookup.icd10pcs.browse import browse, places
from lookup.icd10pcs.facts import PageFacts
from lookup.icd10pcs.guideline_choice import guidelines_for
from lookup.icd10pcs.page import SECTIONS
from lookup.icd10pcs.store import ALPHABET, PcsStore
from lookup.ms_drg.store import MsDrgStore
from lookup.nine_sections import compose
from lookup.spelling import code_key
from lookup.store import Store
from lookup.systems import ICD_10_PCS


class Icd10Pcs:
    """The ICD-10-PCS code set of one catalog."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pcs = PcsStore(store.catalog)
        self._ms_drg = MsDrgStore(store.catalog)

    def page(self, code: Code, release: Release, only: Collection[str]) -> Page:
        """Everything known about *code* in *release*."""
        facts = self._facts(code, release)
        sections = compose(SECTIONS, facts, only)
        return Page(
            code=code,
            release=release,
            ancestors=places(self._pcs, code.code)[: LENGTH - 1],
            sections=sections,
            sources=tuple(self._store.source(source) for source in sources_named(sections)),
            previous=facts.previous,
            following=facts.following,
        )

    def browse(self, release: Release, place: str) -> Browsed:
        """The beginning of a code and the characters that may follow it."""
        return browse(self._pcs, release, place)

    def _facts(self, code: Code, release: Release) -> PageFacts:
        key = code_key(code.code)
        axes = self._pcs.axes(key, release.source_id)
        listings, described = self._pcs.listings(key)
        mappings = self._pcs.mappings(key)
        companions = self._pcs.companions(key, mappings)
        grouping = self._pcs.grouping(key, release)
        version = self._ms_drg.version_on(release.effective)
        numbers = sorted({drg for of in grouping.listings for drg in of.drgs} if grouping else ())
        operations = [
            key[: TABLE_LENGTH - 1] + other + key[TABLE_LENGTH:]
            for other in ALPHABET
            if other != key[TABLE_LENGTH - 1]
        ]
        named = {companion.code for companion in companions}
        if grouping:
            named |= {c for of in grouping.listings for each in of.beside for c in each.split("+")}
        previous, following = self._pcs.beside(release, key)
        return PageFacts(
            code=code,
            release=release,
            axes=axes,
            listings=listings,
            described=described,
            stretches=tuple(self._store.stretches(ICD_10_PCS, key)),
            table=tuple(self._pcs.starting(release, key[:TABLE_LENGTH])),
            operations=tuple(self._pcs.codes(release, operations)),
            labels={at: label for at, (label, _source) in self._pcs.labels(key).items()},
            operation_labels=self._pcs.operation_labels(key[: TABLE_LENGTH - 1]),
            guidelines=self._pcs.guidelines(guidelines_for(axes)),
            index=self._pcs.index(key),
            terms={
                axis.position: self._pcs.terms(axis.label)
                for axis in axes[TABLE_LENGTH:]
                if axis.label and not axis.says_nothing
            },
            mappings=mappings,
            mapped_directions=self._pcs.mapped_directions(),
            companions=companions,
            grouping=grouping,
            version=version,
            drgs={drg.number: drg for drg in self._ms_drg.drgs(version, numbers)}
            if version and numbers
            else {},
            known=frozenset(self._store.keys_among(release, sorted(named))),
            releases=tuple(r for r in self._store.releases() if r.system == ICD_10_PCS),
            previous=previous,
            following=following,
        )
