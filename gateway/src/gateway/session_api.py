"""The sessions of an account over the API."""

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import BaseModel

from codingahead.accounts.v1 import sessions_pb2
from gateway.account_area import AccountArea
from gateway.api_words import problems_of
from gateway.own_sessions import OwnSessions
from gateway.responses import UNCACHED
from gateway.sessions import Account


class OpenSession(BaseModel):
    """An open session. ``device`` and ``network`` are empty where nothing told; times in UTC."""

    id: str
    device: str
    network: str
    begun: str
    last_used: str
    ends_unless_used: str
    current: bool


class OpenSessions(BaseModel):
    """Open sessions, the one begun last first; ``next_page_token`` is empty on the last page."""

    sessions: list[OpenSession]
    next_page_token: str


class SessionApi:
    """Handlers of ``/api/v1/sessions`` that see and end what is open."""

    def __init__(self, sessions: OwnSessions, area: AccountArea) -> None:
        self._sessions = sessions
        self._area = area

    def router(self) -> APIRouter:
        """Their routes, below ``/api/v1``."""
        router = APIRouter(prefix="/api/v1", tags=["Accounts"])
        router.add_api_route(
            "/sessions",
            self.list,
            methods=["GET"],
            response_model=OpenSessions,
            responses=problems_of(400, 401, 422, 503),
        )
        router.add_api_route(
            "/sessions",
            self.end_all,
            methods=["DELETE"],
            status_code=204,
            response_description="They are over",
            responses=problems_of(400, 401, 503),
        )
        router.add_api_route(
            "/sessions/{session_id}",
            self.end,
            methods=["DELETE"],
            status_code=204,
            response_description="It is over",
            responses=problems_of(401, 503),
        )
        return router

    async def list(
        self,
        request: Request,
        page_size: Annotated[int, Query(ge=1, le=100)] = 50,
        page_token: Annotated[str, Query(max_length=200)] = "",
    ) -> JSONResponse:
        """Where the account is logged in."""
        account = await self._area.signed_in(request)
        told = await self._sessions.of(account, page_size, page_token)
        document = OpenSessions(
            sessions=[_session(session, account) for session in told.sessions],
            next_page_token=told.next_page_token,
        )
        return JSONResponse(document.model_dump(), headers=UNCACHED)

    async def end_all(
        self, request: Request, *, keep_current: Annotated[bool, Query()] = False
    ) -> Response:
        """Log out everywhere; with ``keep_current=true`` everywhere but here."""
        account = await self._area.signed_in(request)
        await self._sessions.end_all(account, but_this=keep_current)
        return self._ended(here=not keep_current)

    async def end(self, request: Request, session_id: str) -> Response:
        """Log out of one session. Ending one that is not there changes nothing."""
        account = await self._area.signed_in(request)
        await self._sessions.end(account, session_id)
        return self._ended(here=session_id == account.session_id)

    def _ended(self, *, here: bool) -> Response:
        response = Response(status_code=204, headers=UNCACHED)
        if here:
            response.headers.append("set-cookie", self._area.visitors.session_cleared)
        return response


def _session(session: sessions_pb2.OpenSession, account: Account) -> OpenSession:
    return OpenSession(
        id=session.session_id,
        device=session.device,
        network=session.network,
        begun=_time(session.begun_at),
        last_used=_time(session.used_at),
        ends_unless_used=_time(session.expires_at),
        current=session.session_id == account.session_id,
    )


def _time(at: Timestamp) -> str:
    return at.ToDatetime(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
