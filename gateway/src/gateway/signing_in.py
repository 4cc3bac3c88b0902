"""Registering, logging in and logging out: accounts asked, the guest carried over, cookies set."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from codingahead.accounts.v1 import accounts_pb2, federation_pb2
from gateway import problems
from gateway.accounts import Accounts, AccountsAway
from gateway.decisions import Decider
from gateway.problems import Refused
from gateway.second_factors import SecondFactorDue
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
        self,
        cookies: str,
        email: str,
        password: str,
        name: str,
        client: accounts_pb2.Client,
        request_id: str = "",
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
                    client=client,
                )
            )
        if guest_id:
            # Should this fail, metering makes up for it when it hears of the account.
            principal = session.principal
            await self._decider.merge(guest_id, principal.account_id, principal.plan)
        return await self.begun(cookies, session)

    async def log_in(
        self, cookies: str, email: str, password: str, client: accounts_pb2.Client
    ) -> list[str]:
        """Begin a session, and know the device from now on. Nothing of a guest is carried over.

        Raises:
            SecondFactorDue: when the account has a second factor.
        """
        with _refusals():
            answer = await self._accounts.log_in(email, password, client)
        if answer.HasField("second_factor"):
            raise SecondFactorDue.of(answer.second_factor)
        session_cookie = await self.begun(cookies, answer.session)
        return [session_cookie, *self._known_by(answer.device)]

    async def entered(
        self, cookies: str, guest_id: str, done: federation_pb2.FinishSignInResponse
    ) -> list[str]:
        """Sign somebody in who came back from another provider.

        Only a new account takes over what the guest *guest_id* has seen.

        Raises:
            SecondFactorDue: when the account has a second factor.
        """
        if done.HasField("second_factor"):
            raise SecondFactorDue.of(done.second_factor)
        if done.registered and guest_id:
            principal = done.session.principal
            await self._decider.merge(guest_id, principal.account_id, principal.plan)
        session_cookie = await self.begun(cookies, done.session)
        return [session_cookie, *self._known_by(done.device)]

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

    def goes_on(self, cookies: str, session: accounts_pb2.Session) -> str:
        """Carry on the visitor's session under the token that accounts has just given it."""
        self._sessions.ended(self._visitors.token(cookies))
        self._sessions.begun(session)
        return self._visitors.session_cookie(session.token)

    async def begun(self, cookies: str, session: accounts_pb2.Session) -> str:
        """Sign somebody in by *session*, which accounts has just begun.

        It takes the place of the one that was there, which ends.
        """
        if replaced := self._visitors.token(cookies):
            try:
                await self._accounts.log_out(replaced)
            except (AccountsAway, ServiceError) as error:
                log.warning("replaced_session_not_ended", error=str(error))
            self._sessions.ended(replaced)
        self._sessions.begun(session)
        return self._visitors.session_cookie(session.token)

    def _known_by(self, device: str) -> list[str]:
        return [self._visitors.device_cookie(device)] if device else []


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except AccountsAway:
        raise Refused(problems.accounts_away()) from None
    except ServiceError as error:
        raise Refused(problems.refused_by_accounts(error)) from None
