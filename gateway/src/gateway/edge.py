"""The outermost layer: trace, limits, metrics and the headers that every answer carries.

Order, outermost first: trace and metrics, security headers, refusal of other sites' requests,
keys of programs, code pages, limits on the body, the framework's routes.
"""

import asyncio
import time
from contextlib import suppress
from functools import cache

from gateway import csrf, problems, whence
from gateway.api_key_gate import ApiKeyGate, presented
from gateway.code_pages import CodePages, target_of
from gateway.event_stream import MEDIA_TYPE as EVENT_STREAM
from gateway.problems import Problem, Refused
from gateway.responses import PROBLEM, App, Headers, Message, Receive, Scope, Send, answer, header
from servicekit import tracing
from servicekit.logs import get_logger
from servicekit.metrics import FAST_BUCKETS, Counter, Histogram

log = get_logger("gateway.edge")

REQUESTS = Counter("gateway_http_requests_total", "Requests answered.", ["route", "status"])
SECONDS = Histogram(
    "gateway_http_request_seconds", "Time to answer.", ["route"], buckets=FAST_BUCKETS
)

# Finding a series by its labels costs more than counting in it; routes and statuses are few.
_requests = cache(REQUESTS.labels)
_seconds = cache(SECONDS.labels)

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


_DISCARDED = 1_048_576
_DISCARD_SECONDS = 1.0
_STREAM_SECONDS = 30.0
"""A streamed answer ends by itself long before; this is for a client that does not read it."""


class Edge:
    """The gateway as one ASGI application."""

    def __init__(
        self,
        code_pages: CodePages,
        routes: App,
        keys: ApiKeyGate,
        *,
        headers: Headers,
        public_url: str,
        max_body_bytes: int,
        request_seconds: float,
        scheme: str = "http",
    ) -> None:
        self._code_pages = code_pages
        self._routes = routes
        self._keys = keys
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
        whence.begin(scope)
        status = 0
        whole = False

        async def decorated(message: Message) -> None:
            nonlocal status, whole
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers]
            else:
                whole = not message.get("more_body", False)
            await send(message)

        target = target_of(scope["path"])
        # The framework's routes know GET alone: HEAD is GET without its body.
        head = target is None and scope["method"] == "HEAD"
        routed = {**scope, "method": "GET"} if head else scope
        try:
            if cross_site := csrf.refusal(scope, self._public_origin, self._scheme):
                await self._refuse(decorated, cross_site)
            elif (key := presented(scope)) is not None and (
                no_key := await self._keys.refusal(scope, key, target)
            ):
                await self._refuse(decorated, no_key)
            elif target is not None:
                await self._code_pages(scope, decorated, target)
            else:
                await self._route(routed, receive, _headers_only(decorated) if head else decorated)
        except Exception:
            log.exception("request_failed", method=scope["method"])
            if not status:
                await self._refuse(decorated, problems.internal())
            elif not whole:
                raise
        finally:
            route = f"code_{target.surface}" if target else _route_of(routed)
            _requests(route, status).inc()
            _seconds(route).observe(time.perf_counter() - began)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _declared_bytes(scope) > self._max_body_bytes:
            await _discard(receive)
            await self._refuse(send, self._too_large())
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if _is_stream(message):
                    bound.reschedule(asyncio.get_running_loop().time() + _STREAM_SECONDS)
            await send(message)

        try:
            async with asyncio.timeout(self._request_seconds) as bound:
                await self._routes(scope, self._bounded(receive), watched)
        except TimeoutError:
            if started:
                raise
            late = "The request was not finished in time."
            await self._refuse(send, Problem(problems.TIMED_OUT, "REQUEST_TIMEOUT", late))

    def _bounded(self, receive: Receive) -> Receive:
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max_body_bytes:
                if message.get("more_body", False):
                    await _discard(receive)
                raise Refused(self._too_large())
            return message

        return bounded

    def _too_large(self) -> Problem:
        limit = f"The body may have at most {self._max_body_bytes} bytes."
        return Problem(problems.TOO_LARGE, "BODY_TOO_LARGE", limit)

    async def _refuse(self, send: Send, problem: Problem) -> None:
        headers = [PROBLEM, (b"cache-control", b"no-store"), (b"connection", b"close")]
        headers += [(name.lower().encode(), it.encode()) for name, it in problem.headers.items()]
        if problem.retry_after is not None:
            headers.append((b"retry-after", str(problem.retry_after).encode()))
        await answer(send, problem.kind.status, headers, problem.json(self._public_url))


async def _discard(receive: Receive) -> None:
    """Read what is left of a body that is refused, unless it is much or slow to come.

    Whoever is cut off in the middle of sending may never see why.
    """
    left = _DISCARDED
    with suppress(TimeoutError):
        async with asyncio.timeout(_DISCARD_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _declared_bytes(scope: Scope) -> int:
    length = header(scope, b"content-length")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _is_stream(start: Message) -> bool:
    return any(
        name == b"content-type" and value.startswith(EVENT_STREAM.encode())
        for name, value in start["headers"]
    )


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
