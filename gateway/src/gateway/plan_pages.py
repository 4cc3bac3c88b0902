"""``/account/plan``: the plan an account holds, how it came to it, and what can be bought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from codingahead.accounts.v1 import plans_pb2
from gateway.account_area import AccountArea
from gateway.payment_links import with_reference
from gateway.plan_calls import PlanCalls
from gateway.plans_offered import API_KEYS, EXPORT, PlanOffered, plan_offered
from gateway.wording import day_in_words

_BY: Final = {"payments": "payment", "operator": "the site's staff"}
FEATURES: Final = {EXPORT: "downloads as CSV", API_KEYS: "keys for programs"}
"""What else a plan opens, in words."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of plan in words."""

    day: str
    before: str
    plan: str
    by: str


@dataclass(frozen=True, slots=True)
class _Offer:
    """A plan that can be bought, and where."""

    name: str
    href: str


class PlanPages:
    """The handler of ``/account/plan``; *links* are where plans are bought, by their keys."""

    def __init__(self, calls: PlanCalls, area: AccountArea, links: Mapping[str, str]) -> None:
        self._calls = calls
        self._area = area
        self._links = links

    def router(self) -> APIRouter:
        """Its route."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/account/plan", self.plan, methods=["GET"])
        return router

    async def plan(self, request: Request) -> Response:
        """The plan and its history."""
        account = await self._area.owner(request)
        told = await self._calls.held(account.id)
        held = plan_offered(told.plan)
        return self._area.page(
            "account_plan.html",
            account,
            "Your plan",
            held=held,
            features=[FEATURES[it] for it in FEATURES if it in held.features],
            changes=[_in_words(change) for change in told.changes],
            offers=self._offers(held, account.id),
        )

    def _offers(self, held: PlanOffered, account_id: str) -> list[_Offer]:
        return [
            _Offer(plan_offered(key).name, with_reference(link, account_id))
            for key, link in self._links.items()
            if key != held.key
        ]


def _in_words(change: plans_pb2.PlanChange) -> _Change:
    return _Change(
        day=day_in_words(change.changed_at.ToDatetime(UTC).date()),
        before=plan_offered(change.before).name,
        plan=plan_offered(change.plan).name,
        by=_BY.get(change.by, ""),
    )
