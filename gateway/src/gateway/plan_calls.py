"""Calls to accounts about plans, and what payment providers tell of them."""

from collections.abc import Mapping

from grpc.aio import AioRpcError, Channel

from codingahead.accounts.v1 import plans_pb2, plans_pb2_grpc
from gateway.account_calls import SECONDS, answered
from gateway.accounts import AccountsAway
from servicekit.errors import from_rpc_error
from servicekit.logs import get_logger

SERVICE = "codingahead.accounts.v1.PlanService"

log = get_logger("gateway.plan_calls")

_REFUSED = {"SIGNATURE_REFUSED", "EVENT_MALFORMED"}
_UNCONFIGURED = "PAYMENTS_NOT_CONFIGURED"


class EventRefused(Exception):  # noqa: N818 - it is the answer
    """What was sent is no event of the payment provider."""


class PaymentsUnconfigured(Exception):  # noqa: N818 - it is the answer
    """There is no payment provider."""


class PlanCalls:
    """Plans of any account; *channel* tries again, as all of it may be repeated."""

    def __init__(self, channel: Channel) -> None:
        self._stub = plans_pb2_grpc.PlanServiceStub(channel)

    async def held(self, account_id: str) -> plans_pb2.GetPlanResponse:
        """The plan of an account and its history.

        Raises:
            Refused: with what the visitor is told.
        """
        request = plans_pb2.GetPlanRequest(account_id=account_id)
        return await answered(self._stub.GetPlan(request, timeout=SECONDS))

    async def apply_payment_event(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Pass on what somebody sent who says to be the payment provider.

        Raises:
            EventRefused: when it does not prove to be, or tells nothing that can be read.
            PaymentsUnconfigured: when there is no provider.
            AccountsAway: when that cannot be known now; it should be sent again.
        """
        request = plans_pb2.ApplyPaymentEventRequest(body=body, headers=headers)
        try:
            await self._stub.ApplyPaymentEvent(request, timeout=SECONDS)
        except AioRpcError as error:
            failure = from_rpc_error(error)
            if failure.reason in _REFUSED:
                raise EventRefused from None
            if failure.reason == _UNCONFIGURED:
                raise PaymentsUnconfigured from None
            log.warning("accounts_away", code=failure.code.name, reason=failure.reason)
            raise AccountsAway(failure.message) from None
