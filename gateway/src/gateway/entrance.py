"""On what terms somebody sees a code's page: who is metered, who is not, who is not let in.

A verified crawler sees the public sections and is not counted. A new guest comes in while their
network may bring one. For all others, and for them from then on, metering says what may be seen.
"""

from dataclasses import replace
from datetime import datetime

from gateway.crawler_checks import Crawlers
from gateway.newcomers import Newcomers
from gateway.page_views import PAGE_VIEWS, NotYetSeen, PageViews, Seen
from gateway.rendering import PreparedPage
from gateway.responses import Scope
from gateway.views import Access, Unlock
from gateway.visitors import Guest, Known

_GUEST = "guest"


class Entrance:
    """Shows pages that were found, each to whoever asks on their terms.

    *crawlers* is None where they are metered like everybody.
    """

    def __init__(self, views: PageViews, newcomers: Newcomers, crawlers: Crawlers | None) -> None:
        self._views = views
        self._newcomers = newcomers
        self._crawlers = crawlers

    async def show(
        self, scope: Scope, page: PreparedPage, visitor: Known, surface: str, *, prefetch: bool
    ) -> tuple[Seen | NotYetSeen, Known]:
        """What *visitor* sees of *page*, and *visitor* with the cookies that may be set.

        *surface* is ``page`` or ``api``; the API is none of a crawler's business. With *prefetch*
        nothing is charged.
        """
        if isinstance(visitor, Guest) and not prefetch:
            if surface == "page" and self._crawlers and await self._crawlers.is_one(scope):
                return _to_crawler(page, surface), _unknown(visitor)
            until = await self._newcomers.refused_until(scope, visitor)
            if until is not None:
                return _turned_away(page, surface, until), _unknown(visitor)
        seen = await self._views.charge(page, visitor, surface, prefetch=prefetch)
        return seen, visitor


def _unknown(guest: Guest) -> Guest:
    """*guest* without the cookie by which they would be known again."""
    return replace(guest, set_cookie="")


def _to_crawler(page: PreparedPage, surface: str) -> Seen:
    PAGE_VIEWS.labels(surface, "unmetered", "normal").inc()
    access = Access(
        unlocked=page.public_sections,
        denied=False,
        degraded=False,
        unlock=Unlock.REGISTER,
        limit=None,
        remaining=None,
        reset_time=None,
        plan=_GUEST,
    )
    return Seen(page, access, "granted")


def _turned_away(page: PreparedPage, surface: str, until: datetime) -> Seen:
    PAGE_VIEWS.labels(surface, "denied", "normal").inc()
    access = Access(
        unlocked=frozenset(),
        denied=True,
        degraded=False,
        unlock=Unlock.REGISTER,
        limit=None,
        remaining=None,
        reset_time=until,
        plan=_GUEST,
        crowded=True,
    )
    return Seen(page, access, "denied")
