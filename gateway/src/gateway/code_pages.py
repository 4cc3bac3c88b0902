"""Code pages over HTTP, as pages and as JSON: ``/{system}/{code}``, ``/api/v1/codes/…``.

With them what else lies below a system's address: its hierarchy, and what its releases changed.
Plain ASGI, before the framework's router: these are nearly all of the traffic, and routing,
parsing and response objects would cost more than the page itself.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, quote, urlencode

from gateway import changes, problems, rate_limits
from gateway.addresses import CPT, SYSTEMS, Address, path_of, place_meant, system_of
from gateway.api_keys import account_by_key
from gateway.browse import Browse
from gateway.catalog import LookupAway
from gateway.changes import Changes
from gateway.cpt_gate import CptGate
from gateway.entrance import Entrance
from gateway.page_views import Missing, Moved, NotYetSeen, PageViews, Seen
from gateway.parameters import address_of, date_of_service
from gateway.plans_offered import upgrade_advice
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
from gateway.views import Unlock, Viewer
from gateway.visitors import Guest, Unresolved, Visitor, Visitors
from gateway.wording import asked_on, cpt_not_loaded, json_time
from servicekit.errors import ServiceError

_API = "/api/v1/codes/"


@dataclass(frozen=True, slots=True)
class Target:
    """What a path asks for: *system* as spelled.

    *surface* is ``page``, ``api``, ``browse`` or ``changes``. Where a hierarchy is browsed *code*
    is a place, or has nothing but slashes for the whole system.
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
    key = system_of(system) if system else None
    if key is None:
        return None
    if not code.strip("/"):
        return Target("browse", system, slash + code)
    if code.rstrip("/").lower() == changes.NAME:
        return Target("changes", system, code)
    if place_meant(key, code):
        return Target("browse", system, code)
    return Target("page", system, code)


