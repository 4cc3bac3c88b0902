"""Signing in with an identity at another provider: there by a form, back by a link.

A form that leads to another site is what ``form-action`` forbids, also by way of a redirect. So
the answer to it is a page that goes on by itself, and has a link for whoever's browser does not.
Coming back may sign in only the browser that went: it carries a cookie that nobody else has.
"""

from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from codingahead.accounts.v1 import federation_pb2
from gateway.account_area import AccountArea, Elsewhere, cookies_of, prove_first
from gateway.bodies import form_fields
from gateway.cookies import values
from gateway.local_paths import local_path, with_next
from gateway.problems import Refused
from gateway.providers import LINK, PROVE, SIGN_IN, Aim, Providers
from gateway.responses import UNCACHED
from gateway.second_factors import SecondFactorDue, StepCookie
from gateway.sessions import Account
from gateway.signing_in import SigningIn
from gateway.site import not_found
from gateway.viewers import viewer_of
from gateway.visitors import Known

SECURITY: Final = "/account/security"
LIFETIME: Final = timedelta(minutes=10)
"""As long as accounts waits for somebody to come back."""

_PURPOSES = {"": SIGN_IN, "sign_in": SIGN_IN, "link": LINK, "prove": PROVE}
_TITLES = {
    SIGN_IN: "Sign in with {name}",
    LINK: "Sign in with {name} from now on",
    PROVE: "Prove with {name} that it is you",
}
_LONGEST = 4_000


class RoundCookie:
    """Carries the secret of a round to a provider, and is gone when the browser comes back."""

    def __init__(self, *, secure: bool) -> None:
        self._name = "__Host-provider" if secure else "provider"
        self._attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        self.cleared = f"{self._name}=; Max-Age=0; {self._attributes}"
        """``Set-Cookie`` that takes it away."""

    def token(self, cookies: str) -> str:
        """The secret in the header *cookies*; empty when there is none."""
        return next(values(cookies, self._name), "")

    def set(self, token: str) -> str:
        """``Set-Cookie`` that keeps *token*."""
        seconds = int(LIFETIME.total_seconds())
        return f"{self._name}={token}; Max-Age={seconds}; {self._attributes}"


