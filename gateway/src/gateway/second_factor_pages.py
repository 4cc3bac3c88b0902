"""The second page of a log-in, and logging in with a passkey alone."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from codingahead.accounts.v1 import accounts_pb2
from gateway.account_area import AccountArea, Elsewhere, cookies_of
from gateway.bodies import form_fields
from gateway.factors import ONE_TIME_PASSWORD, RECOVERY_CODE, Factors, proof_of
from gateway.local_paths import local_path, with_next
from gateway.problems import Problem, Refused
from gateway.responses import UNCACHED
from gateway.second_factors import PATH, StepCookie
from gateway.sessions import Account
from gateway.signing_in import SigningIn
from gateway.viewers import GUEST

NO_PASSKEY = (
    "Your browser sent no passkey. Passkeys need JavaScript; log in another way, or turn it on."
)

_ACCOUNT = "/account"
_CODES = {
    (True, True): "The six digits of your authenticator app, or a recovery code.",
    (True, False): "The six digits that your authenticator app shows now.",
    (False, True): "A recovery code, if your passkey is lost.",
}


class SecondFactorPages:
    """Handlers of ``/login/second-factor`` and ``/login/passkey``."""

    def __init__(
        self, factors: Factors, signing_in: SigningIn, cookie: StepCookie, area: AccountArea
    ) -> None:
        self._factors = factors
        self._signing_in = signing_in
        self._cookie = cookie
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(PATH, self.show, methods=["GET"])
        router.add_api_route(PATH, self.finish, methods=["POST"])
        router.add_api_route("/login/passkey", self.log_in, methods=["POST"])
        return router

    async def show(self, request: Request) -> Response:
        """What is asked for."""
        next_path = next_of(request.query_params.get("next", ""))
        return await self._page(await self._token(request, next_path), next_path)

    async def finish(self, request: Request) -> Response:
        """Log in with what is brought, and go on."""
        form = await form_fields(request)
        next_path = next_of(form.get("next", ""))
        token = await self._token(request, next_path)
        proof = proof_of(form)
        if proof.WhichOneof("proof") in (None, "password"):
            if "credential" in form:
                return await self._page(token, next_path, told=NO_PASSKEY, status=422)
            return await self._page(token, next_path, code_fault="Enter a code.", status=422)
        try:
            done = await self._factors.finish_log_in(token, proof, self._area.client(request))
        except Refused as refused:
            return await self._again(token, next_path, refused.problem, coded="code" in form)
        response = await self._logged_in(request, next_path, done.session, done.device)
        response.headers.append("set-cookie", self._cookie.cleared)
        return response

    async def log_in(self, request: Request) -> Response:
        """Log in with a passkey and nothing else, and go on."""
        form = await form_fields(request)
        next_path = next_of(form.get("next", ""))
        credential = form.get("credential", "")
        if not credential:
            raise Elsewhere("/login" + with_next(next_path))
        done = await self._factors.log_in(credential, self._area.client(request))
        return await self._logged_in(request, next_path, done.session, done.device)

    async def _token(self, request: Request, next_path: str) -> str:
        """The token of the log-in that waits.

        Raises:
            Elsewhere: to log in, where none does, or on, where somebody is signed in.
        """
        if isinstance(await self._area.visitor(request), Account):
            raise Elsewhere(next_path, self._cookie.cleared)
        if token := self._cookie.token(cookies_of(request)):
            return token
        raise Elsewhere("/login" + with_next(next_path))

    async def _page(
        self,
        token: str,
        next_path: str,
        *,
        told: str = "",
        code_fault: str = "",
        status: int = 200,
    ) -> Response:
        try:
            methods = (await self._factors.second_factor(token)).methods
        except Refused as refused:
            if refused.problem.reason == "TOKEN_REFUSED":
                return self._over(next_path)
            raise
        body = self._area.pages.page(
            "second_factor.html",
            GUEST,
            "One more step",
            methods=methods,
            codes=_CODES.get((ONE_TIME_PASSWORD in methods, RECOVERY_CODE in methods), ""),
            next_path=next_path,
            told=told,
            code_fault=code_fault,
        )
        return HTMLResponse(body, status, headers=UNCACHED)

    async def _again(
        self, token: str, next_path: str, problem: Problem, *, coded: bool
    ) -> Response:
        if problem.reason == "TOKEN_REFUSED":
            return self._over(next_path)
        wrong = problem.reason == "PROOF_REJECTED" and coded
        response = await self._page(
            token,
            next_path,
            told="" if wrong else problem.detail,
            code_fault=problem.detail if wrong else "",
            status=problem.kind.status,
        )
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    def _over(self, next_path: str) -> Response:
        body = self._area.pages.page(
            "log_in_again.html", GUEST, "Please log in again", next_path=next_path
        )
        response = HTMLResponse(body, 410, headers=UNCACHED)
        response.headers.append("set-cookie", self._cookie.cleared)
        return response

    async def _logged_in(
        self, request: Request, next_path: str, session: accounts_pb2.Session, device: str
    ) -> Response:
        response = RedirectResponse(next_path, 303, headers=UNCACHED)
        cookie = await self._signing_in.begun(cookies_of(request), session)
        response.headers.append("set-cookie", cookie)
        if device:
            response.headers.append("set-cookie", self._area.visitors.device_cookie(device))
        return response


def next_of(text: str) -> str:
    """Where to go on: the account's page unless a path of this site is named."""
    return local_path(text) if text else _ACCOUNT