class CodePages:
    """Answers code pages for one gateway."""

    def __init__(
        self,
        views: PageViews,
        entrance: Entrance,
        browse: Browse,
        changed: Changes,
        gate: CptGate,
        pages: Pages,
        visitors: Visitors,
        public_url: str,
    ) -> None:
        self._views = views
        self._entrance = entrance
        self._browse = browse
        self._changes = changed
        self._gate = gate
        self._pages = pages
        self._visitors = visitors
        self._public_url = public_url

    async def __call__(self, scope: Scope, send: Send, target: Target) -> None:
        """Answer *target*."""
        cookies = header(scope, b"cookie")
        visitor = (
            account_by_key(scope)
            or self._visitors.at_hand(cookies)
            or await self._visitors.identify(cookies)
        )
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
            query = _query(scope)
            on = date_of_service(query["on"]) if "on" in query else None
            if target.surface in ("browse", "changes"):
                await self._show_unmetered(scope, send, target, query, on, visitor)
                return
            address = address_of(target.system, target.code)
            self._gate.demand_for(address.system, cookies)
            if method == "HEAD" or address != Address(target.system, target.code):
                # Neither is charged: one shows nothing, the other is about to move.
                await self._show_free(send, target, address, on)
            else:
                await self._show(scope, send, target, address, on, visitor)
        except Refused as refused:
            back = _asked(scope)
            await self._refuse(send, target, visitor, refused.problem, back=back)
        except LookupAway:
            await self._refuse(send, target, visitor, problems.lookup_away())
        except ServiceError as error:
            await self._refuse(send, target, visitor, problems.refused_by_lookup(error))

    async def _show_unmetered(
        self,
        scope: Scope,
        send: Send,
        target: Target,
        query: dict[str, str],
        on: date | None,
        visitor: Visitor,
    ) -> None:
        """A place of the hierarchy, or what a release changed."""
        self._gate.demand_for(system_of(target.system) or "", header(scope, b"cookie"))
        viewer = viewer_of(visitor)
        if target.surface == "browse":
            shown = await self._browse.at(target.system, target.code, on, viewer)
        else:
            shown = await self._changed(target, query, on, viewer)
        if isinstance(shown, str):
            await _see_other_spelling(send, shown)
        elif scope["method"] == "HEAD":
            await answer_head(send, 200, [HTML, METERED])
        else:
            await answer(send, 200, [HTML, METERED], shown)

    async def _changed(
        self, target: Target, query: dict[str, str], on: date | None, viewer: Viewer
    ) -> bytes | str:
        """The page of what a release changed; the path to go to where it is spelled otherwise."""
        system = system_of(target.system)
        assert system is not None, "only addresses of known systems get here"
        if (target.system, target.code) != (system, changes.NAME):
            return f"/{system}/{changes.NAME}" + asked_on(on.isoformat() if on else "")
        page = query.get("page", "1")
        if not (page.isascii() and page.isdigit() and 1 <= int(page[:5]) <= changes.LAST_PAGE):
            detail = f"page must be a number from 1 to {changes.LAST_PAGE:,}."
            raise Refused(Problem(problems.BAD_REQUEST, "PAGE_MALFORMED", detail))
        return await self._changes.at(system, on, query.get("kind", ""), int(page), viewer)

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
        found = await self._views.find(address, on)
        if isinstance(found, Moved):
            await self._move(send, target, found, on)
            return
        if isinstance(found, Missing):
            raise Refused(self._missing(address, found, on))
        if found.has_cpt:
            self._gate.demand(header(scope, b"cookie"))
        prefetch = "prefetch" in header(scope, b"sec-purpose")
        seen, visitor = await self._entrance.show(
            scope, found, visitor, target.surface, prefetch=prefetch
        )
        if isinstance(seen, NotYetSeen):
            detail = "This page has not been opened yet, so it is not fetched ahead."
            raise Refused(Problem(problems.UNAVAILABLE, "NOT_YET_SEEN", detail, retry_after=1))
        await self._show_seen(send, target, seen, visitor, on)

    async def _show_free(
        self, send: Send, target: Target, address: Address, on: date | None
    ) -> None:
        found = await self._views.find(address, on)
        if isinstance(found, Missing):
            raise Refused(self._missing(address, found, on))
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
        back: str = "/",
    ) -> None:
        headers = [METERED, *(headers or [])]
        if problem.retry_after is not None and not any(k == b"retry-after" for k, _ in headers):
            headers.append((b"retry-after", str(problem.retry_after).encode()))
        if target.is_api:
            body = problem.json(self._public_url)
            await answer(send, problem.kind.status, [PROBLEM, *headers], body)
        else:
            body = self._pages.problem(viewer_of(visitor), problem, back)
            await answer(send, problem.kind.status, [HTML, *headers], body)

    def _missing(self, address: Address, missing: Missing, on: date | None) -> Problem:
        name = SYSTEMS[address.system]
        match missing.reason:
            case "CODE_SET_NOT_LOADED" if address.system == CPT:
                detail = cpt_not_loaded(address.code)
            case "CODE_SET_NOT_LOADED":
                detail = f"{name} is not loaded here, so nothing can be said about {address.code}."
            case "NOT_KNOWN_FOR_DATE":
                return problems.not_known_for_date(name, on, self._browse.loaded(address.system))
            case "CODE_NOT_FOUND" if missing.stretches:
                detail = (
                    f"{missing.release} has no code {address.code}. Other releases that are "
                    "loaded here list it."
                )
            case "CODE_NOT_FOUND":
                release = missing.release or "the loaded release"
                detail = f"There is no {name} code {address.code} in {release}."
            case _:
                detail = f"{name} {address.code} cannot be shown."
        return Problem(
            problems.NOT_FOUND,
            missing.reason,
            detail,
            suggestions=missing.suggestions,
            stretches=missing.stretches,
            on=on.isoformat() if on else "",
        )


async def _see_other_spelling(send: Send, path: str) -> None:
    headers = [(b"location", path.encode()), (b"cache-control", b"public, max-age=3600")]
    await answer(send, 301, headers, b"")


def _query(scope: Scope) -> dict[str, str]:
    text = scope["query_string"]
    if not text:
        return {}
    try:
        return dict(parse_qsl(text.decode("latin-1"), max_num_fields=20))
    except ValueError:
        problem = Problem(problems.BAD_REQUEST, "QUERY_MALFORMED", "Too many parameters.")
        raise Refused(problem) from None


def _asked(scope: Scope) -> str:
    """The address that was asked for."""
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else scope["path"]


def _wall(seen: Seen) -> Problem:
    access = seen.access
    if access.degraded:
        return problems.metering_away()
    if access.crowded and access.reset_time is not None:
        crowded = problems.network_ceiling(access.reset_time)
        return replace(crowded, members={**_identity(seen), **crowded.members})
    if access.unlock is Unlock.REGISTER:
        way_out = "Register a free account to get more views."
    else:
        way_out = upgrade_advice(access.plan)
    return Problem(
        problems.QUOTA_EXCEEDED,
        "VIEWS_SPENT",
        f"The code page views of this period are spent. {way_out}",
        members={
            **_identity(seen),
            "unlock": access.unlock.name if access.unlock else None,
            "reset_time": json_time(access.reset_time),
        },
    )


def _identity(seen: Seen) -> dict[str, object]:
    """What a wall tells of its page, with the lines that a licence asks for."""
    page = seen.page
    told: dict[str, object] = {"system": page.system, "code": page.code, "display": page.display}
    if page.notices:
        told["licence_notices"] = list(page.notices)
    return told
