"""The JSON API's own routes: search, suggestions, changes, what is left.

Codes are in ``code_pages``.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from codingahead.lookup.v1 import lookup_pb2
from codingahead.metering.v1 import metering_pb2
from gateway import problems
from gateway.addresses import CPT, SYSTEMS
from gateway.allowances import Left
from gateway.api_keys import account_by_key
from gateway.api_words import problems_of
from gateway.catalog import Lookup
from gateway.changes import KINDS, WORDS, kind_asked
from gateway.cpt_gate import CptGate
from gateway.decisions import Decider
from gateway.page_views import plan_of, subject_of
from gateway.parameters import date_of_service, system_asked, systems_asked
from gateway.problems import Refused, code_refs
from gateway.responses import UNCACHED
from gateway.searching import Searching, filters_asked
from gateway.section_json import release_json
from gateway.visitors import Guest, Unresolved, Visitors

_PUBLIC = {"Cache-Control": "public, max-age=60"}
_PUBLIC_FIELDS = {"code", "title", "inclusion_term", "axis", "expanded", "index", "group"}
_WITHOUT_CPT = (
    "CPT codes are left out until their terms are accepted; see POST "
    "/api/v1/licences/cpt/acceptances."
)
_GET = ["GET"]
_KIND_HELP = f"One kind of change: {', '.join(KINDS)}. All of them when left out."
_CHAPTER_HELP = (
    "One chapter of the system that is named: an ICD-10-CM chapter's number, the first character "
    "of an ICD-10-PCS code, the letter of a HCPCS code."
)
_GROUPS_HELP = "Whether to count the results of each code system."
_SYSTEM_HELP = f"One code system: {', '.join(SYSTEMS)}. All that are loaded when left out."

System = Annotated[str, Query(max_length=20, description=_SYSTEM_HELP)]
On = Annotated[str, Query(max_length=10, description="Date of service, ISO 8601.")]


class CodeRef(BaseModel):
    """A code and its title."""

    system: str
    code: str
    display: str


class Highlight(BaseModel):
    """Where the query was found; ``marks`` are [start, end) in Unicode code points."""

    field: str
    text: str
    marks: list[tuple[int, int]]


class SearchResult(CodeRef):
    """One code found; ``score`` is comparable within one answer only."""

    billable: bool
    score: float
    highlights: list[Highlight]


class SearchGroup(BaseModel):
    """How many codes of one code system were found."""

    system: str
    total: int


class SearchAnswer(BaseModel):
    """Codes found, best first, and how many there are.

    ``groups`` are there when they are asked for, the system with the best result first.
    ``left_out`` says what was not searched; ``licence_notices`` are to be shown with the results.
    """

    total: int
    results: list[SearchResult]
    groups: list[SearchGroup] | None = None
    left_out: str | None = None
    licence_notices: list[str] | None = None


class SuggestAnswer(BaseModel):
    """Completions, best first; ``licence_notices`` are to be shown with them."""

    suggestions: list[CodeRef]
    licence_notices: list[str] | None = None


class ReleaseTold(BaseModel):
    """A release; the dates are ISO 8601, the last one inclusive."""

    id: str
    name: str
    effective: str
    expires: str


class ChangeCounts(BaseModel):
    """How many codes a release changed in each way."""

    added: int
    returned: int
    revised: int
    ended: int


class Change(CodeRef):
    """A code that a release changed; ``before`` is how a revised one read."""

    kind: Literal["added", "returned", "revised", "ended"]
    billable: bool
    before: str | None = None


class ChangesAnswer(BaseModel):
    """What a release changed; ``before`` is null, and nothing known, where that is not loaded."""

    system: str
    release: ReleaseTold
    before: ReleaseTold | None
    counts: ChangeCounts
    changes: list[Change]
    next_page_token: str | None
    licence_notices: list[str] | None = None


class Allowance(BaseModel):
    """What is left of one action; ``limit`` and ``remaining`` are null when it is unlimited.

    Beside a limit, ``remaining`` is null while it cannot be read.
    """

    action: str
    limit: int | None
    remaining: int | None
    reset_time: str | None


class AllowanceAnswer(BaseModel):
    """What is left of every action of the plan in force."""

    subject: str
    plan: str
    allowances: list[Allowance]


class Api:
    """Handlers of the JSON API."""

    def __init__(self, lookup: Lookup, decider: Decider, visitors: Visitors, gate: CptGate) -> None:
        self._lookup = lookup
        self._decider = decider
        self._visitors = visitors
        self._gate = gate
        self._searching = Searching(lookup, gate)

    def router(self) -> APIRouter:
        """The routes below ``/api/v1``."""
        router = APIRouter(prefix="/api/v1")
        router.add_api_route(
            "/search",
            self.search,
            methods=_GET,
            response_model=SearchAnswer,
            response_description="Codes found",
            responses=problems_of(403),
            tags=["Codes"],
        )
        router.add_api_route(
            "/suggest",
            self.suggest,
            methods=_GET,
            response_model=SuggestAnswer,
            response_description="Completions",
            responses=problems_of(403),
            tags=["Codes"],
        )
        router.add_api_route(
            "/changes/{system}",
            self.changes,
            methods=_GET,
            response_model=ChangesAnswer,
            response_description="What the release changed",
            responses=problems_of(403, 404),
            tags=["Codes"],
        )
        router.add_api_route(
            "/allowance",
            self.allowance,
            methods=_GET,
            response_model=AllowanceAnswer,
            response_description="What is left",
            tags=["Allowance"],
        )
        return router

    async def search(
        self,
        request: Request,
        q: Annotated[str, Query(max_length=500, description="Words, abbreviations or a code.")],
        system: System = "",
        limit: Annotated[int, Query(ge=1, le=100, description="Results, 1 to 100.")] = 20,
        offset: Annotated[int, Query(ge=0, le=10_000, description="Results to pass over.")] = 0,
        on: On = "",
        chapter: Annotated[str, Query(max_length=20, description=_CHAPTER_HELP)] = "",
        *,
        billable: Annotated[bool, Query(description="Only codes that can be reported.")] = False,
        groups: Annotated[bool, Query(description=_GROUPS_HELP)] = False,
    ) -> JSONResponse:
        """Search codes. Free, and only public facts are searched.

        ``on`` searches the releases of that day, the newest ones when it is left out. The order
        of results is stable within a catalog, so that pages of them fit together.
        """
        cookies = _cookies(request)
        filters = filters_asked(system, chapter, on, billable_only=billable)
        found = await self._searching.ranked(q, filters, cookies, limit, offset)
        answer: dict[str, object] = {
            "total": found.total,
            "results": [_result(result) for result in found.results],
        }
        if groups:
            by_set = await self._searching.by_set(q, filters, cookies, 1, 0)
            answer["groups"] = [
                {"system": group.system, "total": group.total} for group in by_set.groups
            ]
        if self._gate.searched(filters.systems, cookies) != filters.systems:
            answer["left_out"] = _WITHOUT_CPT
        return self._told(answer, found.licence_notices)

    async def suggest(
        self,
        request: Request,
        q: Annotated[str, Query(max_length=200, description="What was typed so far.")],
        system: System = "",
        limit: Annotated[int, Query(ge=1, le=25, description="Completions, 1 to 25.")] = 8,
        on: On = "",
    ) -> JSONResponse:
        """Complete what was typed. Free."""
        if on:
            date_of_service(on)
        searched = self._gate.searched(systems_asked(system), _cookies(request))
        found = await self._lookup.suggest(q, searched, limit, on)
        answer: dict[str, object] = {"suggestions": list(code_refs(found.suggestions))}
        return self._told(answer, self._gate.notices(found.suggestions))

    async def changes(
        self,
        request: Request,
        system: Annotated[str, Path(description=f"Code system: {', '.join(SYSTEMS)}.")],
        on: On = "",
        kind: Annotated[str, Query(max_length=20, description=_KIND_HELP)] = "",
        limit: Annotated[int, Query(ge=1, le=500, description="Changes, 1 to 500.")] = 100,
        page_token: Annotated[
            str, Query(max_length=200, description="The next_page_token of an earlier answer.")
        ] = "",
    ) -> JSONResponse:
        """Say what a release changed against the one before it. Free.

        The release is the one that covers ``on``, the newest when it is left out. ``counts`` are
        of all kinds, whichever was asked for.
        """
        key = system_asked(system)
        self._gate.demand_for(key, _cookies(request))
        if on:
            date_of_service(on)
        told = await self._lookup.list_changes(key, on, kind_asked(kind), limit, page_token)
        counts = {count.kind: count.count for count in told.counts}
        answer: dict[str, object] = {
            "system": key,
            "release": release_json(told.release),
            "before": release_json(told.before) if told.HasField("before") else None,
            "counts": {word: counts.get(number, 0) for word, number in KINDS.items()},
            "changes": [_change(change) for change in told.changes if change.kind in WORDS],
            "next_page_token": told.next_page_token or None,
        }
        licence = self._gate.licence
        return self._told(answer, licence.notices if licence and key == CPT else ())

    async def allowance(self, request: Request) -> JSONResponse:
        """Say what is left of every action of the plan in force."""
        cookies = request.headers.get("cookie", "")
        visitor = account_by_key(request.scope) or await self._visitors.identify(cookies)
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        answer = await self._decider.get_allowances(
            metering_pb2.GetAllowancesRequest(subject=subject_of(visitor), plan=plan_of(visitor))
        )
        if answer is None or answer.mode != metering_pb2.MODE_NORMAL:
            raise Refused(problems.metering_away())
        return JSONResponse(
            {
                "subject": "guest" if isinstance(visitor, Guest) else "account",
                "plan": plan_of(visitor),
                "allowances": [_allowance(allowance) for allowance in answer.allowances],
            },
            headers=UNCACHED,
        )

    def _told(self, answer: dict[str, object], notices: Sequence[str]) -> JSONResponse:
        """*answer*, which caches may keep unless CPT content makes it differ between visitors."""
        if notices:
            answer["licence_notices"] = list(notices)
        return JSONResponse(answer, headers=_PUBLIC if self._gate.licence is None else UNCACHED)


def _cookies(request: Request) -> str:
    return request.headers.get("cookie", "")


def _change(change: lookup_pb2.CodeChange) -> dict[str, object]:
    told: dict[str, object] = {
        "kind": WORDS[change.kind],
        "system": change.code.system,
        "code": change.code.code,
        "display": change.code.display,
        "billable": change.code.billable,
    }
    if change.before:
        told["before"] = change.before
    return told


def _result(result: lookup_pb2.SearchResult) -> dict[str, object]:
    return {
        "system": result.code.system,
        "code": result.code.code,
        "display": result.code.display,
        "billable": result.code.billable,
        "score": round(result.score, 4),
        "highlights": [
            {
                "field": highlight.field,
                "text": highlight.text,
                "marks": [[mark.start, mark.end] for mark in highlight.marks],
            }
            for highlight in result.highlights
            if highlight.field in _PUBLIC_FIELDS
        ],
    }


def _allowance(allowance: metering_pb2.Allowance) -> dict[str, object]:
    left = Left.of(allowance)
    return {
        "action": left.action,
        "limit": left.limit,
        "remaining": left.remaining,
        "reset_time": left.reset_json,
    }
