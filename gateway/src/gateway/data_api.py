"""What is held about somebody, over the API: read as a document, or erased with the account."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from gateway.account_area import AccountArea
from gateway.api_words import body_of, problem
from gateway.bodies import json_object, texts
from gateway.data_pages import download, gone
from gateway.privacy import Privacy
from gateway.responses import UNCACHED
from gateway.sessions import Sessions

_MEANINGS = {
    400: "The body is no JSON object",
    401: "Nobody is signed in",
    403: "The session's owner must prove again who they are, at /account/prove",
    415: "The body is not sent as application/json",
    422: "The confirmation is not the account's address",
    429: "Exported too often; Retry-After says when to try again",
    503: "A part that holds something cannot be reached",
}


class Erasure(BaseModel):
    """That it is meant: the e-mail address of the account."""

    confirmation: str


class DataApi:
    """Handlers of export and erasure."""

    def __init__(self, privacy: Privacy, sessions: Sessions, area: AccountArea) -> None:
        self._privacy = privacy
        self._sessions = sessions
        self._area = area

    def router(self) -> APIRouter:
        """Their routes, below ``/api/v1``."""
        router = APIRouter(prefix="/api/v1", tags=["Accounts"])
        router.add_api_route(
            "/account/export",
            self.export,
            methods=["GET"],
            response_class=Response,
            responses={
                200: {
                    "description": "Everything held about the account",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                **{status: problem(_MEANINGS[status]) for status in (401, 403, 429, 503)},
            },
        )
        router.add_api_route(
            "/account/erasure",
            self.erase,
            methods=["POST"],
            status_code=204,
            response_description="Erased; the session's cookie is taken away",
            responses={
                status: problem(_MEANINGS[status]) for status in (400, 401, 403, 415, 422, 503)
            },
            openapi_extra=body_of(Erasure),
        )
        return router

    async def export(self, request: Request) -> Response:
        """Everything that is held about the account, as one document.

        Only within ten minutes of logging in, or of proving again who one is.
        """
        account = await self._area.signed_in(request)
        return download(await self._privacy.export(account))

    async def erase(self, request: Request) -> Response:
        """Erase the account and everything held under it, for good.

        Only within ten minutes of logging in, or of proving again who one is.
        """
        (confirmation,) = texts(await json_object(request), "confirmation")
        account = await self._area.signed_in(request)
        await self._privacy.erase(account, confirmation)
        self._sessions.purge(account.id, "")
        return gone(Response(status_code=204, headers=UNCACHED), self._area)
