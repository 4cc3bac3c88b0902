"""Code pages over HTTP, as pages and as JSON: ``/{system}/{code}``, ``/api/v1/codes/…``.

Plain ASGI, before the framework's router: these are nearly all of the traffic, and routing,
parsing and response objects would cost more than the page itself.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, quote, urlencode

from gateway import problems, rate_limits
from gateway.addresses import SYSTEMS, Address, path_of, range_meant, system_of
from gateway.browse import Browse
from gateway.catalog import LookupAway
from gateway.page_views import Missing, Moved, NotYetSeen, PageViews, Seen
from gateway.parameters import address_of, date_of_service
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.responses import (
    HTML,
    JSON,
    METERED,
    PROBLEM,
    Headers,
    Scope,
    Send,
    answer,
    answer_head,
    header,
)
from gateway.viewers import viewer_of
from gateway.views import Unlock
from gateway.visitors import Guest, Unresolved, Visitor, Visitors
from gateway.wording import cpt_not_loaded, json_time
from servicekit.errors import ServiceError

_API = "/api/v1/codes/"


@dataclass(frozen=True, slots=True)
class Target:
    """What a path asks for: *surface* is ``page``, ``api`` or ``browse``; *system* as spelled.

    Where a hierarchy is browsed *code* is a range, or has nothing but slashes for the whole system.
    """

    surface: str
    system: str
    code: str

    @property
    def is_api(self) -> bool:
        """Whether JSON is wanted."""
        return self.surface == "api"


def target_of(path: str) -> Target | None:
    """What *path* asks for, or None when it is no code page's."""
    if path.startswith(_API):
        system, _, code = path[len(_API) :].partition("/")
        return Target("api", system, code)
    system, slash, code = path[1:].partition("/")
    if not system or system_of(system) is None:
        return None
    if not code.strip("/"):
        return Target("browse", system, slash + code)
    if range_meant(code):
        return Target("browse", system, code)
    return Target("page", system, code)


class CodePages:
    """Answers code pages for one gateway."""

    def __init__(
        self,
        views: PageViews,
        browse: Browse,
        pages: Pages,
        visitors: Visitors,
        public_url: str,
    ) -> None:
        self._views = views
        self._browse = browse
        self._pages = pages
        self._visitors = visitors
        self._public_url = public_url

    async def __call__(self, scope: Scope, send: Send, target: Target) -> None:
        """Answer *target*."""
        cookies = header(scope, b"cookie")
        visitor = self._visitors.at_hand(cookies) or await self._visitors.identify(cookies)
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            problem = Problem(
                problems.METHOD_NOT_ALLOWED,
                "METHOD_NOT_ALLOWED",
                f"This address answers GET and HEAD, not {method}.",
            )
            await self._refuse(send, target, visitor, problem, [(b"allow", b"GET, HEAD")])
            return
        try:
            if target.surface == "browse":
                await self._show_browsed(send, target, visitor, method)
                return
            address = address_of(target.system, target.code)
            on = _date_of_service(scope)
            if method == "HEAD" or address != Address(target.system, target.code):
                # Neither is charged: one shows nothing, the other is about to move.
                await self._show_free(send, target, address, on)
            else:
                await self._show(scope, send, target, address, on, visitor)
        except Refused as refused:
            await self._refuse(send, target, visitor, refused.problem)
        except LookupAway:
            await self._refuse(send, target, visitor, problems.lookup_away())
        except ServiceError as error:
            await self._refuse(send, target, visitor, problems.refused_by_lookup(error))

    async def _show_browsed(
        self, send: Send, target: Target, visitor: Visitor, method: str
    ) -> None:
        """A place of the hierarchy: nothing of it is metered."""
        shown = await self._browse.at(target.system, target.code, viewer_of(visitor))
        if isinstance(shown, str):
            await _see_other_spelling(send, shown)
        elif method == "HEAD":
            await answer_head(send, 200, [HTML, METERED])
        else:
            await answer(send, 200, [HTML, METERED], shown)

    async def _show(
        self,
        scope: Scope,
        send: Send,
        target: Target,
        address: Address,
        on: date | None,
        visitor: Visitor,
    ) -> None:
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        prefetch = "prefetch" in header(scope, b"sec-purpose")
        seen = await self._views.view(address, on, visitor, target.surface, prefetch=prefetch)
        if isinstance(seen, Seen):
            await self._show_seen(send, target, seen, visitor, on)
        elif isinstance(seen, Moved):
            await self._move(send, target, seen, on)
        elif isinstance(seen, NotYetSeen):
            detail = "This page has not been opened yet, so it is not fetched ahead."
            raise Refused(Problem(problems.UNAVAILABLE, "NOT_YET_SEEN", detail, retry_after=1))
        else:
            raise Refused(_missing(address, seen))

    async def _show_free(
        self, send: Send, target: Target, address: Address, on: date | None
    ) -> None:
        found = await self._views.find(address, on)
        if isinstance(found, Missing):
            raise Refused(_missing(address, found))
        if isinstance(found, Moved):
            await self._move(send, target, found, on)
        elif address != Address(target.system, target.code):
            await self._redirect(send, target, found.system, found.code, on)
        else:
            await answer_head(send, 200, [JSON if target.is_api else HTML, METERED])

    async def _show_seen(
        self, send: Send, target: Target, seen: Seen, visitor: Visitor, on: date | None
    ) -> None:
        headers: Headers = []
        if isinstance(visitor, Guest):
            headers += [(b"set-cookie", cookie.encode()) for cookie in visitor.set_cookies]
        if not target.is_api:
            body = self._pages.assemble(seen.page, viewer_of(visitor), seen.access, on)
            await answer(send, 200, [HTML, METERED, *headers], body)
            return
        headers += rate_limits.headers(seen.access, datetime.now(UTC))
        if seen.access.denied:
            headers += rate_limits.retry_after(seen.access, datetime.now(UTC))
            await self._refuse(send, target, visitor, _wall(seen), headers)
            return
        mode = "degraded" if seen.access.degraded else "normal"
        body = self._pages.assemble_json(seen.page, seen.access, seen.verdict.upper(), mode)
        await answer(send, 200, [JSON, METERED, *headers], body)

    async def _move(self, send: Send, target: Target, moved: Moved, on: date | None) -> None:
        await self._redirect(send, target, moved.code.system, moved.code.code, on)

    async def _redirect(
        self, send: Send, target: Target, system: str, code: str, on: date | None
    ) -> None:
        path = quote(path_of(system, code))
        if target.is_api:
            path = f"{_API.rstrip('/')}{path}"
        if on is not None:
            path = f"{path}?{urlencode({'on': on.isoformat()})}"
        await _see_other_spelling(send, path)

    async def _refuse(
        self,
        send: Send,
        target: Target,
        visitor: Visitor,
        problem: Problem,
        headers: Headers | None = None,
    ) -> None:
        headers = [METERED, *(headers or [])]
        if problem.retry_after is not None and not any(k == b"retry-after" for k, _ in headers):
            headers.append((b"retry-after", str(problem.retry_after).encode()))
        if target.is_api:
            body = problem.json(self._public_url)
            await answer(send, problem.kind.status, [PROBLEM, *headers], body)
        else:
            body = self._pages.problem(viewer_of(visitor), problem)
            await answer(send, problem.kind.status, [HTML, *headers], body)


