"""The JSON API's own routes: search, suggestions, what is left. Codes are in ``code_pages``."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from codingahead.lookup.v1 import lookup_pb2
from codingahead.metering.v1 import metering_pb2
from gateway import problems
from gateway.addresses import SYSTEMS
from gateway.allowances import Left
from gateway.catalog import Lookup
from gateway.decisions import Decider
from gateway.page_views import plan_of, subject_of
from gateway.parameters import date_of_service, systems_asked
from gateway.problems import Refused, code_refs
from gateway.responses import UNCACHED
from gateway.visitors import Guest, Unresolved, Visitors

_PUBLIC = {"Cache-Control": "public, max-age=60"}
_PUBLIC_FIELDS = {"code", "title", "inclusion_term"}
_GET = ["GET"]
_SYSTEM_HELP = f"One code system: {', '.join(SYSTEMS)}. All that are loaded when left out."

System = Annotated[str, Query(max_length=20, description=_SYSTEM_HELP)]


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


class SearchAnswer(BaseModel):
    """Codes found, best first, and how many there are."""

    total: int
    results: list[SearchResult]


class SuggestAnswer(BaseModel):
    """Completions, best first."""

    suggestions: list[CodeRef]


class Allowance(BaseModel):
    """What is left of one action; ``limit`` and ``remaining`` are null when it is unlimited."""

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

    def __init__(self, lookup: Lookup, decider: Decider, visitors: Visitors) -> None:
        self._lookup = lookup
        self._decider = decider
        self._visitors = visitors

    def router(self) -> APIRouter:
        """The routes below ``/api/v1``."""
        router = APIRouter(prefix="/api/v1")
        router.add_api_route(
            "/search",
            self.search,
            methods=_GET,
            response_model=SearchAnswer,
            response_description="Codes found",
            tags=["Codes"],
        )
        router.add_api_route(
            "/suggest",
            self.suggest,
            methods=_GET,
            response_model=SuggestAnswer,
            response_description="Completions",
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
        q: Annotated[str, Query(max_length=500, description="Words, abbreviations or a code.")],
        system: System = "",
        limit: Annotated[int, Query(ge=1, le=100, description="Results, 1 to 100.")] = 20,
        offset: Annotated[int, Query(ge=0, le=10_000, description="Results to pass over.")] = 0,
        on: Annotated[str, Query(max_length=10, description="Date of service, ISO 8601.")] = "",
    ) -> JSONResponse:
        """Search codes. Free, and only public facts are searched."""
        if on:
            date_of_service(on)
        found = await self._lookup.search(q, systems_asked(system), limit, offset, on)
        results = [_result(result) for result in found.results]
        return JSONResponse({"total": found.total, "results": results}, headers=_PUBLIC)

    async def suggest(
        self,
        q: Annotated[str, Query(max_length=200, description="What was typed so far.")],
        system: System = "",
        limit: Annotated[int, Query(ge=1, le=25, description="Completions, 1 to 25.")] = 8,
    ) -> JSONResponse:
        """Complete what was typed. Free."""
        found = await self._lookup.suggest(q, systems_asked(system), limit)
        return JSONResponse({"suggestions": list(code_refs(found.suggestions))}, headers=_PUBLIC)

    async def allowance(self, request: Request) -> JSONResponse:
        """Say what is left of every action of the plan in force."""
        visitor = await self._visitors.identify(request.headers.get("cookie", ""))
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
