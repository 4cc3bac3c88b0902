"""The outermost layer: trace, limits, metrics and the headers that every answer carries.

Order, outermost first: trace and metrics, security headers, refusal of other sites' requests,
code pages, limits on the body, the framework's routes.
"""

import asyncio
import time

from gateway import csrf, problems
from gateway.code_pages import CodePages, target_of
from gateway.problems import Problem
from gateway.responses import PROBLEM, App, Headers, Message, Receive, Scope, Send, answer, header
from servicekit import tracing
from servicekit.logs import get_logger
from servicekit.metrics import FAST_BUCKETS, Counter, Histogram

log = get_logger("gateway.edge")

REQUESTS = Counter("gateway_http_requests_total", "Requests answered.", ["route", "status"])
SECONDS = Histogram(
    "gateway_http_request_seconds", "Time to answer.", ["route"], buckets=FAST_BUCKETS
)

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class BodyRefused(Exception):  # noqa: N818 - it ends the reading of a body
    """A request's body was too long or too late; carries what the visitor is told."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


class Edge:
    """The gateway as one ASGI application."""

    def __init__(
        self,
        code_pages: CodePages,
        routes: App,
        *,
        headers: Headers,
        public_url: str,
        max_body_bytes: int,
        request_seconds: float,
        scheme: str = "http",
    ) -> None:
        self._code_pages = code_pages
        self._routes = routes
        self._headers = headers
        self._public_url = public_url
        self._public_origin = csrf.origin_of(public_url)
        self._scheme = scheme
        self._max_body_bytes = max_body_bytes
        self._request_seconds = request_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise ValueError(f"nothing here speaks {scope['type']}")
        began = time.perf_counter()
        tracing.begin(header(scope, b"traceparent"))
        status = 0

        async def decorated(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        target = target_of(scope["path"])
        # The framework's routes know GET alone: HEAD is GET without its body.
        head = target is None and scope["method"] == "HEAD"
        routed = {**scope, "method": "GET"} if head else scope
        try:
            if cross_site := csrf.refusal(scope, self._public_origin, self._scheme):
                await self._refuse(decorated, cross_site)
            elif target is not None:
                await self._code_pages(scope, decorated, target)
            else:
                await self._route(routed, receive, _headers_only(decorated) if head else decorated)
        except Exception:
            log.exception("request_failed", method=scope["method"])
            if status:
                raise
            detail = "The request could not be answered. Please try again."
            problem = Problem(problems.INTERNAL, "INTERNAL", detail)
            await self._refuse(decorated, problem)
        finally:
            route = f"code_{target.surface}" if target else _route_of(routed)
            REQUESTS.labels(route, status).inc()
            SECONDS.labels(route).observe(time.perf_counter() - began)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _declared_bytes(scope) > self._max_body_bytes:
            await self._refuse(send, self._too_large())
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(self._request_seconds):
                await self._routes(scope, self._bounded(receive), watched)
        except (BodyRefused, TimeoutError) as error:
            if started:
                raise
            late = Problem(
                problems.TIMED_OUT, "REQUEST_TIMEOUT", "The request was not finished in time."
            )
            await self._refuse(send, error.problem if isinstance(error, BodyRefused) else late)

    def _bounded(self, receive: Receive) -> Receive:
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max_body_bytes:
                raise BodyRefused(self._too_large())
            return message

        return bounded

    def _too_large(self) -> Problem:
        limit = f"The body may have at most {self._max_body_bytes} bytes."
        return Problem(problems.TOO_LARGE, "BODY_TOO_LARGE", limit)

    async def _refuse(self, send: Send, problem: Problem) -> None:
        headers = [PROBLEM, (b"cache-control", b"no-store"), (b"connection", b"close")]
        await answer(send, problem.kind.status, headers, problem.json(self._public_url))


def _declared_bytes(scope: Scope) -> int:
    length = header(scope, b"content-length")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _headers_only(send: Send) -> Send:
    """To answer HEAD as GET would be, without its body."""

    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only


def _route_of(scope: Scope) -> str:
    """A label of bounded variety: the route's pattern, never the path that was asked for."""
    route = scope.get("route")
    path: str = getattr(route, "path", "none")
    return path if scope["method"] in _METHODS else "none"
