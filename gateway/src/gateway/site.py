"""The site's other pages: home, what is not open yet, what stands behind the facts."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gateway import problems
from gateway.assets import Assets
from gateway.catalog import Lookup
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.viewers import viewer_of
from gateway.views import Viewer
from gateway.visitors import Visitors

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
        return _page(self._pages.home(await self._viewer(request), self._loaded))

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
        body = self._pages.about(await self._viewer(request), name, self._lookup.catalog)
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
        """Crawlers may read pages; searches, accounts and the API are not for them."""
        closed = ("/search", "/account", "/api/")
        lines = ("User-agent: *", *(f"Disallow: {path}" for path in closed), "")
        return Response("\n".join(lines), media_type="text/plain")

    async def not_open_yet(self, request: Request) -> Response:
        """An honest page where a product will be."""
        name = request.url.path.strip("/")
        return _page(self._pages.not_open_yet(await self._viewer(request), name))

    async def _viewer(self, request: Request) -> Viewer:
        return viewer_of(await self._visitors.identify(request.headers.get("cookie", "")))

    @property
    def _loaded(self) -> list[str]:
        """The keys of the code systems that are loaded."""
        catalog = self._lookup.catalog
        return list(catalog.systems) if catalog else []


def not_found() -> Problem:
    """No page has this address."""
    detail = "Nothing has this address. Search for a code or for words of its title."
    return Problem(problems.NOT_FOUND, "PAGE_NOT_FOUND", detail)


def _page(body: bytes) -> HTMLResponse:
    return HTMLResponse(body, headers=UNCACHED)
