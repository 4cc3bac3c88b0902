"""The gateway put together: its parts, its routes, and how failures are told."""

from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gateway import problems
from gateway.account_api import AccountApi
from gateway.account_pages import AccountPages
from gateway.accounts import Accounts
from gateway.api import Api
from gateway.assets import Assets
from gateway.browse import Browse
from gateway.case_notes import CaseNotes
from gateway.casepilot_pages import CasePilotPages
from gateway.catalog import Lookup, LookupAway
from gateway.changes import Changes
from gateway.claim_api import ClaimApi
from gateway.claim_checks import ClaimChecks
from gateway.claim_pages import ClaimPages
from gateway.code_pages import CodePages
from gateway.cpt_gate import CptGate
from gateway.cpt_terms import CptTerms
from gateway.decisions import Decider
from gateway.edge import Edge
from gateway.favourites import Favourites
from gateway.nlm_api import SHARED, NlmApi, is_shared
from gateway.notebook import Notebook
from gateway.notebook_api import NotebookApi
from gateway.notebook_pages import NotebookPages
from gateway.openapi import document_router
from gateway.operations import operations_router
from gateway.page_cache import PageCache
from gateway.page_views import PageViews
from gateway.problems import Problem, Refused
from gateway.question_api import QuestionApi
from gateway.questions import Questions
from gateway.rendering import Pages, PreparedPage
from gateway.responses import SECURITY, TLS_ONLY, UNCACHED
from gateway.search_guard import SearchGuard, Tell
from gateway.search_limits import SearchLimits
from gateway.search_pages import SearchPages
from gateway.sessions import Sessions
from gateway.settings import GatewaySettings
from gateway.signing import Keyring
from gateway.signing_in import SigningIn
from gateway.site import Site, not_found
from gateway.viewers import viewer_of
from gateway.visitors import Visitors
from servicekit.bus import Publisher
from servicekit.errors import ServiceError
from servicekit.health import Readiness


@dataclass(frozen=True, slots=True)
class Peers:
    """What the gateway talks to."""

    lookup: Lookup
    decider: Decider
    publisher: Publisher
    accounts: Accounts
    notebook: Notebook
    questions: Questions
    search_limits: SearchLimits


def build(
    settings: GatewaySettings,
    peers: Peers,
    readiness: Readiness,
    cache: PageCache[PreparedPage],
    sessions: Sessions,
) -> Edge:
    """The whole gateway as one ASGI application."""
    assets = Assets()
    public_url = settings.public_url
    pages = Pages(site_name=settings.site_name, assets=assets, base_url=public_url)
    production = settings.mode == "production"
    # Without keys of their own, guests are known only for as long as the process lives.
    keys = Keyring.parse(settings.cookie_keys) if settings.cookie_keys else Keyring.ephemeral()
    visitors = Visitors(keys, sessions, secure=production)
    gate = CptGate(peers.lookup, keys, secure=production)
    signing_in = SigningIn(peers.accounts, peers.decider, sessions, visitors)
    views = PageViews(peers.lookup, peers.decider, peers.publisher, pages, cache)
    app = FastAPI(
        title=f"{settings.site_name} API",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(
        operations_router(
            readiness,
            lambda: {"lookup": peers.lookup.reachable, "metering": peers.decider.reachable},
        )
    )
    app.include_router(Api(peers.lookup, peers.decider, visitors, gate).router())
    app.include_router(NlmApi(peers.lookup).router())
    app.include_router(AccountApi(signing_in).router())
    app.include_router(QuestionApi(peers.questions, visitors, gate).router())
    claims = ClaimChecks(peers.lookup, peers.decider, gate)
    app.include_router(ClaimApi(claims, visitors).router())
    app.include_router(ClaimPages(claims, pages, visitors).router())
    app.include_router(CaseNotes(peers.lookup, gate, pages, visitors).router())
    app.include_router(document_router(app, pages, visitors, public_url))
    app.include_router(AccountPages(signing_in, peers.decider, pages, visitors).router())
    app.include_router(CptTerms(gate, pages, visitors).router())
    app.include_router(
        CasePilotPages(peers.lookup, peers.questions, gate, pages, visitors).router()
    )
    favourites = Favourites(peers.lookup, gate, peers.notebook)
    app.include_router(SearchPages(peers.lookup, gate, peers.notebook, pages, visitors).router())
    app.include_router(NotebookPages(peers.notebook, favourites, gate, pages, visitors).router())
    app.include_router(NotebookApi(peers.notebook, favourites, gate, visitors).router())
    app.include_router(Site(peers.lookup, pages, visitors, assets).router())
    tell = _tell_failures(app, pages, visitors, public_url)
    browse = Browse(peers.lookup, pages)
    changes = Changes(peers.lookup, browse, pages)
    return Edge(
        CodePages(views, browse, changes, gate, pages, visitors, public_url),
        SearchGuard(
            app,
            peers.search_limits,
            visitors,
            tell,
            local=not production,
            proxies=settings.proxies,
        ),
        headers=[*SECURITY, *(TLS_ONLY if production else [])],
        public_url=public_url,
        max_body_bytes=settings.max_body_bytes,
        request_seconds=settings.request_seconds,
        scheme="https" if production else "http",
    )


def _tell_failures(app: FastAPI, pages: Pages, visitors: Visitors, public_url: str) -> Tell:
    """Turn what handlers raise into problems: JSON below ``/api``, pages elsewhere."""

    async def tell(
        request: Request, problem: Problem, headers: dict[str, str] | None = None
    ) -> Response:
        headers = {**UNCACHED, **problem.headers, **(headers or {})}
        if is_shared(request.url.path):
            headers |= SHARED
        if problem.retry_after is not None:
            headers["Retry-After"] = str(problem.retry_after)
        if problem.kind is problems.TOO_LARGE:
            headers["Connection"] = "close"  # Nobody reads the rest.
        status = problem.kind.status
        if request.url.path.startswith("/api/"):
            body = problem.json(public_url)
            return Response(body, status, headers, media_type=problems.MEDIA_TYPE)
        viewer = viewer_of(await visitors.identify(request.headers.get("cookie", "")))
        url = request.url
        back = f"{url.path}?{url.query}" if url.query else url.path
        return HTMLResponse(pages.problem(viewer, problem, back), status, headers)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return await tell(request, error.problem)

    async def lookup_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)
        return await tell(request, problems.refused_by_lookup(error))

    async def lookup_away(request: Request, _error: Exception) -> Response:
        return await tell(request, problems.lookup_away())

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        faults = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
        return await tell(request, Problem(problems.BAD_REQUEST, "PARAMETERS_MALFORMED", faults))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == problems.METHOD_NOT_ALLOWED.status:
            headers = dict(error.headers or {})
            detail = f"This address does not answer {request.method}."
            problem = Problem(problems.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail)
            return await tell(request, problem, headers)
        if error.status_code == problems.NOT_FOUND.status:
            return await tell(request, not_found())
        return await tell(request, Problem(problems.BAD_REQUEST, "BAD_REQUEST", str(error.detail)))

    async def failed(request: Request, _error: Exception) -> Response:
        return await tell(request, problems.internal())

    async def client_left(_request: Request, _error: Exception) -> Response:
        return Response(status_code=problems.BAD_REQUEST.status)  # read by nobody

    app.add_exception_handler(ClientDisconnect, client_left)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(LookupAway, lookup_away)
    app.add_exception_handler(ServiceError, lookup_refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, failed)
    return tell
