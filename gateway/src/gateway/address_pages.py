"""The address of an account: confirmed by a link that was mailed to it, and changed to another."""

from datetime import UTC

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway import problems
from gateway.account_area import AccountArea, prove_first
from gateway.bodies import form_fields
from gateway.credential_calls import CredentialCalls
from gateway.field_words import sentences
from gateway.problems import Problem, Refused
from gateway.responses import UNCACHED
from gateway.sessions import Account, Sessions
from gateway.viewers import viewer_of
from gateway.visitors import Known
from gateway.wording import day_in_words

VERIFY = "/verify-email"
_CHANGE = "/account/email"
_TITLE = "Confirm your address"


class AddressPages:
    """Handlers of ``/verify-email`` and ``/account/email``."""

    def __init__(self, calls: CredentialCalls, sessions: Sessions, area: AccountArea) -> None:
        self._calls = calls
        self._sessions = sessions
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(VERIFY, self.look, methods=["GET"])
        router.add_api_route(VERIFY, self.confirm, methods=["POST"])
        router.add_api_route(_CHANGE, self.show, methods=["GET"])
        router.add_api_route(_CHANGE, self.change, methods=["POST"])
        router.add_api_route(f"{_CHANGE}/confirmation", self.send_again, methods=["POST"])
        return router

    async def look(self, request: Request) -> Response:
        """What the link would confirm: opening it does nothing, as programs open links too."""
        visitor = await self._area.visitor(request)
        token = request.query_params.get("token", "")
        if not token:
            return self._page("confirmation_sent.html", visitor)
        try:
            pending = await self._calls.look_at_confirmation(token)
        except Refused as refused:
            return self._gone(visitor, refused)
        at = pending.registered_at.ToDatetime(UTC)
        return self._page(
            "verify_email.html",
            visitor,
            token=token,
            pending=pending,
            registered=f"{day_in_words(at.date())} at {at:%H:%M} (UTC)",
        )

    async def confirm(self, request: Request) -> Response:
        """Confirm the address."""
        form = await form_fields(request)
        visitor = await self._area.visitor(request)
        try:
            account_id = await self._calls.confirm(form.get("token", ""))
        except Refused as refused:
            return self._gone(visitor, refused)
        self._sessions.purge(account_id, "")
        mine = isinstance(visitor, Account) and visitor.id == account_id
        return self._page("address_confirmed.html", visitor, "Your address is confirmed", mine=mine)

    async def send_again(self, request: Request) -> Response:
        """Send the link once more."""
        account = await self._area.owner(request)
        await self._calls.send_confirmation(account, self._area.client(request))
        return RedirectResponse(VERIFY, 303, headers=UNCACHED)

    async def show(self, request: Request) -> Response:
        """The address, and the form for another."""
        return await self._form(await self._area.owner(request))

    async def change(self, request: Request) -> Response:
        """Send a link to the new address."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        email = form.get("email", "").strip()
        try:
            await self._calls.change_address(account, email, self._area.client(request))
        except Refused as refused:
            if refused.problem.errors:
                return await self._form(account, email, refused.problem)
            raise prove_first(refused, _CHANGE) from None
        return await self._form(account, sent_to=email)

    async def _form(
        self, account: Account, email: str = "", problem: Problem | None = None, sent_to: str = ""
    ) -> Response:
        held = await self._calls.held(account)
        return self._area.page(
            "change_email.html",
            account,
            "E-mail address",
            status=problem.kind.status if problem else 200,
            held=held,
            email=email,
            fault=sentences(problem.errors).get("email", "") if problem else "",
            sent_to=sent_to,
        )

    def _page(
        self, template: str, visitor: Known, title: str = _TITLE, status: int = 200, **given: object
    ) -> Response:
        signed_in = isinstance(visitor, Account)
        body = self._area.pages.page(
            template, viewer_of(visitor), title, signed_in=signed_in, **given
        )
        return HTMLResponse(body, status, headers=UNCACHED)

    def _gone(self, visitor: Known, refused: Refused) -> Response:
        """What a link leads to that confirms nothing."""
        problem = refused.problem
        if problem.kind not in (problems.TOKEN_REFUSED, problems.REFUSED_BY_ACCOUNTS):
            raise refused
        return self._page(
            "confirmation_refused.html",
            visitor,
            "Nothing was confirmed",
            problem.kind.status,
            problem=problem,
        )
