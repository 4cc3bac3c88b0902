"""``POST /webhooks/payments``: where the payment provider tells of what was paid.

Whether it is the provider who sends is for accounts to judge; here nothing is believed, read or
kept. Whoever is no provider learns nothing by the answer.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.accounts import AccountsAway
from gateway.plan_calls import EventRefused, PaymentsUnconfigured, PlanCalls
from gateway.responses import UNCACHED

PATH: Final = "/webhooks/payments"

_SIGNING: Final = ("signature", "webhook-id", "timestamp")
"""Headers whose names hold one of these sign a body, at one provider or another."""
_LONGEST: Final = 4_000
_MOST: Final = 10


class PaymentHook:
    """The handler of what payment providers send."""

    def __init__(self, plans: PlanCalls) -> None:
        self._plans = plans

    def router(self) -> APIRouter:
        """Its route."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(PATH, self.take, methods=["POST"])
        return router

    async def take(self, request: Request) -> Response:
        """Pass it on: 200 once it is applied, 400 for forgeries, 503 for "send it again"."""
        body = await request.body()
        try:
            await self._plans.apply_payment_event(body, _signing(request.headers))
        except PaymentsUnconfigured:
            return Response(status_code=404, headers=UNCACHED)
        except EventRefused:
            return Response(status_code=400, headers=UNCACHED)
        except AccountsAway:
            return Response(status_code=503, headers={**UNCACHED, "Retry-After": "30"})
        return Response(status_code=200, headers=UNCACHED)


def _signing(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may sign the body, by names in lower case; no cookie is among them."""
    found = [
        (name.lower(), value)
        for name, value in headers.items()
        if any(word in name.lower() for word in _SIGNING) and len(value) <= _LONGEST
    ]
    return dict(found[:_MOST])
