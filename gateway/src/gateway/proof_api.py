"""Second factors of log-ins, log-ins by passkey and fresh proofs over the API."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from codingahead.accounts.v1 import accounts_pb2, factors_pb2
from gateway import problems
from gateway.account_area import AccountArea, cookies_of
from gateway.api_words import body_of, problem
from gateway.bodies import json_object, texts
from gateway.factor_api import credential_in, options
from gateway.factors import Factors, proof_of
from gateway.problems import Refused
from gateway.responses import UNCACHED
from gateway.second_factors import StepCookie
from gateway.signing_in import SigningIn

_MEANINGS = {
    400: "The body is no JSON object",
    401: "Nobody is signed in, or what was sent proves nothing",
    409: "Too many wrong codes were tried; the detail says what to do",
    410: "The log-in waits no more: begin it anew",
    415: "The body is not sent as application/json",
    422: "Fields are wrong; the member errors names each",
    429: "Too many attempts; Retry-After says when to try again",
    503: "Accounts cannot be reached; Retry-After says when to try again",
}


class SecondFactor(BaseModel):
    """The token of a log-in with ``code`` (of an app, or a recovery code) or ``credential``."""

    token: str
    code: str | None = None
    credential: dict[str, Any] | None = None


class PasskeyAnswer(BaseModel):
    """What the browser answered, a PublicKeyCredential with bytes in URL-safe base64."""

    credential: dict[str, Any]


class FreshProof(BaseModel):
    """One of them: the password, a code of the app, a passkey's answer."""

    password: str | None = None
    code: str | None = None
    credential: dict[str, Any] | None = None


class ProofApi:
    """Handlers below ``/api/v1/sessions`` that take proofs."""

    def __init__(
        self, factors: Factors, signing_in: SigningIn, cookie: StepCookie, area: AccountArea
    ) -> None:
        self._factors = factors
        self._signing_in = signing_in
        self._cookie = cookie
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(prefix="/api/v1/sessions", tags=["Accounts"])
        begun = "Logged in; the session is in a cookie"
        asks = "PublicKeyCredentialRequestOptions, bytes in URL-safe base64"
        for path, handler, model, said in (
            ("/second-factor", self.finish, SecondFactor, begun),
            ("/passkey", self.log_in, PasskeyAnswer, begun),
            ("/current/proofs", self.prove, FreshProof, "Proven; the session has a new cookie"),
        ):
            router.add_api_route(
                path,
                handler,
                methods=["POST"],
                status_code=204,
                response_description=said,
                responses=_of(400, 401, 409, 410, 415, 422, 429, 503),
                openapi_extra=body_of(model),
            )
        for path, ask in (
            ("/second-factor/options", self.second_factor_options),
            ("/passkey/options", self.log_in_options),
            ("/current/proofs/options", self.proof_options),
        ):
            router.add_api_route(
                path,
                ask,
                methods=["POST"],
                response_model=dict[str, Any],
                response_description=asks,
                responses=_of(401, 410, 503),
            )
        return router

    async def finish(self, request: Request) -> Response:
        """Finish a log-in with a second factor, carried by a cookie from then on."""
        members = await json_object(request)
        (token,) = texts(members, "token")
        proof = _proof_in(members, "code")
        done = await self._factors.finish_log_in(token, proof, self._area.client(request))
        return await self._begun(request, done.session, done.device)

    async def second_factor_options(self, request: Request) -> Response:
        """What asks a browser for a passkey of the account that logs in.

        The token comes as a member of a JSON object, or in the cookie of the page.
        """
        token = self._cookie.token(cookies_of(request))
        if request.headers.get("content-type"):
            (token,) = texts(await json_object(request), "token")
        step = await self._factors.second_factor(token, for_passkey=True)
        return _asking(step.passkey_options)

    async def log_in(self, request: Request) -> Response:
        """Log in with a passkey alone, carried by a cookie from then on."""
        credential = credential_in(await json_object(request))
        done = await self._factors.log_in(credential, self._area.client(request))
        return await self._begun(request, done.session, done.device)

    async def log_in_options(self) -> Response:
        """What asks a browser for any passkey of this site."""
        return options(await self._factors.log_in_options())

    async def prove(self, request: Request) -> Response:
        """Prove again who is signed in; what is sensitive can be changed for ten minutes then."""
        members = await json_object(request)
        account = await self._area.signed_in(request)
        session = await self._factors.prove(account, _proof_in(members, "password", "code"))
        return _signed_in(self._signing_in.goes_on(cookies_of(request), session))

    async def proof_options(self, request: Request) -> Response:
        """What asks a browser for a passkey of the account that is signed in."""
        account = await self._area.signed_in(request)
        ways = await self._factors.ways(account, for_passkey=True)
        return _asking(ways.passkey_options)

    async def _begun(
        self, request: Request, session: accounts_pb2.Session, device: str
    ) -> Response:
        response = _signed_in(await self._signing_in.begun(cookies_of(request), session))
        if device:
            response.headers.append("set-cookie", self._area.visitors.device_cookie(device))
        return response


def _proof_in(members: dict[str, object], *names: str) -> factors_pb2.Proof:
    """The one proof that *members* bring, of ``credential`` and *names*.

    Raises:
        Refused: when they bring none, or several.
    """
    given = [name for name in ("credential", *names) if members.get(name) is not None]
    if len(given) != 1:
        fault = f"send one of credential, {', '.join(names)}"
        raise Refused(problems.invalid_fields({given[0] if given else names[0]: fault}))
    name = given[0]
    text = credential_in(members) if name == "credential" else texts(members, name)[0]
    proof = proof_of({name: text})
    if proof.WhichOneof("proof") is None:
        raise Refused(problems.invalid_fields({name: "must not be empty"}))
    return proof


def _asking(text: str) -> Response:
    """The answer that asks a browser for a passkey, where there is one to ask for."""
    if not text:
        detail = "The account has no passkey. Prove who you are another way."
        raise Refused(problems.Problem(problems.REFUSED_BY_ACCOUNTS, "FACTOR_UNKNOWN", detail))
    return options(text)


def _signed_in(cookie: str) -> Response:
    response = Response(status_code=204, headers=UNCACHED)
    response.headers.append("set-cookie", cookie)
    return response


def _of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: problem(_MEANINGS[status]) for status in statuses}
