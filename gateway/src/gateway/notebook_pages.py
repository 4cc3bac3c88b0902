"""Marked codes and past searches of an account: pages and forms that need no script."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.bodies import form_fields
from gateway.cpt_gate import CptGate
from gateway.csv_export import download
from gateway.export_plans import demand_export, export_offer, may_export
from gateway.favourites import Favourite, Favourites
from gateway.field_words import sentences
from gateway.local_paths import local_path, with_next
from gateway.notebook import Notebook
from gateway.parameters import address_of
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.sessions import Account
from gateway.viewers import GUEST, viewer_of
from gateway.visitors import Guest, Unresolved, Visitors
from gateway.wording import system_name

LONGEST_NOTE = 2_000
"""Characters."""
EXPORTED = 1_000
"""As many as an account can mark."""

_FAVOURITES = "/account/favourites"
_SEARCHES = "/account/searches"
_PER_PAGE = 50
_MOST_SEARCHES = 100
_STANDINGS = {
    "listed": "listed",
    "ended": "ended",
    "not_listed": "not listed",
    "not_loaded": "code set not loaded",
    "terms": "CPT terms not accepted",
    "unknown": "could not be looked up",
}
_COLUMNS = ("Code set", "Code", "Title", "Billable", "Standing", "Last day", "Release", "Note",
            "Changed (UTC)", "Licence")  # fmt: skip


class NotebookPages:
    """Handlers of ``/account/favourites`` and ``/account/searches``."""

    def __init__(
        self,
        notebook: Notebook,
        favourites: Favourites,
        gate: CptGate,
        pages: Pages,
        visitors: Visitors,
    ) -> None:
        self._notebook = notebook
        self._favourites = favourites
        self._gate = gate
        self._pages = pages
        self._visitors = visitors

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(_FAVOURITES, self.favourites, methods=["GET"])
        router.add_api_route(_FAVOURITES, self.change, methods=["POST"])
        router.add_api_route(f"{_FAVOURITES}.csv", self.export, methods=["GET"])
        router.add_api_route(_FAVOURITES + "/{system}/{code}", self.mark, methods=["GET"])
        router.add_api_route(_SEARCHES, self.searches, methods=["GET"])
        router.add_api_route(_SEARCHES, self.forget, methods=["POST"])
        return router

    async def favourites(self, request: Request) -> Response:
        """Marked codes with their notes, the one changed last first."""
        account = await self._account(request)
        if isinstance(account, Response):
            return account
        token = request.query_params.get("page_token", "")
        told = await self._notebook.favourites(account.id, _PER_PAGE, token)
        shown = await self._favourites.shown(told.favourites, _cookies(request))
        body = self._pages.page(
            "favourites.html",
            viewer_of(account),
            "Marked codes",
            favourites=shown,
            begins=not token,
            next_token=told.next_page_token,
            may_export=may_export(account),
            export_offer=export_offer(),
            notices=self._notices(shown),
        )
        return HTMLResponse(body, headers=UNCACHED)

    async def mark(self, system: str, code: str, request: Request) -> Response:
        """The form that marks one code or changes its note."""
        account = await self._account(request)
        if isinstance(account, Response):
            return account
        marked = await self._favourites.of_code(account.id, system, code, _cookies(request))
        if request.url.path != marked.own_path:
            return RedirectResponse(marked.own_path, 301, headers=UNCACHED)
        return self._form(account, marked, marked.note)

    async def change(self, request: Request) -> Response:
        """Mark a code, change its note or take the mark away, then show the list."""
        form = await form_fields(request)
        system, code = form.get("system", ""), form.get("code", "")
        note = form.get("note", "")
        cookies = _cookies(request)
        visitor = await self._visitors.identify(cookies)
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        if isinstance(visitor, Guest):
            return self._signed_out(system, code, note)
        if form.get("action") == "delete":
            await self._favourites.delete(visitor.id, system, code)
            return RedirectResponse(_FAVOURITES, 303, headers=UNCACHED)
        marked = await self._favourites.of_code(visitor.id, system, code, cookies)
        try:
            await self._favourites.save(visitor.id, marked.system, marked.code, note, cookies)
        except Refused as refused:
            return self._form(visitor, marked, note, refused.problem)
        return RedirectResponse(_FAVOURITES, 303, headers=UNCACHED)

    async def export(self, request: Request) -> Response:
        """Marked codes as a CSV file, for plans that have it."""
        visitor = await self._visitors.identify(_cookies(request))
        demand_export(visitor)
        assert isinstance(visitor, Account)
        kept = await self._notebook.all_favourites(visitor.id, EXPORTED)
        shown = await self._favourites.shown(kept, _cookies(request))
        return download("marked-codes.csv", _COLUMNS, map(self._row, shown))

    async def searches(self, request: Request) -> Response:
        """Past searches, the latest first."""
        account = await self._account(request)
        if isinstance(account, Response):
            return account
        made = await self._notebook.searches(account.id, _MOST_SEARCHES)
        body = self._pages.page(
            "my_searches.html", viewer_of(account), "Past searches", searches=made
        )
        return HTMLResponse(body, headers=UNCACHED)

    async def forget(self, request: Request) -> Response:
        """Forget one search, or all of them, and go on."""
        form = await form_fields(request)
        account = await self._account(request)
        if isinstance(account, Response):
            return account
        if form.get("action") == "forget_all":
            await self._notebook.forget_all(account.id)
        else:
            query, system = form.get("query", ""), form.get("system", "")
            await self._notebook.forget(account.id, query, system)
        back = form.get("next", "")
        return RedirectResponse(local_path(back) if back else _SEARCHES, 303, headers=UNCACHED)

    async def _account(self, request: Request) -> Account | Response:
        """Who is signed in; others are led to log in, and then back."""
        visitor = await self._visitors.identify(_cookies(request))
        match visitor:
            case Account():
                return visitor
            case Guest():
                url = request.url
                query = f"?{url.query}" if url.query else ""
                login = "/login" + with_next(local_path(url.path + query))
                response = RedirectResponse(login, 303, headers=UNCACHED)
                if visitor.ending:
                    response.headers.append("set-cookie", visitor.ending)
                return response
            case _:
                raise Refused(problems.account_unchecked())

    def _signed_out(self, system: str, code: str, note: str) -> Response:
        """Says that the log-in has ended, and gives back the note, which is kept nowhere."""
        address = address_of(system, code)
        mark = f"{_FAVOURITES}/{address.system}/{address.code}"
        problem = problems.not_signed_in()
        body = self._pages.page(
            "signed_out.html",
            GUEST,
            problem.kind.title,
            note=note,
            login="/login" + with_next(mark),
        )
        return HTMLResponse(body, problem.kind.status, UNCACHED)

    def _form(
        self, account: Account, marked: Favourite, note: str, problem: Problem | None = None
    ) -> Response:
        fault = sentences(problem.errors).get("note", "") if problem else ""
        body = self._pages.page(
            "favourite.html",
            viewer_of(account),
            f"Change the mark of {marked.code}" if marked.changed_at else f"Mark {marked.code}",
            marked=marked,
            note=note,
            fault=fault,
            message="" if fault or not problem else problem.detail,
            longest=LONGEST_NOTE,
            notices=self._notices([marked]),
        )
        response = HTMLResponse(body, problem.kind.status if problem else 200, UNCACHED)
        if problem is not None and problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    def _notices(self, shown: list[Favourite]) -> list[str]:
        """The lines that must be shown with what is told of codes."""
        told: list[lookup_pb2.CodeRef] = [
            it.catalogued.code for it in shown if it.catalogued.code is not None
        ]
        return self._gate.notices(told)

    def _row(self, shown: Favourite) -> tuple[str, ...]:
        found, release = shown.catalogued.code, shown.catalogued.release
        return (
            system_name(shown.system),
            shown.code,
            shown.title,
            "" if found is None else "yes" if found.billable else "no",
            _STANDINGS[shown.catalogued.standing],
            shown.catalogued.last_day,
            release.name if release is not None else "",
            shown.note,
            f"{shown.changed_at:%Y-%m-%d %H:%M}" if shown.changed_at else "",
            " ".join(self._notices([shown])),
        )


def _cookies(request: Request) -> str:
    return request.headers.get("cookie", "")
