"""Searches: what they are limited to, and what lookup finds, as one list or set by set."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.addresses import CPT
from gateway.catalog import Catalog, Lookup, LookupAway
from gateway.cpt_gate import CptGate
from gateway.parameters import date_of_service, systems_asked
from gateway.problems import Problem, Refused
from gateway.wording import parsed_day

EXPORTED = 1_000
"""Results that one file holds at most."""

_RANKED = 50
"""Results of all sets together that are looked at to see which set has the best."""
_AT_ONCE = 100
"""As many as lookup tells at once."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; what is empty or False limits nothing.

    *system* is a key, *chapter* a label of that code set, *on* a date of service.
    """

    system: str = ""
    chapter: str = ""
    billable_only: bool = False
    on: str = ""

    @property
    def systems(self) -> list[str]:
        """The code systems named."""
        return [self.system] if self.system else []

    def path(self, query: str, page: int = 1, *, at: str = "/search") -> str:
        """The address that searches for *query* so."""
        asked = {
            "q": query,
            "system": self.system,
            "chapter": self.chapter,
            "billable": "true" if self.billable_only else "",
            "on": self.on,
            "page": str(page) if page > 1 else "",
        }
        return f"{at}?" + urlencode({key: value for key, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class Group:
    """What was found in one code system: how many codes, and those of this page, best first."""

    system: str
    total: int
    results: Sequence[lookup_pb2.SearchResult]


@dataclass(frozen=True, slots=True)
class Found:
    """Results set by set, the set with the best first; *notices* are to be shown with them."""

    groups: tuple[Group, ...]
    notices: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Codes found in all sets together."""
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a code set: as searches are limited to it, and for people."""

    key: str
    name: str


def filters_asked(system: str, chapter: str, on: str, *, billable_only: bool) -> Filters:
    """The filters that parameters name.

    Raises:
        Refused: when there is no such system or day, or a chapter is named without its system.
    """
    systems = systems_asked(system)
    if on:
        date_of_service(on)
    if chapter and not systems:
        detail = "Every code set has chapters of its own: name the system of the chapter too."
        raise Refused(Problem(problems.BAD_REQUEST, "SYSTEM_MISSING", detail))
    return Filters(systems[0] if systems else "", chapter, billable_only, on)


class Searching:
    """Asks lookup in a visitor's name, who is known by a ``Cookie`` header.

    CPT codes are left out until their terms have been accepted. Methods raise
    :class:`gateway.problems.Refused`, and what calls to lookup raise.
    """

    def __init__(self, lookup: Lookup, gate: CptGate) -> None:
        self._lookup = lookup
        self._gate = gate
        self._chapters: dict[tuple[str, str, str], tuple[Chapter, ...]] = {}

    async def ranked(
        self, query: str, filters: Filters, cookies: str, limit: int, offset: int
    ) -> lookup_pb2.SearchResponse:
        """Results of all sets that are searched, best first."""
        return await self._ask(query, filters, self._searched(filters, cookies), limit, offset,
                               cookies)  # fmt: skip

    async def by_set(
        self, query: str, filters: Filters, cookies: str, limit: int, offset: int
    ) -> Found:
        """Of each set that is searched *limit* results from *offset* on, if it has any at all."""
        systems = self.sets(filters, cookies)
        if len(systems) < 2:
            told = await self.ranked(query, filters, cookies, limit, offset)
            system = systems[0] if systems else filters.system
            groups = [Group(system, told.total, told.results)] if told.total else []
            return Found(tuple(groups), tuple(told.licence_notices))
        together, *each = await asyncio.gather(
            # Scores of two answers cannot be compared, so that the order needs one of its own.
            self._ask(query, filters, systems, _RANKED, 0, cookies),
            *(self._ask(query, filters, [it], limit, offset, cookies) for it in systems),
        )
        best_first = dict.fromkeys([*(it.code.system for it in together.results), *systems])
        told_of = dict(zip(systems, each, strict=True))
        notices = dict.fromkeys(line for told in each for line in told.licence_notices)
        return Found(
            tuple(
                Group(system, told_of[system].total, told_of[system].results)
                for system in best_first
                if system in told_of and told_of[system].total
            ),
            tuple(notices),
        )

    async def exported(
        self, query: str, filters: Filters, cookies: str
    ) -> list[lookup_pb2.SearchResult]:
        """The first :data:`EXPORTED` results, best first, all of one catalog."""
        searched = self._searched(filters, cookies)
        results: list[lookup_pb2.SearchResult] = []
        catalog_id = ""
        while len(results) < EXPORTED:
            told = await self._ask(query, filters, searched, _AT_ONCE, len(results), cookies)
            if catalog_id not in ("", told.catalog_id):
                raise LookupAway("a catalog came between two pages")
            catalog_id = told.catalog_id
            results.extend(told.results)
            if not told.results or len(results) >= told.total:
                break
        return results[:EXPORTED]

    def sets(self, filters: Filters, cookies: str) -> list[str]:
        """The code systems that are searched: loaded, open to the visitor, known for the day.

        Empty where lookup must say what is wrong with those that are asked for.
        """
        catalog = self._lookup.catalog
        searched = self._searched(filters, cookies)
        if catalog is None or filters.system:
            return searched
        return [it for it in searched or catalog.systems if _covers(catalog, it, filters.on)]

    def without_day(self, filters: Filters) -> list[str]:
        """The code systems that are left out as no loaded release covers the day."""
        catalog = self._lookup.catalog
        if catalog is None or filters.system or not filters.on:
            return []
        return [it for it in catalog.systems if not _covers(catalog, it, filters.on)]

    async def chapters(self, filters: Filters) -> tuple[Chapter, ...]:
        """The chapters of the system that is searched, in order; none where it is all of them."""
        catalog = self._lookup.catalog
        system = filters.system
        if catalog is None or system not in catalog.systems:
            return ()
        release = catalog.release(system, parsed_day(filters.on))
        if release is None:
            return ()
        key = (catalog.id, system, release.id)
        if key not in self._chapters:
            told = await self._lookup.browse(system, "", filters.on)
            if any(held[0] != catalog.id for held in self._chapters):
                self._chapters.clear()
            self._chapters[key] = _chapters(system, told.entries)
        return self._chapters[key]

    def wider(self, filters: Filters) -> list[tuple[str, Filters]]:
        """Ways to search with fewer filters, each in words."""
        ways = []
        if filters.chapter:
            ways.append(("in all chapters", replace(filters, chapter="")))
        if filters.billable_only:
            ways.append(("among headings that are not billable too", replace(
                filters, billable_only=False)))  # fmt: skip
        if filters.on:
            ways.append(("in the newest releases", replace(filters, on="", chapter="")))
        if filters.system:
            ways.append(("in all code sets", replace(filters, system="", chapter="")))
        return ways

    def _searched(self, filters: Filters, cookies: str) -> list[str]:
        return self._gate.searched(filters.systems, cookies)

    async def _ask(
        self,
        query: str,
        filters: Filters,
        systems: list[str],
        limit: int,
        offset: int,
        cookies: str,
    ) -> lookup_pb2.SearchResponse:
        told = await self._lookup.search(
            query, systems, limit, offset, filters.on,
            chapter=filters.chapter, billable_only=filters.billable_only,
        )  # fmt: skip
        if told.licence_notices:
            self._gate.demand(cookies)
        return told


def _covers(catalog: Catalog, system: str, on: str) -> bool:
    return not on or catalog.release(system, parsed_day(on)) is not None


def _chapters(system: str, entries: Sequence[lookup_pb2.BrowseEntry]) -> tuple[Chapter, ...]:
    """From the outermost places: one letter of HCPCS, two digits of CPT stand for a chapter."""
    shortened = {"hcpcs": 1, CPT: 2}.get(system)
    return tuple(Chapter(entry.place.label[:shortened], entry.place.display) for entry in entries)
