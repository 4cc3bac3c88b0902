"""Case2Code's search: results set by set with why they were found, and the same as a file."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from codingahead.accounts.v1 import notebook_pb2
from codingahead.lookup.v1 import lookup_pb2
from gateway import problems, wording
from gateway.addresses import CPT, is_code_shaped, is_cpt_form
from gateway.catalog import Lookup
from gateway.cpt_gate import CptGate
from gateway.csv_export import download
from gateway.export_plans import demand_export, export_offer, may_export
from gateway.local_paths import with_next
from gateway.notebook import Notebook
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.searching import EXPORTED, Chapter, Filters, Found, Group, Searching, filters_asked
from gateway.sessions import Account
from gateway.viewers import viewer_of
from gateway.visitors import Unresolved, Visitor, Visitors
from gateway.wording import code_path, parsed_day

LAST_PAGE = 50
"""Search results reach no further; nobody reads there, and it would cost much to rank."""

_MAX_QUERY = 500
_PER_PAGE = 20
_PER_SET = 10
"""Results of each set on a page where there are several."""
_REMEMBERED = 12
"""Past searches on the page that asks for a search."""
_FOUND_IN = {
    "inclusion_term": "Inclusion term",
    "axis": "Axis",
    "expanded": "In full",
    "index": "Index entry",
    "group": "Group",
}
"""Fields of highlights beside code and title, in words."""
_COLUMNS = ("Code set", "Code", "Title", "Billable", "Release", "From", "To", "Licence")

Text = Annotated[str, Query(max_length=_MAX_QUERY)]
Short = Annotated[str, Query(max_length=20)]
Day = Annotated[str, Query(max_length=10)]


@dataclass(frozen=True, slots=True)
class _Result:
    code: lookup_pb2.CodeRef
    number: Markup | str
    title: Markup | str
    found: tuple[tuple[str, Markup], ...]
    """Other public texts in which the query was found, each with what it is."""


@dataclass(frozen=True, slots=True)
class _SetShown:
    """One code set's results; *all_path* leads to all of them, empty where they are shown."""

    system: str
    total: int
    all_path: str
    results: list[_Result]


@dataclass(frozen=True, slots=True)
class _Scope:
    """A code set to which the search may be limited, or all of them; *total* where it is known."""

    name: str
    path: str
    current: bool
    total: int | None


@dataclass(frozen=True, slots=True)
class PastSearches:
    """Searches of whoever is signed in; *away*: they cannot be read now."""

    searches: Sequence[notebook_pb2.PastSearch] = ()
    away: bool = False


