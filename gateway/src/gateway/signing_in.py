"""Registering, logging in and logging out: accounts asked, the guest carried over, cookies set."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from codingahead.accounts.v1 import accounts_pb2
from gateway import problems
from gateway.accounts import Accounts, AccountsAway
from gateway.decisions import Decider
from gateway.problems import Refused
from gateway.sessions import Sessions
from gateway.visitors import Visitors
from servicekit.errors import ServiceError
from servicekit.logs import get_logger

log = get_logger("gateway.signing_in")


class SigningIn:
    """Opens and ends sessions for visitors.

    Methods take the visitor's ``Cookie`` header and answer the ``Set-Cookie`` to send; they raise
    :class:`gateway.problems.Refused` with what the visitor is told.
    """

    def __init__(
        self, accounts: Accounts, decider: Decider, sessions: Sessions, visitors: Visitors
    ) -> None:
        self._accounts = accounts
        self._decider = decider
        self._sessions = sessions
        self._visitors = visitors

    async def register(
        self, cookies: str, email: str, password: str, name: str, request_id: str = ""
    ) -> str:
        """Make an account and sign it in; what the guest has seen becomes its own, uncharged.

        Repeating a *request_id* (a UUID) makes no second account.
        """
        guest_id = self._visitors.presented_guest(cookies)
        with _refusals():
            session = await self._accounts.register(
                accounts_pb2.RegisterRequest(
                    request_id=request_id or str(uuid.uuid4()),
                    email=email,
                    password=password,
                    name=name,
                    guest_id=guest_id,
                )
            )
        if guest_id:
            # Should this fail, metering makes up for it when it hears of the account.
            principal = session.principal
            await self._decider.merge(guest_id, principal.account_id, principal.plan)
        return await self._begun(cookies, session)

    async def log_in(self, cookies: str, email: str, password: str) -> str:
        """Begin a session. Nothing of a guest is carried over."""
        with _refusals():
            session = await self._accounts.log_in(email, password)
        return await self._begun(cookies, session)

    async def log_out(self, cookies: str) -> tuple[str, bool]:
        """End the session, if there is one; its cookie goes whatever becomes of that.

        Also answers whether the session is over: not when accounts could not be reached.
        """
        over = True
        if token := self._visitors.token(cookies):
            try:
                await self._accounts.log_out(token)
            except (AccountsAway, ServiceError) as error:
                over = False
                log.warning("session_not_ended", error=str(error))
            self._sessions.ended(token)
        return self._visitors.session_cleared, over

    async def _begun(self, cookies: str, session: accounts_pb2.Session) -> str:
        """The new session takes the place of the one that was there, which ends."""
        if replaced := self._visitors.token(cookies):
            try:
                await self._accounts.log_out(replaced)
            except (AccountsAway, ServiceError) as error:
                log.warning("replaced_session_not_ended", error=str(error))
            self._sessions.ended(replaced)
        self._sessions.begun(session)
        return self._visitors.session_cookie(session.token)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except AccountsAway:
        raise Refused(problems.accounts_away()) from None
    except ServiceError as error:
        raise Refused(problems.refused_by_accounts(error)) from None
