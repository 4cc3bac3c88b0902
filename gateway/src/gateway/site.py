"""The site's other pages: home, search, what is not open yet, what stands behind the facts."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway import problems
from gateway.addresses import is_code_shaped, path_of
from gateway.assets import Assets
from gateway.catalog import Lookup
from gateway.parameters import systems_asked
from gateway.problems import Problem, Refused
from gateway.rendering import LAST_PAGE, RESULTS_PER_PAGE, Pages
from gateway.responses import UNCACHED
from gateway.viewers import viewer_of
from gateway.views import Viewer
from gateway.visitors import Visitors

_MAX_QUERY = 500
_GET = ["GET"]


class Site:
    """Handlers of the site's pages."""

    def __init__(self, lookup: Lookup, pages: Pages, visitors: Visitors, assets: Assets) -> None:
        self._lookup = lookup
        self._pages = pages
        self._visitors = visitors
        self._assets = assets

    def router(self) -> APIRouter:
        """The routes of these pages."""
        router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
        handlers: list[tuple[str, Callable[..., Any]]] = [
            ("/", self.home),
            ("/search", self.search),
            ("/static/{name}", self.static),
            ("/about/{name}", self.about),
            ("/problems/{slug}", self.problem),
            ("/robots.txt", self.robots),
            *((f"/{name}", self.not_open_yet) for name in self._pages.not_open_yet_names),
        ]
        for path, handler in handlers:
            router.add_api_route(path, handler, methods=_GET)
        return router

    async def home(self, request: Request) -> Response:
        """Search, front and centre."""
        return _page(self._pages.home(await self._viewer(request)))

    async def search(
        self,
        request: Request,
        q: Annotated[str, Query(max_length=_MAX_QUERY)] = "",
        system: Annotated[str, Query(max_length=20)] = "",
        page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
    ) -> Response:
        """Results; a query that is a code as written leads to its page at once."""
        viewer = await self._viewer(request)
        query = " ".join(q.split())
        systems = systems_asked(system)
        if not query:
            return _page(self._pages.search(viewer, "", None, page))
        if (path := await self._code_meant(query, systems)) is not None:
            return RedirectResponse(path, 303, headers=UNCACHED)
        skipped = (page - 1) * RESULTS_PER_PAGE
        found = await self._lookup.search(query, systems, RESULTS_PER_PAGE, skipped, "")
        return _page(self._pages.search(viewer, query, found, page, system))

    async def static(self, name: str, request: Request) -> Response:
        """A style sheet, script or icon, whose name changes with its content."""
        asset = self._assets.get(f"/static/{name}")
        if asset is None:
            raise Refused(not_found())
        body, media_type, etag = asset
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": etag}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    async def about(self, name: str, request: Request) -> Response:
        """What the site and its facts rest on."""
        catalog = self._lookup.catalog
        systems = list(catalog.systems.values()) if catalog else []
        body = self._pages.about(await self._viewer(request), name, systems)
        if body is None:
            raise Refused(not_found())
        return _page(body)

    async def problem(self, slug: str, request: Request) -> Response:
        """What a problem's ``type`` address means."""
        kind = problems.KINDS.get(slug)
        if kind is None:
            raise Refused(not_found())
        return _page(self._pages.problem_kind(await self._viewer(request), kind))

    async def robots(self) -> Response:
        """Crawlers may read pages; searches and the API are not for them."""
        lines = ("User-agent: *", "Disallow: /search", "Disallow: /api/", "")
        return Response("\n".join(lines), media_type="text/plain")

    async def not_open_yet(self, request: Request) -> Response:
        """An honest page where a product will be."""
        name = request.url.path.strip("/")
        return _page(self._pages.not_open_yet(await self._viewer(request), name))

    async def _viewer(self, request: Request) -> Viewer:
        return viewer_of(await self._visitors.identify(request.headers.get("cookie", "")))

    async def _code_meant(self, query: str, systems: list[str]) -> str | None:
        """The path of the one code *query* spells, if it spells one."""
        if not (is_code_shaped(query) and any(letter.isdigit() for letter in query)):
            return None
        catalog = self._lookup.catalog
        loaded = list(catalog.systems) if catalog else []
        meant = []
        for system in systems or loaded:
            answer = await self._lookup.resolve(system, query, "")
            if answer.HasField("code"):
                meant.append(path_of(answer.code.system, answer.code.code))
        return meant[0] if len(meant) == 1 else None


def not_found() -> Problem:
    """No page has this address."""
    detail = "Nothing has this address. Search for a code or for words of its title."
    return Problem(problems.NOT_FOUND, "PAGE_NOT_FOUND", detail)


def _page(body: bytes) -> HTMLResponse:
    return HTMLResponse(body, headers=UNCACHED)
