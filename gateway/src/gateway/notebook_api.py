"""Marked codes and past searches of an account, over the API."""

from datetime import UTC
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from gateway import problems
from gateway.addresses import SYSTEMS
from gateway.api_words import body_of, problem
from gateway.bodies import json_object, texts
from gateway.cpt_gate import CptGate
from gateway.favourites import Favourite, Favourites
from gateway.notebook import Notebook
from gateway.problems import Problem, Refused
from gateway.responses import UNCACHED
from gateway.sessions import Account
from gateway.visitors import Unresolved, Visitors
from gateway.wording import json_time

_MEANINGS = {
    400: "A parameter or the body makes no sense",
    401: "Nobody is signed in",
    403: "A CPT code, whose terms have not been accepted",
    404: "There is no such code, or it is not marked",
    409: "As many codes are marked as an account can have",
    415: "The body is not sent as application/json",
    422: "Fields are wrong; the member errors names each",
    503: "Accounts or the catalog cannot be reached",
}
_SYSTEM = Path(description=f"Code system: {', '.join(SYSTEMS)}.")
_CODE = Path(description="The code, in any spelling.")

System = Annotated[str, _SYSTEM]
Code = Annotated[str, _CODE]


class NoteKept(BaseModel):
    """What is noted of a code: at most 2,000 characters, none when left out."""

    note: str | None = None


class MarkedCode(BaseModel):
    """A marked code with its private note.

    ``standing`` is how it stands in the newest release: ``listed``; ``ended`` on ``last_day``;
    ``not_listed`` by any release; ``not_loaded``, as its set is not; ``terms``, as those of CPT
    are not accepted; ``unknown``, as the catalog cannot be asked. ``display`` and ``billable`` are
    null where they cannot be told.
    """

    system: str
    code: str
    display: str | None
    billable: bool | None
    standing: Literal["listed", "ended", "not_listed", "not_loaded", "terms", "unknown"]
    last_day: str | None
    note: str
    changed_at: str
    licence_notices: list[str] | None = None


class MarkedCodes(BaseModel):
    """Marked codes, the one changed last first; ``licence_notices`` are to be shown with them."""

    favourites: list[MarkedCode]
    next_page_token: str | None
    licence_notices: list[str] | None = None


class SearchMade(BaseModel):
    """A past search; ``system`` is null where it was of all code sets."""

    query: str
    system: str | None
    searched_at: str


class SearchesMade(BaseModel):
    """Past searches, the latest first."""

    searches: list[SearchMade]


