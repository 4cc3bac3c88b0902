"""The gRPC service of sessions: reads requests, asks the store, writes answers."""

import base64
from datetime import datetime
from typing import Any

from grpc import aio

from accounts.api import refusals
from accounts.open_sessions import After, OpenSession, OpenSessions
from accounts.wire import timestamp
from codingahead.accounts.v1 import sessions_pb2 as pb
from codingahead.accounts.v1 import sessions_pb2_grpc
from servicekit.errors import invalid

_USUAL, _MOST = 50, 100
_LONGEST_TOKEN = 200

type _Context = aio.ServicerContext[Any, Any]


class SessionsApi(sessions_pb2_grpc.SessionsServiceServicer):
    """Handlers of ``SessionsService``."""

    def __init__(self, sessions: OpenSessions) -> None:
        self._sessions = sessions

    async def ListSessions(  # noqa: N802 - named by the contract
        self, request: pb.ListSessionsRequest, context: _Context
    ) -> pb.ListSessionsResponse:
        """List open sessions."""
        if not 0 <= request.page_size <= _MOST:
            raise invalid("REQUEST_INVALID", page_size=f"must be 1 to {_MOST}, or 0 for {_USUAL}")
        limit = request.page_size or _USUAL
        with refusals():
            found = await self._sessions.of(
                request.account_id, limit + 1, _read_token(request.page_token)
            )
        shown = found[:limit]
        return pb.ListSessionsResponse(
            sessions=[_session(session) for session in shown],
            next_page_token=_write_token(shown[-1]) if len(found) > limit else "",
        )

    async def RevokeSession(  # noqa: N802 - named by the contract
        self, request: pb.RevokeSessionRequest, context: _Context
    ) -> pb.RevokeSessionResponse:
        """End one session."""
        with refusals():
            await self._sessions.end(request.account_id, request.session_id)
        return pb.RevokeSessionResponse()

    async def RevokeSessions(  # noqa: N802 - named by the contract
        self, request: pb.RevokeSessionsRequest, context: _Context
    ) -> pb.RevokeSessionsResponse:
        """End every session, or all but one."""
        with refusals():
            ended = await self._sessions.end_all(request.account_id, but=request.kept_session_id)
        return pb.RevokeSessionsResponse(ended=ended)


def _session(session: OpenSession) -> pb.OpenSession:
    return pb.OpenSession(
        session_id=session.id,
        device=session.device,
        network=session.network,
        begun_at=timestamp(session.begun_at),
        used_at=timestamp(session.used_at),
        expires_at=timestamp(session.expires_at),
    )


def _write_token(last: OpenSession) -> str:
    text = f"{last.begun_at.isoformat()}\n{last.id}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_token(token: str) -> After | None:
    if not token:
        return None
    try:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError
        moment, session_id = base64.b64decode(token, b"-_", validate=True).decode().split("\n")
        begun_at = datetime.fromisoformat(moment)
        if begun_at.tzinfo is None or "\0" in session_id:
            raise ValueError
    except ValueError:
        raise invalid(
            "REQUEST_INVALID",
            page_token="must come from an answer to the same request; start over",  # noqa: S106
        ) from None
    return begun_at, session_id