class ProviderPages:
    """Handlers of ``/login/{provider}``, its callback, and taking identities away."""

    def __init__(
        self,
        providers: Providers,
        signing_in: SigningIn,
        cookie: RoundCookie,
        step_cookie: StepCookie,
        area: AccountArea,
        public_url: str,
    ) -> None:
        self._providers = providers
        self._signing_in = signing_in
        self._cookie = cookie
        self._step_cookie = step_cookie
        self._area = area
        self._public_url = public_url

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/login/{provider}", self.ask, methods=["GET"])
        router.add_api_route("/login/{provider}", self.begin, methods=["POST"])
        router.add_api_route("/login/{provider}/callback", self.finish, methods=["GET"])
        router.add_api_route(f"{SECURITY}/identities/remove", self.unlink, methods=["POST"])
        return router

    async def ask(self, request: Request, provider: str) -> Response:
        """Asks whether to go there; opening an address begins nothing."""
        offered = self._offered(provider)
        visitor = await self._area.visitor(request)
        purpose = request.query_params.get("purpose", "")
        aim = _aim_of(purpose)
        return self._page(
            "provider_ask.html",
            visitor,
            _TITLES[aim].format(name=offered.name),
            provider=offered,
            purpose=purpose,
            next_path=_next(request.query_params.get("next", ""), aim),
        )

    async def begin(self, request: Request, provider: str) -> Response:
        """Send the browser there."""
        form = await form_fields(request)
        offered = self._offered(provider)
        aim = _aim_of(form.get("purpose", ""))
        next_path = _next(form.get("next", ""), aim)
        account = None if aim == SIGN_IN else await self._area.owner(request)
        visitor = account or await self._area.visitor(request)
        if aim == SIGN_IN and isinstance(visitor, Account):
            raise Elsewhere("/login" + with_next(next_path))
        try:
            begun = await self._providers.begin(
                provider, aim, self._callback(provider), next_path, account
            )
        except Refused as refused:
            told = prove_first(refused, SECURITY)
            if isinstance(told, Elsewhere):
                raise told from None
            return self._failed(visitor, next_path, told)
        response = self._page(
            "provider_go.html",
            visitor,
            _TITLES[aim].format(name=offered.name),
            provider=offered,
            url=begun.authorization_url,
        )
        response.headers.append("set-cookie", self._cookie.set(begun.token))
        return response

    async def finish(self, request: Request, provider: str) -> Response:
        """Take the browser back, sign it in, and go on."""
        self._offered(provider)
        visitor = await self._area.visitor(request)
        cookies = cookies_of(request)
        account = visitor if isinstance(visitor, Account) else None
        query = request.query_params
        back = federation_pb2.FinishSignInRequest(
            provider=provider,
            token=_short(self._cookie.token(cookies)),
            state=_short(query.get("state", "")),
            code=_short(query.get("code", "")),
            issuer=_short(query.get("iss", "")),
            guest_id=self._area.visitors.presented_guest(cookies),
        )
        try:
            done = await self._providers.finish(back, account, self._area.client(request))
            next_path = _next(done.next, done.purpose)
            set_cookies = await self._done(cookies, back.guest_id, done)
        except SecondFactorDue as due:
            response = self._step_cookie.elsewhere(due, next_path).response()
        except Refused as refused:
            response = self._failed(visitor, "", refused)
        else:
            response = RedirectResponse(next_path, 303, headers=UNCACHED)
            for cookie in set_cookies:
                response.headers.append("set-cookie", cookie)
        response.headers.append("set-cookie", self._cookie.cleared)
        return response

    async def unlink(self, request: Request) -> Response:
        """Take an identity away."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        try:
            await self._providers.unlink(account, form.get("identity_id", ""))
        except Refused as refused:
            told = prove_first(refused, SECURITY)
            if isinstance(told, Elsewhere):
                raise told from None
            return self._failed(account, SECURITY, told)
        return RedirectResponse(SECURITY, 303, headers=UNCACHED)

    async def _done(
        self, cookies: str, guest_id: str, done: federation_pb2.FinishSignInResponse
    ) -> list[str]:
        """The cookies to set after a round."""
        if done.purpose == LINK:
            return []
        if done.purpose == PROVE:
            return [self._signing_in.goes_on(cookies, done.session)]
        return await self._signing_in.entered(cookies, guest_id, done)

    def _offered(self, provider: str) -> federation_pb2.Provider:
        offered = self._providers.named(provider)
        if offered is None:
            raise Refused(not_found())
        return offered

    def _callback(self, provider: str) -> str:
        return f"{self._public_url}/login/{provider}/callback"

    def _failed(
        self,
        visitor: Known,
        next_path: str,
        refused: Refused,
    ) -> Response:
        problem = refused.problem
        signed_in = isinstance(visitor, Account)
        response = self._page(
            "provider_failed.html",
            visitor,
            "That did not work" if signed_in else "You were not signed in",
            status=problem.kind.status,
            told=problem.detail,
            back=(next_path or SECURITY) if signed_in else "/login" + with_next(next_path),
            signed_in=signed_in,
        )
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    def _page(
        self, template: str, visitor: Known, title: str, *, status: int = 200, **given: object
    ) -> Response:
        body = self._area.pages.page(template, viewer_of(visitor), title, **given)
        return HTMLResponse(body, status, headers=UNCACHED)


def _aim_of(purpose: str) -> Aim:
    aim = _PURPOSES.get(purpose)
    if aim is None:
        raise Refused(not_found())
    return aim


def _next(text: str, aim: Aim) -> str:
    """Where to go on: a path of this site."""
    if text:
        return local_path(text)
    return "/account" if aim == SIGN_IN else SECURITY


def _short(text: str) -> str:
    """*text*, or nothing where no provider sends anything as long, or that is no text."""
    return text if len(text) <= _LONGEST and text.isprintable() else ""