class NotebookApi:
    """Handlers of favourites and past searches."""

    def __init__(
        self, notebook: Notebook, favourites: Favourites, gate: CptGate, visitors: Visitors
    ) -> None:
        self._notebook = notebook
        self._favourites = favourites
        self._gate = gate
        self._visitors = visitors

    def router(self) -> APIRouter:
        """Their routes, below ``/api/v1``."""
        router = APIRouter(prefix="/api/v1", tags=["Notebook"])
        router.add_api_route(
            "/favourites",
            self.favourites,
            methods=["GET"],
            response_model=MarkedCodes,
            response_description="Marked codes",
            responses=_problems(400, 401, 503),
        )
        one = "/favourites/{system}/{code}"
        router.add_api_route(
            one,
            self.favourite,
            methods=["GET"],
            response_model=MarkedCode,
            response_description="The marked code",
            responses=_problems(401, 403, 404, 503),
        )
        router.add_api_route(
            one,
            self.save,
            methods=["PUT"],
            response_model=MarkedCode,
            response_description="The code is marked",
            responses=_problems(400, 401, 403, 404, 409, 415, 422, 503),
            openapi_extra=body_of(NoteKept),
        )
        router.add_api_route(
            one,
            self.delete,
            methods=["DELETE"],
            status_code=204,
            response_description="The code is not marked, or not any more",
            responses=_problems(401, 404, 503),
        )
        router.add_api_route(
            "/searches",
            self.searches,
            methods=["GET"],
            response_model=SearchesMade,
            response_description="Past searches",
            responses=_problems(400, 401, 503),
        )
        router.add_api_route(
            "/searches",
            self.forget,
            methods=["DELETE"],
            status_code=204,
            response_description="Forgotten",
            responses=_problems(400, 401, 503),
        )
        return router

    async def favourites(
        self,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=100, description="Marks, 1 to 100.")] = 50,
        page_token: Annotated[
            str, Query(max_length=500, description="The next_page_token of an earlier answer.")
        ] = "",
    ) -> JSONResponse:
        """List marked codes with their notes, the one changed last first."""
        account = await self._account(request)
        told = await self._notebook.favourites(account.id, limit, page_token)
        shown = await self._favourites.shown(told.favourites, _cookies(request))
        answer: dict[str, object] = {
            "favourites": [it.json() for it in shown],
            "next_page_token": told.next_page_token or None,
        }
        return self._told(answer, shown)

    async def favourite(self, request: Request, system: System, code: Code) -> JSONResponse:
        """Tell the note of one marked code."""
        account = await self._account(request)
        marked = await self._favourites.of_code(account.id, system, code, _cookies(request))
        if marked.changed_at is None:
            detail = f"{marked.code} is not marked. PUT marks it."
            raise Refused(Problem(problems.NOT_FOUND, "NOT_MARKED", detail))
        return self._told(marked.json(), [marked])

    async def save(self, request: Request, system: System, code: Code) -> JSONResponse:
        """Mark a code with a private note, or replace its note.

        The code must be one that a loaded release lists; it is kept as published.
        """
        account = await self._account(request)
        (note,) = texts(await json_object(request), optional=("note",))
        marked = await self._favourites.save(account.id, system, code, note, _cookies(request))
        return self._told(marked.json(), [marked])

    async def delete(self, request: Request, system: System, code: Code) -> Response:
        """Take the mark of a code away, with its note. One that is not there is no error."""
        account = await self._account(request)
        await self._favourites.delete(account.id, system, code)
        return Response(status_code=204, headers=UNCACHED)

    async def searches(
        self,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=100, description="Searches, 1 to 100.")] = 20,
    ) -> JSONResponse:
        """List past searches, the latest first.

        Those made on the site's pages while signed in are kept, the last hundred; searches over
        the API are not.
        """
        account = await self._account(request)
        made = await self._notebook.searches(account.id, limit)
        told = [
            {
                "query": it.query,
                "system": it.system or None,
                "searched_at": json_time(it.searched_at.ToDatetime(UTC)),
            }
            for it in made
        ]
        return JSONResponse({"searches": told}, headers=UNCACHED)

    async def forget(
        self,
        request: Request,
        q: Annotated[
            str | None,
            Query(max_length=500, description="The search to forget; all when left out."),
        ] = None,
        system: Annotated[
            str, Query(max_length=20, description="The system that search was limited to.")
        ] = "",
    ) -> Response:
        """Forget one past search, or all of them."""
        account = await self._account(request)
        if q is None and not system:
            await self._notebook.forget_all(account.id)
        elif q:
            await self._notebook.forget(account.id, q, system)
        else:
            detail = "Name the search in q, or leave q and system out to forget all of them."
            raise Refused(Problem(problems.BAD_REQUEST, "QUERY_EMPTY", detail))
        return Response(status_code=204, headers=UNCACHED)

    async def _account(self, request: Request) -> Account:
        visitor = await self._visitors.identify(_cookies(request))
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        if not isinstance(visitor, Account):
            raise Refused(problems.not_signed_in())
        return visitor

    def _told(self, answer: dict[str, object], shown: list[Favourite]) -> JSONResponse:
        codes = [it.catalogued.code for it in shown if it.catalogued.code is not None]
        if notices := self._gate.notices(codes):
            answer["licence_notices"] = notices
        return JSONResponse(answer, headers=UNCACHED)


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: problem(_MEANINGS[status]) for status in statuses}


def _cookies(request: Request) -> str:
    return request.headers.get("cookie", "")
