"""Passwords: changed by their owner, and set anew through a link in a mail."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gateway import problems
from gateway.account_area import AccountArea, cookies_of, prove_first
from gateway.bodies import form_fields
from gateway.credential_calls import CredentialCalls
from gateway.field_words import sentences
from gateway.problems import Problem, Refused
from gateway.responses import UNCACHED
from gateway.sessions import Account
from gateway.signing_in import SigningIn
from gateway.viewers import GUEST, viewer_of
from gateway.visitors import Known

RESET = "/reset-password"
_CHANGE = "/account/password"
_TITLE = "Set a new password"


class PasswordPages:
    """Handlers of ``/account/password`` and ``/reset-password``."""

    def __init__(self, calls: CredentialCalls, signing_in: SigningIn, area: AccountArea) -> None:
        self._calls = calls
        self._signing_in = signing_in
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(_CHANGE, self.show, methods=["GET"])
        router.add_api_route(_CHANGE, self.change, methods=["POST"])
        router.add_api_route(RESET, self.ask_form, methods=["GET"])
        router.add_api_route(RESET, self.reset, methods=["POST"])
        return router

    async def show(self, request: Request) -> Response:
        """The form."""
        return await self._form(await self._area.owner(request))

    async def change(self, request: Request) -> Response:
        """Set another password; this session goes on under another token."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        try:
            session = await self._calls.change_password(
                account, form.get("current_password", ""), form.get("password", "")
            )
        except Refused as refused:
            if refused.problem.errors:
                return await self._form(account, refused.problem)
            raise prove_first(refused, _CHANGE) from None
        response = self._area.page("password_changed.html", account, "Your password is changed")
        response.headers.append(
            "set-cookie", self._signing_in.goes_on(cookies_of(request), session)
        )
        return response

    async def ask_form(self, request: Request) -> Response:
        """Asks for the address; with a link's token, for the new password."""
        visitor = await self._area.visitor(request)
        token = request.query_params.get("token", "")
        if not token:
            return self._page("ask_reset.html", visitor, email="", fault="")
        try:
            await self._calls.look_at_reset(token)
        except Refused as refused:
            return self._gone(visitor, refused)
        return self._page("reset_password.html", visitor, token=token, fault="")

    async def reset(self, request: Request) -> Response:
        """Have a link mailed; with a link's token, set the new password."""
        form = await form_fields(request)
        visitor = await self._area.visitor(request)
        token = form.get("token", "")
        if token:
            return await self._set(visitor, token, form.get("password", ""))
        email = form.get("email", "")
        try:
            await self._calls.ask_reset(email, self._area.client(request))
        except Refused as refused:
            if not (fault := _fault(refused.problem, "email")):
                raise
            status = refused.problem.kind.status
            return self._page("ask_reset.html", visitor, status, email=email, fault=fault)
        return self._page("reset_asked.html", visitor)

    async def _set(self, visitor: Known, token: str, password: str) -> Response:
        try:
            await self._calls.reset(token, password)
        except Refused as refused:
            if fault := _fault(refused.problem, "password"):
                status = refused.problem.kind.status
                return self._page("reset_password.html", visitor, status, token=token, fault=fault)
            return self._gone(visitor, refused)
        # Whoever was signed in here is that no more, if it was to this account.
        body = self._area.pages.page("password_set.html", GUEST, "Your new password is set")
        return HTMLResponse(body, headers=UNCACHED)

    async def _form(self, account: Account, problem: Problem | None = None) -> Response:
        held = await self._calls.held(account)
        faults = sentences(problem.errors) if problem else {}
        return self._area.page(
            "change_password.html",
            account,
            "Password",
            status=problem.kind.status if problem else 200,
            held=held,
            faults={name: faults.get(name, "") for name in ("current_password", "password")},
        )

    def _page(self, template: str, visitor: Known, status: int = 200, **given: object) -> Response:
        body = self._area.pages.page(template, viewer_of(visitor), _TITLE, **given)
        return HTMLResponse(body, status, headers=UNCACHED)

    def _gone(self, visitor: Known, refused: Refused) -> Response:
        """What a link leads to that sets no password."""
        problem = refused.problem
        if problem.kind not in (problems.TOKEN_REFUSED, problems.REFUSED_BY_ACCOUNTS):
            raise refused
        return self._page("reset_refused.html", visitor, problem.kind.status, problem=problem)


def _fault(problem: Problem, field: str) -> str:
    return sentences(problem.errors).get(field, "")
