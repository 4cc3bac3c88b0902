"""Calls to accounts for the sessions of an account: listed for their owner, and ended."""

import re
from collections.abc import Callable
from typing import Final

from grpc.aio import Channel

from codingahead.accounts.v1 import sessions_pb2, sessions_pb2_grpc
from gateway.account_calls import SECONDS, answered
from gateway.sessions import Account

SERVICE: Final = "codingahead.accounts.v1.SessionsService"

_ID = re.compile(r"[A-Za-z0-9_-]{22}")

type Purge = Callable[[str, str], None]
"""Drops what this process believes of one session of an account, or of all when that is empty."""


class OwnSessions:
    """The sessions of any account; *channel* tries again, as all of it may be repeated.

    What is ended is dropped by *purge* here at once, and elsewhere by the event. Methods raise
    :class:`gateway.problems.Refused` with what the visitor is told.
    """

    def __init__(self, channel: Channel, purge: Purge) -> None:
        self._stub = sessions_pb2_grpc.SessionsServiceStub(channel)
        self._purge = purge

    async def of(
        self, account: Account, limit: int, page_token: str
    ) -> sessions_pb2.ListSessionsResponse:
        """Open sessions, the one begun last first; *limit* is 1 to 100."""
        request = sessions_pb2.ListSessionsRequest(
            account_id=account.id, page_size=limit, page_token=page_token
        )
        return await answered(self._stub.ListSessions(request, timeout=SECONDS))

    async def end(self, account: Account, session_id: str) -> None:
        """End one session, if it is open."""
        if not _ID.fullmatch(session_id):
            return
        request = sessions_pb2.RevokeSessionRequest(account_id=account.id, session_id=session_id)
        await answered(self._stub.RevokeSession(request, timeout=SECONDS))
        self._purge(account.id, session_id)

    async def end_all(self, account: Account, *, but_this: bool) -> int:
        """End every session, or every one but this; says how many were open."""
        request = sessions_pb2.RevokeSessionsRequest(
            account_id=account.id, kept_session_id=account.session_id if but_this else ""
        )
        told = await answered(self._stub.RevokeSessions(request, timeout=SECONDS))
        self._purge(account.id, "")
        return told.ended
