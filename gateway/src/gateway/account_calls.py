"""Calls to accounts for an account's own pages: its answer, or what the visitor is told."""

from collections.abc import Awaitable

import grpc
from grpc.aio import AioRpcError

from gateway import problems
from gateway.problems import Refused
from servicekit.errors import from_rpc_error
from servicekit.logs import get_logger

log = get_logger("gateway.account_calls")

SECONDS = 1.0
"""Deadline of a call that hashes nothing or one password."""

_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ALREADY_EXISTS,
}


async def answered[A](call: Awaitable[A]) -> A:
    """What accounts answers to *call*.

    Raises:
        Refused: with what accounts refused, or that it cannot be reached in time.
    """
    try:
        return await call
    except AioRpcError as error:
        failure = from_rpc_error(error)
        if failure.code in _REFUSALS or failure.reason == "TOO_MANY_ATTEMPTS":
            raise Refused(problems.refused_by_accounts(failure)) from None
        if failure.reason == "PROVIDER_UNAVAILABLE":
            raise Refused(problems.provider_away()) from None
        log.warning("accounts_away", code=failure.code.name, reason=failure.reason)
        raise Refused(problems.accounts_away()) from None
