"""The gateway put together: its parts, its routes, and how failures are told."""

from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gateway import problems
from gateway.account_api import AccountApi
from gateway.account_area import AccountArea, Elsewhere
from gateway.account_keys import AccountKeys
from gateway.account_pages import AccountPages
from gateway.accounts import Accounts
from gateway.address_pages import AddressPages
from gateway.api import Api
from gateway.api_key_api import ApiKeyApi
from gateway.api_key_calls import ApiKeyCalls
from gateway.api_key_gate import ApiKeyGate
from gateway.api_key_pages import ApiKeyPages
from gateway.api_keys import ApiKeys
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
from gateway.crawler_checks import Crawlers
from gateway.credential_api import CredentialApi
from gateway.credential_calls import CredentialCalls
from gateway.data_api import DataApi
from gateway.data_pages import DataPages
from gateway.decisions import Decider
from gateway.edge import Edge
from gateway.entrance import Entrance
from gateway.factor_api import FactorApi
from gateway.factors import Factors
from gateway.favourites import Favourites
from gateway.guest_ceiling import GuestCeiling
from gateway.newcomers import Newcomers
from gateway.nlm_api import SHARED, NlmApi, is_shared
from gateway.notebook import Notebook
from gateway.notebook_api import NotebookApi
from gateway.notebook_pages import NotebookPages
from gateway.openapi import document_router
from gateway.operations import operations_router
from gateway.own_sessions import OwnSessions
from gateway.page_cache import PageCache
from gateway.page_views import PageViews
from gateway.password_pages import PasswordPages
from gateway.payment_hook import PaymentHook
from gateway.payment_links import parse_payment_links
from gateway.plan_calls import PlanCalls
from gateway.plan_pages import PlanPages
from gateway.privacy import Privacy
from gateway.problems import Problem, Refused
from gateway.proof_api import ProofApi
from gateway.proof_pages import ProofPages
from gateway.provider_pages import ProviderPages, RoundCookie
from gateway.providers import Providers
from gateway.question_api import QuestionApi
from gateway.questions import Questions
from gateway.rendering import Pages, PreparedPage
from gateway.responses import SECURITY, TLS_ONLY, UNCACHED
from gateway.search_guard import SearchGuard, Tell
from gateway.search_limits import SearchLimits
from gateway.search_pages import SearchPages
from gateway.second_factor_pages import SecondFactorPages
from gateway.second_factors import StepCookie
from gateway.security_pages import SecurityPages
from gateway.session_api import SessionApi
from gateway.session_pages import SessionPages
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
    """What the gateway talks to; *guest_ceiling* and *crawlers* are None where they are off."""

    lookup: Lookup
    decider: Decider
    publisher: Publisher
    accounts: Accounts
    notebook: Notebook
    questions: Questions
    search_limits: SearchLimits
    guest_ceiling: GuestCeiling | None
    crawlers: Crawlers | None
    privacy: Privacy
    api_key_calls: ApiKeyCalls
    plans: PlanCalls
    factors: Factors
    credentials: CredentialCalls
    own_sessions: OwnSessions
    providers: Providers


def build(
    settings: GatewaySettings,
    peers: Peers,
    readiness: Readiness,
    cache: PageCache[PreparedPage],
    sessions: Sessions,
    api_keys: ApiKeys,
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
    area = AccountArea(pages, visitors, settings.proxies)
    signing_in = SigningIn(peers.accounts, peers.decider, sessions, visitors)
    views = PageViews(peers.lookup, peers.decider, peers.publisher, pages, cache)
    newcomers = Newcomers(peers.guest_ceiling, local=not production, proxies=settings.proxies)
    entrance = Entrance(views, newcomers, peers.crawlers)
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
    app.include_router(AccountApi(signing_in, area).router())
    app.include_router(QuestionApi(peers.questions, visitors, gate, newcomers).router())
    claims = ClaimChecks(peers.lookup, peers.decider, gate)
    app.include_router(ClaimApi(claims, visitors, newcomers).router())
    app.include_router(ClaimPages(claims, pages, visitors, newcomers).router())
    app.include_router(CaseNotes(peers.lookup, gate, pages, visitors).router())
    app.include_router(document_router(app, pages, visitors, public_url))
    step_cookie = StepCookie(secure=production)
    app.include_router(
        AccountPages(signing_in, step_cookie, peers.decider, peers.providers, area).router()
    )
    app.include_router(SessionPages(peers.own_sessions, area).router())
    app.include_router(SessionApi(peers.own_sessions, area).router())
    app.include_router(SecondFactorPages(peers.factors, signing_in, step_cookie, area).router())
    # After the pages below /login that have names of their own.
    app.include_router(
        ProviderPages(
            peers.providers,
            signing_in,
            RoundCookie(secure=production),
            step_cookie,
            area,
            public_url,
        ).router()
    )
    app.include_router(ProofPages(peers.factors, peers.providers, signing_in, area).router())
    app.include_router(ProofApi(peers.factors, signing_in, step_cookie, area).router())
    app.include_router(SecurityPages(peers.factors, peers.providers, area).router())
    app.include_router(FactorApi(peers.factors, area).router())
    app.include_router(AddressPages(peers.credentials, sessions, area).router())
    app.include_router(PasswordPages(peers.credentials, signing_in, area).router())
    app.include_router(CredentialApi(peers.credentials, sessions, signing_in, area).router())
    app.include_router(DataPages(peers.privacy, sessions, area).router())
    app.include_router(DataApi(peers.privacy, sessions, area).router())
    account_keys = AccountKeys(peers.api_key_calls, api_keys)
    app.include_router(ApiKeyPages(account_keys, area).router())
    app.include_router(ApiKeyApi(account_keys, area).router())
    links = parse_payment_links(settings.payment_links)
    app.include_router(PlanPages(peers.plans, area, links).router())
    app.include_router(PaymentHook(peers.plans).router())
    app.include_router(CptTerms(gate, pages, visitors).router())
    app.include_router(
        CasePilotPages(peers.lookup, peers.questions, gate, pages, visitors, newcomers).router()
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
        CodePages(views, entrance, browse, changes, gate, pages, visitors, public_url),
        SearchGuard(
            app,
            peers.search_limits,
            visitors,
            tell,
            local=not production,
            proxies=settings.proxies,
        ),
        ApiKeyGate(api_keys),
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

    async def elsewhere(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Elsewhere)
        return error.response()

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
    app.add_exception_handler(Elsewhere, elsewhere)
    app.add_exception_handler(LookupAway, lookup_away)
    app.add_exception_handler(ServiceError, lookup_refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, failed)
    return tell
