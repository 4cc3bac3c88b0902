"""Proving again who one is, before what is sensitive is changed."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from gateway.account_area import PROVE, AccountArea, Elsewhere, cookies_of
from gateway.bodies import form_fields
from gateway.factors import Factors, proof_of
from gateway.local_paths import with_next
from gateway.problems import Problem, Refused
from gateway.providers import Providers
from gateway.responses import UNCACHED
from gateway.second_factor_pages import NO_PASSKEY, next_of
from gateway.sessions import Account
from gateway.signing_in import SigningIn

_WRONG = {
    "password": "That is not your password.",
    "code": "That is not what the app shows now, or it was used before. Wait for the next code.",
}


class ProofPages:
    """Handlers of ``/account/prove``."""

    def __init__(
        self, factors: Factors, providers: Providers, signing_in: SigningIn, area: AccountArea
    ) -> None:
        self._factors = factors
        self._providers = providers
        self._signing_in = signing_in
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(PROVE, self.show, methods=["GET"])
        router.add_api_route(PROVE, self.prove, methods=["POST"])
        return router

    async def show(self, request: Request) -> Response:
        """By what it can be proven."""
        account = await self._area.owner(request)
        return await self._page(account, next_of(request.query_params.get("next", "")))

    async def prove(self, request: Request) -> Response:
        """Take the proof and go on; the session has another token from then on."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        next_path = next_of(form.get("next", ""))
        proof = proof_of(form)
        given = next((name for name in _WRONG if name in form), "")
        if proof.WhichOneof("proof") is None:
            faults = {given: "Please fill this in."} if given else {}
            told = "" if given else NO_PASSKEY
            return await self._page(account, next_path, faults, told=told, status=422)
        try:
            session = await self._factors.prove(account, proof)
        except Refused as refused:
            return await self._again(account, next_path, given, refused.problem)
        response = RedirectResponse(next_path, 303, headers=UNCACHED)
        response.headers.append(
            "set-cookie", self._signing_in.goes_on(cookies_of(request), session)
        )
        return response

    async def _again(
        self, account: Account, next_path: str, given: str, problem: Problem
    ) -> Response:
        if problem.reason == "NOT_SIGNED_IN":
            # The session has ended meanwhile: by its time, or by one wrong proof too many.
            raise Elsewhere("/login" + with_next(next_path), self._area.visitors.session_cleared)
        wrong = problem.reason == "PROOF_REJECTED" and given in _WRONG
        response = await self._page(
            account,
            next_path,
            {given: _WRONG[given]} if wrong else {},
            told="" if wrong else problem.detail,
            status=problem.kind.status,
        )
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    async def _page(
        self,
        account: Account,
        next_path: str,
        faults: dict[str, str] | None = None,
        *,
        told: str = "",
        status: int = 200,
    ) -> Response:
        ways = await self._factors.ways(account)
        identities = await self._providers.identities(account) if self._providers.offered else []
        return self._area.page(
            "prove.html",
            account,
            "Is it you?",
            status=status,
            methods=ways.methods,
            providers=[it.provider for it in identities if it.provider.key],
            faults={name: (faults or {}).get(name, "") for name in _WRONG},
            next_path=next_path,
            told=told,
        )
