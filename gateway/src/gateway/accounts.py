"""Calls to accounts: registering, logging in and out, and whom a session belongs to."""

from collections.abc import Awaitable

import grpc
from grpc.aio import AioRpcError, Channel

from codingahead.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from gateway import whence
from servicekit.errors import ServiceError, from_rpc_error
from servicekit.logs import get_logger

SERVICE = "codingahead.accounts.v1.AccountsService"

log = get_logger("gateway.accounts")

_RESOLVE_SECONDS = 0.3
_LOGIN_SECONDS = 1.0
_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNAUTHENTICATED,
}
_TOO_MANY = "TOO_MANY_ATTEMPTS"


class AccountsAway(Exception):  # noqa: N818 - it names a state, not a mistake
    """Accounts cannot answer now; trying again later may help."""


class Accounts:
    """Calls to accounts; *repeating* is a channel that tries again what may be repeated.

    *proxies* as in the settings.

    Methods raise :class:`AccountsAway` when it cannot be reached in time and
    :class:`servicekit.errors.ServiceError` when it refuses what was asked.
    """

    def __init__(self, channel: Channel, repeating: Channel, *, proxies: int = 0) -> None:
        self._once = accounts_pb2_grpc.AccountsServiceStub(channel)
        self._repeating = accounts_pb2_grpc.AccountsServiceStub(repeating)
        self._proxies = proxies

    async def register(self, request: accounts_pb2.RegisterRequest) -> accounts_pb2.Session:
        """Make an account; the session that signs it in."""
        call = self._repeating.Register(request, timeout=_LOGIN_SECONDS)
        return (await _answered(call)).session

    async def log_in(
        self, email: str, password: str, client: accounts_pb2.Client
    ) -> accounts_pb2.LogInResponse:
        """Begin a session for *client*, or hear that a second factor is due."""
        request = accounts_pb2.LogInRequest(email=email, password=password, client=client)
        return await _answered(self._once.LogIn(request, timeout=_LOGIN_SECONDS))

    async def log_out(self, token: str) -> None:
        """End a session, if it is open."""
        request = accounts_pb2.LogOutRequest(token=token)
        await _answered(self._repeating.LogOut(request, timeout=_LOGIN_SECONDS))

    async def resolve(self, token: str) -> accounts_pb2.ResolveSessionResponse | None:
        """Whom the session of *token* belongs to; None when there is no such session."""
        client = accounts_pb2.Client(network=whence.network(self._proxies))
        request = accounts_pb2.ResolveSessionRequest(token=token, client=client)
        call = self._repeating.ResolveSession(request, timeout=_RESOLVE_SECONDS)
        try:
            return await _answered(call)
        except ServiceError as error:
            if error.reason == "SESSION_UNKNOWN":
                return None
            log.error("session_not_resolved", reason=error.reason)
            raise AccountsAway(error.message) from None


async def _answered[A](call: Awaitable[A]) -> A:
    try:
        return await call
    except AioRpcError as error:
        failure = from_rpc_error(error)
        if failure.code in _REFUSALS or failure.reason == _TOO_MANY:
            raise failure from None
        log.warning("accounts_away", code=failure.code.name, reason=failure.reason)
        raise AccountsAway(failure.message) from None
