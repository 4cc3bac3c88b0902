"""Accounts and sessions over the API."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from gateway import problems
from gateway.account_area import AccountArea
from gateway.api_words import body_of, problems_of
from gateway.bodies import json_object, texts
from gateway.problems import Refused
from gateway.responses import UNCACHED
from gateway.second_factors import SecondFactorDue
from gateway.signing_in import SigningIn

_REGISTERED = {"status": "registered"}
_HERE_ONLY = "The cookie is taken away, and the session could not be ended"
_NOT_ENDED = (
    "The cookie is taken away. The session itself could not be ended, as accounts cannot be "
    "reached for the moment; it ends by itself within 30 days."
)


class Credentials(BaseModel):
    """An e-mail address and a password."""

    email: str
    password: str


class Registration(Credentials):
    """What is given to register; the password has 10 to 128 characters."""

    name: str | None = None


class Registered(BaseModel):
    """Always the same, whoever registers."""

    status: str


class LoggedOutHere(BaseModel):
    """The cookie is gone and the session is not over; ``detail`` says why."""

    status: str
    detail: str


class AccountApi:
    """Handlers of accounts and sessions."""

    def __init__(self, signing_in: SigningIn, area: AccountArea) -> None:
        self._signing_in = signing_in
        self._area = area

    def router(self) -> APIRouter:
        """Their routes, below ``/api/v1``."""
        router = APIRouter(prefix="/api/v1", tags=["Accounts"])
        router.add_api_route(
            "/accounts",
            self.register,
            methods=["POST"],
            status_code=202,
            response_model=Registered,
            response_description="Registered; the session is in a cookie",
            responses=problems_of(400, 415, 422, 429, 503),
            openapi_extra=body_of(Registration),
        )
        router.add_api_route(
            "/sessions",
            self.log_in,
            methods=["POST"],
            status_code=204,
            response_description="Logged in; the session is in a cookie",
            responses=problems_of(400, 401, 415, 422, 429, 503),
            openapi_extra=body_of(Credentials),
        )
        router.add_api_route(
            "/sessions/current",
            self.log_out,
            methods=["DELETE"],
            status_code=204,
            response_description="Logged out; the cookie is taken away",
            responses={200: {"description": _HERE_ONLY, "model": LoggedOutHere}},
        )
        return router

    async def register(self, request: Request) -> JSONResponse:
        """Make a free account and sign it in with a session cookie.

        The answer is the same whether or not the address is known. What the guest whose cookie
        came along has seen is carried over, uncharged.
        """
        email, password, name = texts(
            await json_object(request), "email", "password", optional=("name",)
        )
        cookie = await self._signing_in.register(
            _cookies(request), email, password, name, self._area.client(request)
        )
        response = JSONResponse(_REGISTERED, 202, UNCACHED)
        response.headers.append("set-cookie", cookie)
        return response

    async def log_in(self, request: Request) -> Response:
        """Begin a session, carried by a cookie.

        Where the account has a second factor, the problem ``second-factor-due`` says with its
        members ``token`` and ``methods`` what finishes the log-in.
        """
        email, password = texts(await json_object(request), "email", "password")
        try:
            cookies = await self._signing_in.log_in(
                _cookies(request), email, password, self._area.client(request)
            )
        except SecondFactorDue as due:
            raise Refused(problems.second_factor_due(due.token, due.methods)) from None
        return _empty(*cookies)

    async def log_out(self, request: Request) -> Response:
        """End the session whose cookie came along; without one nothing happens.

        The cookie is taken away whatever becomes of the session. Where that could not be ended,
        as a part is away, the answer is 200 and says so.
        """
        cookie, over = await self._signing_in.log_out(_cookies(request))
        if over:
            return _empty(cookie)
        told = {"status": "logged_out_here", "detail": _NOT_ENDED}
        response = JSONResponse(told, headers=UNCACHED)
        response.headers.append("set-cookie", cookie)
        return response


def _empty(*cookies: str) -> Response:
    response = Response(status_code=204, headers=UNCACHED)
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    return response


def _cookies(request: Request) -> str:
    return request.headers.get("cookie", "")
