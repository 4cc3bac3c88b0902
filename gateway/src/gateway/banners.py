"""The sentences that tell a visitor what is left, and what they can do about it."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from gateway.plans_offered import next_plan, plan_offered
from gateway.views import Access, Unlock
from gateway.wording import CROWDED, counted, day_in_words


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sentences depend on: the same for many visitors, so that they are written once."""

    plan: str
    limit: int | None
    remaining: int | None
    reset_day: date | None
    denied: bool
    degraded: bool
    unlock: Unlock
    crowded: bool = False

    @classmethod
    def of(cls, access: Access) -> Self:
        """What *access* comes down to."""
        return cls(
            access.plan,
            access.limit,
            access.remaining,
            access.reset_time.date() if access.reset_time else None,
            access.denied,
            access.degraded,
            access.way_out,
            access.crowded,
        )


@dataclass(frozen=True, slots=True)
class Banner:
    """*text* stands unbroken on the page; *reset* says when views come back, or is empty."""

    text: str
    reset: str = ""
    urgent: bool = False
    """Nothing is left, or nothing could be counted."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a wall says: why, and what opens it."""

    heading: str
    text: str


def banner(standing: Standing) -> Banner | None:
    """The banner of a page seen by somebody of *standing*; None where nothing is limited."""
    if standing.degraded:
        return Banner(_not_counted(standing), urgent=True)
    if standing.crowded:
        return Banner(f"{CROWDED} {_first_offer()}", _welcome_again(standing), urgent=True)
    if standing.limit is None or standing.remaining is None:
        return None
    plan = plan_offered(standing.plan)
    limited = f"{plan.holders} are limited to {counted(standing.limit, 'page view')} {plan.period}"
    sentences = [
        f"{counted(standing.remaining, 'code page view')} remaining.",
        f"{limited.rstrip()}.",
        _offer(standing.plan),
    ]
    spent = standing.remaining == 0
    return Banner(" ".join(filter(None, sentences)), _reset(standing) if spent else "", spent)


def way_out(standing: Standing) -> WayOut:
    """What the wall says to somebody of *standing*."""
    match standing.unlock:
        case Unlock.REGISTER if standing.crowded:
            return WayOut(
                "Register to view content",
                "Create a free account to unlock this content. It opens all nine sections of "
                f"{counted(_views_of_free(), 'code page')} every month.",
            )
        case Unlock.REGISTER:
            more = _views_of_free()
            return WayOut(
                "Register to view content",
                "Create a free account to unlock this content. It opens all nine sections and "
                f"{more} more code {'page' if more == 1 else 'pages'} every month. "
                "The page you have already opened stays open.",
            )
        case Unlock.UPGRADE:
            return WayOut(
                "Upgrade to view content",
                "The code page views of this period are spent. "
                f"{_reset(standing)} Pages you have already opened stay open. ".lstrip()
                + _upgrade(standing.plan),
            )
        case Unlock.RETRY:
            return WayOut(
                "This page cannot be shown just now",
                "What is left of your page views cannot be read for the moment. "
                "Please try again in a minute.",
            )


def _not_counted(standing: Standing) -> str:
    said = "Your remaining page views cannot be read just now."
    if standing.denied:
        return said
    if standing.unlock is Unlock.RETRY:
        return f"{said} The public sections are shown; please try again in a minute for the others."
    return f"{said} The public sections are shown."


def _offer(plan: str) -> str:
    if plan == "guest":
        more = _views_of_free()
        return f"Register free account to get {more} more {'view' if more == 1 else 'views'}."
    offer = next_plan(plan)
    if offer is None:
        return ""
    if not offer.open:
        return "Larger plans are not open yet."
    if offer.page_views is None:
        return "Upgrade to get unlimited page views."
    return f"Upgrade to get {counted(offer.page_views, 'page view')} {offer.period}."


def _first_offer() -> str:
    """What registering gives to somebody who has had nothing yet."""
    free = plan_offered("free")
    return f"Register free account to get {counted(free.page_views or 0, 'view')} {free.period}."


def _upgrade(plan: str) -> str:
    offer = next_plan(plan)
    if offer is not None and offer.open:
        return "Upgrade your plan to unlock this content now."
    return "Larger plans are not open yet."


def _views_of_free() -> int:
    return plan_offered("free").page_views or 0


def _welcome_again(standing: Standing) -> str:
    if standing.reset_day is None:
        return ""
    return f"New guests are welcome again on {day_in_words(standing.reset_day)} (UTC)."


def _reset(standing: Standing) -> str:
    if standing.reset_day is None:
        return ""
    return f"Views reset on {day_in_words(standing.reset_day)} (UTC)."
