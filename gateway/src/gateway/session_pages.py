"""The sessions of an account: where it is logged in, and logging out there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from google.protobuf.timestamp_pb2 import Timestamp

from codingahead.accounts.v1 import sessions_pb2
from gateway.account_area import AccountArea
from gateway.bodies import form_fields
from gateway.own_sessions import OwnSessions
from gateway.responses import UNCACHED
from gateway.sessions import Account
from gateway.wording import day_in_words

HERE: Final = "/account/sessions"

_PAGE = 50


@dataclass(frozen=True, slots=True)
class _Shown:
    """A session as it is shown; times in words, UTC."""

    id: str
    device: str
    network: str
    begun: str
    used: str
    here: bool


class SessionPages:
    """Handlers of ``/account/sessions``."""

    def __init__(self, sessions: OwnSessions, area: AccountArea) -> None:
        self._sessions = sessions
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(HERE, self.show, methods=["GET"])
        router.add_api_route(HERE, self.end, methods=["POST"])
        return router

    async def show(self, request: Request) -> Response:
        """Where the account is logged in."""
        account = await self._area.owner(request)
        page_token = request.query_params.get("page_token", "")
        told = await self._sessions.of(account, _PAGE, page_token)
        return self._area.page(
            "my_sessions.html",
            account,
            "Your sessions",
            sessions=[_shown(session, account) for session in told.sessions],
            next_token=told.next_page_token,
            begins=not page_token,
        )

    async def end(self, request: Request) -> Response:
        """Log out of one session, of all others, or everywhere, as ``which`` says."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        match form.get("which", ""):
            case "everywhere":
                await self._sessions.end_all(account, but_this=False)
                return self._gone("/")
            case "others":
                await self._sessions.end_all(account, but_this=True)
            case session_id:
                await self._sessions.end(account, session_id)
                if session_id == account.session_id:
                    return self._gone("/")
        return RedirectResponse(HERE, 303, headers=UNCACHED)

    def _gone(self, path: str) -> Response:
        response = RedirectResponse(path, 303, headers=UNCACHED)
        response.headers.append("set-cookie", self._area.visitors.session_cleared)
        return response


def _shown(session: sessions_pb2.OpenSession, account: Account) -> _Shown:
    return _Shown(
        session.session_id,
        session.device or "A device that did not say what it is",
        session.network,
        _moment(session.begun_at),
        _moment(session.used_at),
        session.session_id == account.session_id,
    )


def _moment(at: Timestamp) -> str:
    moment: datetime = at.ToDatetime(UTC)
    return f"{day_in_words(moment.date())}, {moment:%H:%M}"
