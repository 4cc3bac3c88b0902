"""Registering, logging in and out, and what an account holds: pages that need no script."""

import uuid
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from codingahead.metering.v1 import metering_pb2
from gateway.account_area import AccountArea
from gateway.allowances import Left
from gateway.bodies import form_fields
from gateway.decisions import Decider
from gateway.field_words import sentences
from gateway.local_paths import local_path, with_next
from gateway.page_views import plan_of, subject_of
from gateway.plans_offered import plan_offered
from gateway.problems import Problem, Refused
from gateway.providers import Providers
from gateway.responses import UNCACHED
from gateway.second_factors import SecondFactorDue, StepCookie
from gateway.sessions import Account
from gateway.signing_in import SigningIn
from gateway.viewers import GUEST, viewer_of
from gateway.visitors import Guest, Known

_ACCOUNT = "/account"


@dataclass(frozen=True, slots=True)
class _Form:
    """A form as it is shown: what was filled in before and what was wrong with it."""

    next: str
    request_id: str
    email: str = ""
    name: str = ""
    errors: dict[str, str] | None = None
    message: str = ""

    def error(self, field: str) -> str:
        return (self.errors or {}).get(field, "")

    @property
    def carried(self) -> str:
        """The query that carries ``next`` to another form."""
        return with_next(self.next)


class AccountPages:
    """Handlers of ``/register``, ``/login``, ``/logout`` and ``/account``."""

    def __init__(
        self,
        signing_in: SigningIn,
        step_cookie: StepCookie,
        decider: Decider,
        providers: Providers,
        area: AccountArea,
    ) -> None:
        self._signing_in = signing_in
        self._step_cookie = step_cookie
        self._decider = decider
        self._providers = providers
        self._area = area
        self._pages = area.pages

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/register", self.register_form, methods=["GET"])
        router.add_api_route("/register", self.register, methods=["POST"])
        router.add_api_route("/login", self.login_form, methods=["GET"])
        router.add_api_route("/login", self.log_in, methods=["POST"])
        router.add_api_route("/logout", self.logout_form, methods=["GET"])
        router.add_api_route("/logout", self.log_out, methods=["POST"])
        router.add_api_route(_ACCOUNT, self.account, methods=["GET"])
        return router

    async def register_form(self, request: Request) -> Response:
        """The form."""
        return self._form("register", await self._area.visitor(request), _empty(request))

    async def register(self, request: Request) -> Response:
        """Make an account, sign it in and go on."""
        form = await form_fields(request)
        visitor = await self._area.visitor(request)
        request_id = form.get("request_id", "")
        shown = _Form(
            next=_next(form.get("next", "")),
            request_id=request_id if _is_uuid(request_id) else str(uuid.uuid4()),
            email=form.get("email", ""),
            name=form.get("name", ""),
        )
        if isinstance(visitor, Account):
            return self._form("register", visitor, shown, 409)
        try:
            cookie = await self._signing_in.register(
                _cookies(request),
                shown.email,
                form.get("password", ""),
                shown.name,
                self._area.client(request),
                shown.request_id,
            )
        except Refused as refused:
            return self._again("register", visitor, shown, refused.problem)
        return _gone_on(shown.next, cookie)

    async def login_form(self, request: Request) -> Response:
        """The form."""
        return self._form("login", await self._area.visitor(request), _empty(request))

    async def log_in(self, request: Request) -> Response:
        """Begin a session and go on."""
        form = await form_fields(request)
        visitor = await self._area.visitor(request)
        shown = _Form(_next(form.get("next", "")), "", email=form.get("email", ""))
        if isinstance(visitor, Account):
            return self._form("login", visitor, shown, 409)
        try:
            cookies = await self._signing_in.log_in(
                _cookies(request),
                shown.email,
                form.get("password", ""),
                self._area.client(request),
            )
        except SecondFactorDue as due:
            raise self._step_cookie.elsewhere(due, shown.next) from None
        except Refused as refused:
            return self._again("login", visitor, shown, refused.problem)
        return _gone_on(shown.next, *cookies)

    async def logout_form(self, request: Request) -> Response:
        """Asks whether to; opening an address ends nothing."""
        visitor = await self._area.visitor(request)
        shown = _empty(request)
        if isinstance(visitor, Account):
            body = self._pages.page("logout.html", viewer_of(visitor), "Log out", form=shown)
            return HTMLResponse(body, headers=UNCACHED)
        return RedirectResponse("/login" + shown.carried, 303, headers=UNCACHED)

    async def log_out(self, request: Request) -> Response:
        """End the session and go on, to the front page unless another is named.

        While accounts is away this browser is logged out all the same, and told what is left.
        """
        form = await form_fields(request)
        cleared, over = await self._signing_in.log_out(_cookies(request))
        if over:
            return _gone_on(local_path(form.get("next", "")), cleared)
        body = self._pages.page("logged_out_here.html", GUEST, "Logged out in this browser")
        response = HTMLResponse(body, headers=UNCACHED)
        response.headers.append("set-cookie", cleared)
        return response

    async def account(self, request: Request) -> Response:
        """The plan and what is left of it."""
        account = await self._area.owner(request)
        answer = await self._decider.get_allowances(
            metering_pb2.GetAllowancesRequest(subject=subject_of(account), plan=plan_of(account))
        )
        counted = answer is not None and answer.mode == metering_pb2.MODE_NORMAL
        return self._area.page(
            "my_account.html",
            account,
            "Your account",
            confirmed=account.confirmed,
            role="" if account.role == "user" else account.role,
            held=plan_offered(account.plan),
            left=[Left.of(told) for told in answer.allowances] if answer and counted else None,
        )

    def _form(self, name: str, visitor: Known, form: _Form, status: int = 200) -> Response:
        """The form, or to whoever is signed in already the offer to log out first."""
        signed_in = isinstance(visitor, Account)
        template = "already_signed_in.html" if signed_in else f"{name}.html"
        title = {"register": "Register a free account", "login": "Log in"}[name]
        body = self._pages.page(
            template,
            viewer_of(visitor),
            "You are logged in" if signed_in else title,
            form=form,
            providers=self._providers.offered,
        )
        return _seen_off(HTMLResponse(body, status, UNCACHED), visitor)

    def _again(self, name: str, visitor: Known, form: _Form, problem: Problem) -> Response:
        """The form with what was filled in, but the password, and what was wrong with it."""
        errors = sentences(problem.errors)
        message = "" if errors else problem.detail
        request_id = form.request_id
        if "request_id" in errors:
            # An account was made with this form before: this is another registration.
            request_id = str(uuid.uuid4())
            message = "This form was sent before with other details. Send it again to register."
        shown = _Form(form.next, request_id, form.email, form.name, errors, message)
        response = self._form(name, visitor, shown, problem.kind.status)
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response


def _seen_off(response: Response, visitor: Known) -> Response:
    """*response*, which also takes away the cookie of a session that is over."""
    if isinstance(visitor, Guest) and visitor.ending:
        response.headers.append("set-cookie", visitor.ending)
    return response


def _gone_on(path: str, *cookies: str) -> Response:
    response = RedirectResponse(path, 303, headers=UNCACHED)
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    return response


def _cookies(request: Request) -> str:
    return request.headers.get("cookie", "")


def _empty(request: Request) -> _Form:
    return _Form(_next(request.query_params.get("next", "")), str(uuid.uuid4()))


def _next(text: str) -> str:
    """Where to go on: the account's page unless a path of this site is named."""
    return local_path(text) if text else _ACCOUNT


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