class SearchPages:
    """Handlers of ``/search`` and ``/search.csv``."""

    def __init__(
        self,
        lookup: Lookup,
        gate: CptGate,
        notebook: Notebook,
        pages: Pages,
        visitors: Visitors,
    ) -> None:
        self._lookup = lookup
        self._gate = gate
        self._searching = Searching(lookup, gate)
        self._notebook = notebook
        self._pages = pages
        self._visitors = visitors

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/search", self.search, methods=["GET"])
        router.add_api_route("/search.csv", self.export, methods=["GET"])
        return router

    async def search(
        self,
        request: Request,
        q: Text = "",
        system: Short = "",
        chapter: Short = "",
        *,
        billable: bool = False,
        page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
        on: Day = "",
    ) -> Response:
        """Results; a query that is a code of one code set, as written, leads to its page."""
        cookies = request.headers.get("cookie", "")
        visitor = await self._visitors.identify(cookies)
        query = " ".join(q.split())
        filters = filters_asked(system, chapter if system else "", on, billable_only=billable)
        if not query:
            return await self._empty(visitor, filters)
        meant = await self._codes_meant(query, filters)
        if len(meant) == 1:
            return RedirectResponse(code_path(meant[0], on), 303, headers=UNCACHED)
        several = len(self._searching.sets(filters, cookies)) > 1
        size = _PER_SET if several else _PER_PAGE
        found, chapters = await asyncio.gather(
            self._searching.by_set(query, filters, cookies, size, (page - 1) * size),
            self._searching.chapters(filters),
        )
        last_page = _last_page(found, size)
        if page > last_page:
            detail = f"There are {last_page} pages of these results."
            raise Refused(Problem(problems.NOT_FOUND, "PAGE_NOT_FOUND", detail))
        if isinstance(visitor, Account) and page == 1 and not _is_prefetch(request):
            self._notebook.note_search(visitor.id, query, filters.system)
        shown = _Shown(query, filters, page, last_page, size, several, chapters)
        return _page(self._results(visitor, cookies, shown, found, meant))

    async def export(
        self,
        request: Request,
        q: Text = "",
        system: Short = "",
        chapter: Short = "",
        *,
        billable: bool = False,
        on: Day = "",
    ) -> Response:
        """The first thousand results as a CSV file, best first, for plans that have it."""
        cookies = request.headers.get("cookie", "")
        demand_export(await self._visitors.identify(cookies))
        query = " ".join(q.split())
        filters = filters_asked(system, chapter, on, billable_only=billable)
        if not query:
            detail = "Say what to search for: q must not be empty."
            raise Refused(Problem(problems.BAD_REQUEST, "QUERY_EMPTY", detail))
        results = await self._searching.exported(query, filters, cookies)
        return download("search-results.csv", _COLUMNS, [self._row(it.code, on) for it in results])

    async def _empty(self, visitor: Visitor, filters: Filters) -> Response:
        """The page that asks for a search, with those of before."""
        body = self._pages.page(
            "search_empty.html",
            viewer_of(visitor),
            "Search codes",
            current="case2code",
            filters=filters,
            loaded=self._loaded,
            past=await self._past(visitor),
        )
        return _page(body)

    async def _past(self, visitor: Visitor) -> PastSearches | None:
        """None for those who have none: guests."""
        if isinstance(visitor, Unresolved):
            return PastSearches(away=True)
        if not isinstance(visitor, Account):
            return None
        try:
            return PastSearches(await self._notebook.searches(visitor.id, _REMEMBERED))
        except Refused:
            return PastSearches(away=True)

    def _results(
        self,
        visitor: Visitor,
        cookies: str,
        shown: "_Shown",
        found: Found,
        meant: Sequence[lookup_pb2.CodeRef],
    ) -> bytes:
        query, filters = shown.query, shown.filters
        shut = self._gate.shut(cookies) is not None
        loaded = self._loaded
        return self._pages.page(
            "search.html",
            viewer_of(visitor),
            f"Results for “{query}”",
            current="case2code",
            query=query,
            filters=filters,
            loaded=loaded,
            sets=[shown.set_of(group) for group in found.groups],
            several=shown.several,
            total=found.total,
            reachable=shown.size * LAST_PAGE,
            page=shown.page,
            last_page=shown.last_page,
            first=(shown.page - 1) * shown.size + 1,
            previous=filters.path(query, shown.page - 1) if shown.page > 1 else "",
            next_page=filters.path(query, shown.page + 1) if shown.page < shown.last_page else "",
            scopes=shown.scopes(loaded, found),
            chapters=shown.chapters,
            chapter_unknown=bool(filters.chapter)
            and filters.chapter not in {it.key for it in shown.chapters},
            meant=[_without_cpt_text(code) if shut else code for code in meant],
            without_cpt=shut and not filters.system,
            without_day=self._searching.without_day(filters),
            wider=[(words, way.path(query)) for words, way in self._searching.wider(filters)],
            back=with_next(filters.path(query, shown.page)),
            notices=found.notices,
            cpt=wording.cpt_not_loaded(query) if is_cpt_form(query) and CPT not in loaded else "",
            export_path=filters.path(query, at="/search.csv") if may_export(visitor) else "",
            export_offer=export_offer(),
            exported=EXPORTED,
        )

    def _row(self, code: lookup_pb2.CodeRef, on: str) -> tuple[str, ...]:
        """A result as the file has it; of CPT with the lines its licence asks for."""
        catalog = self._lookup.catalog
        release = catalog.release(code.system, parsed_day(on)) if catalog else None
        return (
            wording.system_name(code.system),
            code.code,
            code.display,
            "yes" if code.billable else "no",
            *((release.name, release.effective, release.expires) if release else ("", "", "")),
            " ".join(self._gate.notices([code])),
        )

    @property
    def _loaded(self) -> list[str]:
        """The keys of the code systems that are loaded."""
        catalog = self._lookup.catalog
        return list(catalog.systems) if catalog else []

    async def _codes_meant(self, query: str, filters: Filters) -> list[lookup_pb2.CodeRef]:
        """The codes that *query* spells, of which there can be one in each code system."""
        if not (is_code_shaped(query) and any(letter.isdigit() for letter in query)):
            return []
        answers = await asyncio.gather(
            *(
                self._lookup.resolve(system, query, filters.on)
                for system in filters.systems or self._loaded
            )
        )
        return [answer.code for answer in answers if answer.HasField("code")]


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which page of which search is shown; *several*: there are results of more than one set."""

    query: str
    filters: Filters
    page: int
    last_page: int
    size: int
    several: bool
    chapters: Sequence[Chapter]

    def set_of(self, group: Group) -> _SetShown:
        """One code set's results as the page shows them."""
        only = replace(self.filters, system=group.system)
        return _SetShown(
            group.system,
            group.total,
            only.path(self.query) if self.several and group.total > len(group.results) else "",
            [_result(found) for found in group.results],
        )

    def scopes(self, loaded: Sequence[str], found: Found) -> list[_Scope]:
        """All sets and each one; a chapter is a set's own, so that it is left behind."""
        totals = {group.system: group.total for group in found.groups} if self.several else {}
        return [
            _Scope(
                wording.system_name(key) if key else "All",
                replace(self.filters, system=key, chapter="").path(self.query),
                key == self.filters.system,
                (found.total if not key else totals.get(key, 0)) if self.several else None,
            )
            for key in ("", *loaded)
        ]


def _last_page(found: Found, size: int) -> int:
    most = max((group.total for group in found.groups), default=0)
    return min(LAST_PAGE, max(1, -(-most // size)))


def _result(result: lookup_pb2.SearchResult) -> _Result:
    number: Markup | str = result.code.code
    title: Markup | str = result.code.display
    found = []
    for highlight in result.highlights:
        if highlight.field == "title":
            title = wording.marked(highlight)
        elif highlight.field == "code":
            number = wording.marked(highlight)
        elif highlight.field in _FOUND_IN:
            found.append((_FOUND_IN[highlight.field], wording.marked(highlight)))
    return _Result(result.code, number, title, tuple(found))


def _without_cpt_text(code: lookup_pb2.CodeRef) -> lookup_pb2.CodeRef:
    """*code*; of a CPT code only what the visitor wrote."""
    if code.system != CPT:
        return code
    return lookup_pb2.CodeRef(system=code.system, code=code.code)


def _is_prefetch(request: Request) -> bool:
    return "prefetch" in request.headers.get("sec-purpose", "")


def _page(body: bytes) -> HTMLResponse:
    return HTMLResponse(body, headers=UNCACHED)
