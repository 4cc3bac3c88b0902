"""Addresses and passwords over the API."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from gateway.account_area import AccountArea, cookies_of
from gateway.api_words import body_of, problem
from gateway.bodies import json_object, texts
from gateway.credential_calls import CredentialCalls
from gateway.responses import UNCACHED
from gateway.sessions import Sessions
from gateway.signing_in import SigningIn

_MEANINGS = {
    400: "The body is no JSON object",
    401: "Nobody is signed in",
    403: "The session's owner must prove again who they are",
    409: "The address is confirmed already, or for another account of its owner's",
    410: "The token is not valid any more",
    415: "The body is not sent as application/json",
    422: "Fields are wrong; the member errors names each",
    429: "Asked too often; Retry-After says when to try again",
    503: "Accounts cannot be reached",
}
_ON_ITS_WAY = {"status": "mail_on_its_way"}


class TokenMailed(BaseModel):
    """The token of a link that was mailed."""

    token: str


class AddressAsked(BaseModel):
    """An e-mail address."""

    email: str


class PasswordAsked(BaseModel):
    """The new password, 10 to 128 characters, and what allows it.

    That is the ``token`` of a link that was mailed; or, in a session, ``current_password``, which
    may be left out within ten minutes of logging in or proving again who one is.
    """

    password: str
    token: str | None = None
    current_password: str | None = None


class MailOnItsWay(BaseModel):
    """Always the same, whoever has the address, if anybody."""

    status: str


class CredentialApi:
    """Handlers of confirmations, resets, and changes of address and password."""

    def __init__(
        self, calls: CredentialCalls, sessions: Sessions, signing_in: SigningIn, area: AccountArea
    ) -> None:
        self._calls = calls
        self._sessions = sessions
        self._signing_in = signing_in
        self._area = area

    def router(self) -> APIRouter:
        """Their routes, below ``/api/v1/accounts``."""
        router = APIRouter(prefix="/api/v1/accounts", tags=["Accounts"])
        router.add_api_route(
            "/confirmations",
            self.confirm,
            methods=["POST"],
            status_code=204,
            response_description="The address is the account's",
            responses=_problems(400, 409, 410, 415, 422, 503),
            openapi_extra=body_of(TokenMailed),
        )
        router.add_api_route(
            "/confirmation-mails",
            self.send_again,
            methods=["POST"],
            status_code=202,
            response_model=MailOnItsWay,
            response_description="The mail will be sent",
            responses=_problems(401, 409, 429, 503),
        )
        router.add_api_route(
            "/email",
            self.change_address,
            methods=["POST"],
            status_code=202,
            response_model=MailOnItsWay,
            response_description="A mail to confirm it will be sent to the new address",
            responses=_problems(400, 401, 403, 415, 422, 429, 503),
            openapi_extra=body_of(AddressAsked),
        )
        router.add_api_route(
            "/password-resets",
            self.ask_reset,
            methods=["POST"],
            status_code=202,
            response_model=MailOnItsWay,
            response_description="A mail will be sent if anybody has the address",
            responses=_problems(400, 415, 422, 429, 503),
            openapi_extra=body_of(AddressAsked),
        )
        router.add_api_route(
            "/password",
            self.set_password,
            methods=["POST"],
            status_code=204,
            response_description="The password is set; in a session its new token is in a cookie",
            responses=_problems(400, 401, 403, 409, 410, 415, 422, 429, 503),
            openapi_extra=body_of(PasswordAsked),
        )
        return router

    async def confirm(self, request: Request) -> Response:
        """Confirm the address that the token was mailed to.

        It is the account's alone from then on; unconfirmed accounts with it are erased.
        """
        (token,) = texts(await json_object(request), "token")
        self._sessions.purge(await self._calls.confirm(token), "")
        return Response(status_code=204, headers=UNCACHED)

    async def send_again(self, request: Request) -> Response:
        """Send the link that confirms the account's address once more."""
        account = await self._area.signed_in(request)
        await self._calls.send_confirmation(account, self._area.client(request))
        return JSONResponse(_ON_ITS_WAY, 202, UNCACHED)

    async def change_address(self, request: Request) -> Response:
        """Ask for another address, which is the account's once it is confirmed.

        Only within ten minutes of logging in, or of proving again who one is. The answer is the
        same whether or not anybody has the address.
        """
        (email,) = texts(await json_object(request), "email")
        account = await self._area.signed_in(request)
        await self._calls.change_address(account, email, self._area.client(request))
        return JSONResponse(_ON_ITS_WAY, 202, UNCACHED)

    async def ask_reset(self, request: Request) -> Response:
        """Have a link to set a new password mailed to the owner of an address.

        The answer is the same whether or not anybody has it.
        """
        (email,) = texts(await json_object(request), "email")
        await self._calls.ask_reset(email, self._area.client(request))
        return JSONResponse(_ON_ITS_WAY, 202, UNCACHED)

    async def set_password(self, request: Request) -> Response:
        """Set a new password, by a token that was mailed or in a session.

        By a token all sessions end; in a session all others do.
        """
        password, token, current = texts(
            await json_object(request), "password", optional=("token", "current_password")
        )
        response = Response(status_code=204, headers=UNCACHED)
        if token:
            await self._calls.reset(token, password)
            return response
        account = await self._area.signed_in(request)
        session = await self._calls.change_password(account, current, password)
        response.headers.append(
            "set-cookie", self._signing_in.goes_on(cookies_of(request), session)
        )
        return response


def _problems(*statuses: int) -> dict[int | str, dict[str, object]]:
    return {status: problem(_MEANINGS[status]) for status in statuses}
