"""The gRPC service of plans: reads requests, asks the stores, writes answers."""

from typing import Any

import grpc
from grpc import aio

from accounts.api import refusals
from accounts.payment_store import PaymentStore
from accounts.payments import EventMalformed, PaymentProvider, SignatureRefused
from accounts.plan_changes import Plans
from accounts.wire import timestamp
from codingahead.accounts.v1 import plans_pb2 as pb
from codingahead.accounts.v1 import plans_pb2_grpc
from servicekit.errors import ServiceError

type _Context = aio.ServicerContext[Any, Any]


class PlanApi(plans_pb2_grpc.PlanServiceServicer):
    """Handlers of ``PlanService``; *provider* is None where nobody is to be believed."""

    def __init__(
        self, plans: Plans, payments: PaymentStore, provider: PaymentProvider | None
    ) -> None:
        self._plans = plans
        self._payments = payments
        self._provider = provider

    async def GetPlan(  # noqa: N802 - named by the contract
        self, request: pb.GetPlanRequest, context: _Context
    ) -> pb.GetPlanResponse:
        """Tell a plan and its history."""
        with refusals():
            held = await self._plans.held(request.account_id)
        changes = [
            pb.PlanChange(
                before=change.before,
                plan=change.plan,
                changed_at=timestamp(change.at),
                by=change.by,
            )
            for change in held.changes
        ]
        return pb.GetPlanResponse(plan=held.plan, changes=changes)

    async def ApplyPaymentEvent(  # noqa: N802 - named by the contract
        self, request: pb.ApplyPaymentEventRequest, context: _Context
    ) -> pb.ApplyPaymentEventResponse:
        """Take what a payment provider tells."""
        if self._provider is None:
            raise ServiceError(
                grpc.StatusCode.FAILED_PRECONDITION,
                "PAYMENTS_NOT_CONFIGURED",
                "No payment provider is configured; set ACCOUNTS_PAYMENT_SECRETS.",
            )
        try:
            event = self._provider.verify(request.body, request.headers)
        except SignatureRefused:
            raise ServiceError(
                grpc.StatusCode.INVALID_ARGUMENT, "SIGNATURE_REFUSED", "The signature is not good."
            ) from None
        except EventMalformed:
            raise ServiceError(
                grpc.StatusCode.INVALID_ARGUMENT, "EVENT_MALFORMED", "The event cannot be read."
            ) from None
        with refusals():
            outcome = await self._payments.apply(event)
        return pb.ApplyPaymentEventResponse(outcome=outcome)
