"""The way of a page view: find the page, ask what may be seen of it, record that it was seen.

Finding comes first, so that what does not exist is never charged. What may be seen is
metering's answer and nobody else's; when it cannot be had, the public sections are shown.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, partial

from google.protobuf.timestamp_pb2 import Timestamp

from codingahead.gateway.v1 import events_pb2
from codingahead.lookup.v1 import lookup_pb2
from codingahead.metering.v1 import metering_pb2
from gateway.addresses import Address
from gateway.catalog import Lookup, LookupAway
from gateway.decisions import Decider, DecisionRefused
from gateway.page_cache import PageCache, PageKey
from gateway.problems import NOTHING_THERE
from gateway.rendering import Pages, PreparedPage
from gateway.sessions import Account
from gateway.views import Access, Unlock
from gateway.visitors import Guest, Known
from servicekit.bus import Publisher
from servicekit.errors import ServiceError
from servicekit.events import EventType
from servicekit.logs import get_logger
from servicekit.metrics import Counter

PAGE_VIEWED = EventType("gateway", "page_viewed", 1, events_pb2.PageViewed)
STREAM = "GATEWAY"
"""Where page views stand; it is the gateway's own."""
VIEW_CODE = "view_code"

log = get_logger("gateway.page_views")

PAGE_VIEWS = Counter(
    "gateway_page_views_total", "Code pages answered.", ["surface", "verdict", "mode"]
)
_page_views = cache(PAGE_VIEWS.labels)