async def _see_other_spelling(send: Send, path: str) -> None:
    headers = [(b"location", path.encode()), (b"cache-control", b"public, max-age=3600")]
    await answer(send, 301, headers, b"")


def _date_of_service(scope: Scope) -> date | None:
    query = scope["query_string"]
    if not query:
        return None
    try:
        values = dict(parse_qsl(query.decode("latin-1"), max_num_fields=20))
    except ValueError:
        problem = Problem(problems.BAD_REQUEST, "QUERY_MALFORMED", "Too many parameters.")
        raise Refused(problem) from None
    return date_of_service(values["on"]) if "on" in values else None


def _missing(address: Address, missing: Missing) -> Problem:
    name = SYSTEMS[address.system]
    match missing.reason:
        case "CODE_SET_NOT_LOADED" if address.system == "cpt":
            detail = cpt_not_loaded(address.code)
        case "CODE_SET_NOT_LOADED":
            detail = f"{name} is not loaded here, so nothing can be said about {address.code}."
        case "NOT_KNOWN_FOR_DATE":
            detail = (
                f"No loaded release of {name} covers this date of service, so the code is not "
                "known for it. Choose a date within a loaded release."
            )
        case "CODE_NOT_FOUND":
            detail = f"There is no {name} code {address.code} in the loaded release."
        case _:
            detail = f"{name} {address.code} cannot be shown."
    return Problem(problems.NOT_FOUND, missing.reason, detail, suggestions=missing.suggestions)


def _wall(seen: Seen) -> Problem:
    access = seen.access
    if access.degraded:
        return problems.metering_away()
    if access.unlock is Unlock.REGISTER:
        way_out = "Register a free account to get more views."
    else:
        way_out = "Upgrade the plan, or wait until the period ends."
    return Problem(
        problems.QUOTA_EXCEEDED,
        "VIEWS_SPENT",
        f"The code page views of this period are spent. {way_out}",
        members={
            "system": seen.page.system,
            "code": seen.page.code,
            "display": seen.page.display,
            "unlock": access.unlock.name if access.unlock else None,
            "reset_time": json_time(access.reset_time),
        },
    )