@dataclass(frozen=True, slots=True)
class Seen:
    """A page and what this visitor may see of it; ``access.denied`` means: its wall."""

    page: PreparedPage
    access: Access
    verdict: str
    """``granted``, ``repeat`` or ``denied``."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The code is right but spelled otherwise."""

    code: lookup_pb2.CodeRef


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such page; *reason* as in lookup's contract.

    *stretches* tell when other releases list the code, *release* which one has it not.
    """

    reason: str
    suggestions: tuple[lookup_pb2.CodeRef, ...] = ()
    stretches: tuple[lookup_pb2.Stretch, ...] = ()
    release: str = ""


@dataclass(frozen=True, slots=True)
class NotYetSeen:
    """A prefetch of a page that would have to be charged."""


class PageViews:
    """Answers views of code pages: first found, then charged.

    Raises :class:`gateway.catalog.LookupAway` for pages that are not held while lookup is away
    and :class:`servicekit.errors.ServiceError` when lookup refuses what was asked.
    """

    def __init__(
        self,
        lookup: Lookup,
        decider: Decider,
        publisher: Publisher,
        pages: Pages,
        cache: PageCache[PreparedPage],
    ) -> None:
        self._lookup = lookup
        self._decider = decider
        self._publisher = publisher
        self._pages = pages
        self._cache = cache

    async def find(self, address: Address, on: date | None) -> PreparedPage | Moved | Missing:
        """The page at *address*; costs nothing."""
        catalog = self._lookup.catalog
        asked = on.isoformat() if on else ""
        if catalog is None:
            key = PageKey("", address.system, address.code, asked)
        elif address.system not in catalog.systems:
            return Missing("CODE_SET_NOT_LOADED")
        elif (release := catalog.release(address.system, on)) is None:
            return Missing("NOT_KNOWN_FOR_DATE")
        else:
            key = PageKey(catalog.id, address.system, address.code, release.id)
            if (page := self._cache.get(key)) is not None:
                return page
        found = await self._found(key, address, asked)
        if found is None:
            # A catalog came between two questions: by now there is an answer.
            found = await self._found(key, address, asked)
        if found is None:
            raise LookupAway("catalogs keep changing")
        return found

    async def charge(
        self, page: PreparedPage, visitor: Known, surface: str, *, prefetch: bool
    ) -> Seen | NotYetSeen:
        """Charge *page*, which was found, to *visitor*.

        *surface* is ``page`` or ``api``. With *prefetch* nothing is charged or recorded.
        """
        view_id = str(uuid.uuid4())
        decision = await self._decide(page, visitor, view_id, peek=prefetch)
        seen = _seen(page, visitor, decision)
        if prefetch:
            return seen if seen.verdict == "repeat" else NotYetSeen()
        self._record(seen, visitor, surface, view_id, decision.decision_id if decision else "")
        return seen

    async def _decide(
        self, page: PreparedPage, visitor: Known, view_id: str, *, peek: bool
    ) -> metering_pb2.DecideResponse | None:
        question = metering_pb2.DecideRequest(
            subject=subject_of(visitor),
            plan=plan_of(visitor),
            action=VIEW_CODE,
            resource=f"{page.system}:{page.code}",
            request_id=view_id,
            peek=peek,
        )
        try:
            decision = await self._decider.decide(question)
        except DecisionRefused as refusal:
            # A plan that metering no longer knows, say: our mistake, not the visitor's.
            log.error("decision_refused", reason=refusal.reason, plan=question.plan)
            return None
        # A verdict this version does not know is no leave to show anything.
        return decision if decision and decision.verdict in _VERDICTS else None

    async def _found(
        self, key: PageKey, address: Address, on: str
    ) -> PreparedPage | Moved | Missing | None:
        """What lookup tells; None where it has the page after all."""

        def fits(made: PreparedPage) -> bool:
            # A lookup that has yet to take up the catalog, or has a newer one, tells of its own.
            return (made.catalog_id, made.release_id) == (key.catalog_id, key.release_id)

        try:
            return await self._cache.make(key, partial(self._prepare, key, on), fits)
        except ServiceError as error:
            if error.reason == "CODE_NOT_FOUND":
                return await self._resolve(address, on)
            if error.reason in NOTHING_THERE:
                return Missing(error.reason)
            raise

    async def _prepare(self, key: PageKey, on: str) -> PreparedPage:
        answer = await self._lookup.get_code_page(key.system, key.code, on)
        if answer.catalog_id != key.catalog_id:
            self._lookup.look_again()
        catalog = self._lookup.catalog
        newest = catalog.newest(key.system) if catalog else None
        return self._pages.prepare(answer.page, answer.catalog_id, newest)

    async def _resolve(self, address: Address, on: str) -> Moved | Missing | None:
        answer = await self._lookup.resolve(address.system, address.code, on)
        kind = lookup_pb2.ResolveCodeResponse.Outcome
        match answer.outcome:
            case kind.OUTCOME_FOUND if (answer.code.system, answer.code.code) == _named(address):
                return None
            case kind.OUTCOME_FOUND:
                return Moved(answer.code)
            case kind.OUTCOME_CODE_SET_NOT_LOADED:
                return Missing("CODE_SET_NOT_LOADED")
            case kind.OUTCOME_NOT_KNOWN_FOR_DATE:
                return Missing("NOT_KNOWN_FOR_DATE")
            case _:
                return Missing(
                    "CODE_NOT_FOUND",
                    tuple(answer.suggestions),
                    tuple(answer.stretches),
                    answer.release.name,
                )

    def _record(
        self, seen: Seen, visitor: Known, surface: str, view_id: str, decision_id: str
    ) -> None:
        mode = "degraded" if seen.access.degraded else "normal"
        _page_views(surface, seen.verdict, mode).inc()
        viewed = events_pb2.PageViewed(
            subject_kind="account" if isinstance(visitor, Account) else "guest",
            subject_id=visitor.id,
            plan=plan_of(visitor),
            system=seen.page.system,
            code=seen.page.code,
            catalog_id=seen.page.catalog_id,
            verdict=seen.verdict,
            mode=mode,
            surface=surface,
            decision_id=decision_id,
        )
        now = datetime.now(UTC)
        # As FromDatetime would, which is slow.
        viewed.viewed_at.seconds = int(now.timestamp())
        viewed.viewed_at.nanos = now.microsecond * 1_000
        self._publisher.offer(PAGE_VIEWED.new(viewed, id=view_id, time=now))


def _named(address: Address) -> tuple[str, str]:
    return address.system, address.code


def subject_of(visitor: Known) -> metering_pb2.Subject:
    """Whose allowance *visitor* spends."""
    kind = metering_pb2.Subject.Kind
    return metering_pb2.Subject(
        kind=kind.KIND_GUEST if isinstance(visitor, Guest) else kind.KIND_ACCOUNT, id=visitor.id
    )


def plan_of(visitor: Known) -> str:
    """The plan *visitor* is counted under."""
    return visitor.plan if isinstance(visitor, Account) else "guest"


def _seen(page: PreparedPage, visitor: Known, decision: metering_pb2.DecideResponse | None) -> Seen:
    if decision is None:
        return Seen(page, _degraded(page, visitor), "granted")
    allowance = decision.allowance
    access = Access(
        unlocked=frozenset(decision.unlocked_sections),
        denied=decision.verdict == metering_pb2.VERDICT_DENIED,
        degraded=decision.mode == metering_pb2.MODE_DEGRADED,
        unlock=_unlock(decision),
        limit=allowance.limit if allowance.HasField("limit") else None,
        remaining=allowance.remaining if allowance.HasField("remaining") else None,
        reset_time=(_moment(allowance.reset_time) if allowance.HasField("reset_time") else None),
        plan=plan_of(visitor),
    )
    return Seen(page, access, _VERDICTS[decision.verdict])


def _moment(timestamp: Timestamp) -> datetime:
    """As ToDatetime, which is slow."""
    return datetime.fromtimestamp(timestamp.seconds + timestamp.nanos / 1e9, UTC)


def _degraded(page: PreparedPage, visitor: Known) -> Access:
    """Nobody could be asked: what everybody may see. More opens to a guest only by registering."""
    return Access(
        unlocked=page.public_sections,
        denied=False,
        degraded=True,
        unlock=Unlock.REGISTER if isinstance(visitor, Guest) else Unlock.RETRY,
        limit=None,
        remaining=None,
        reset_time=None,
        plan=plan_of(visitor),
    )


def _unlock(decision: metering_pb2.DecideResponse) -> Unlock | None:
    """What opens what stays locked: of a wall as a whole, else of the first locked section."""
    value = decision.unlock
    if not value and decision.locked_sections:
        value = decision.locked_sections[0].unlock
    return _UNLOCKS.get(value)


_VERDICTS = {
    metering_pb2.VERDICT_GRANTED: "granted",
    metering_pb2.VERDICT_REPEAT: "repeat",
    metering_pb2.VERDICT_DENIED: "denied",
}
_UNLOCKS = {
    metering_pb2.UNLOCK_REGISTER: Unlock.REGISTER,
    metering_pb2.UNLOCK_UPGRADE: Unlock.UPGRADE,
    metering_pb2.UNLOCK_RETRY: Unlock.RETRY,
}
