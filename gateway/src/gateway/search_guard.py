"""Stands before the routes that search, and turns away who asks too often."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.responses import Response

from gateway import problems
from gateway.api_keys import account_by_key
from gateway.networks import is_loopback, network_of
from gateway.nlm_tables import PATHS
from gateway.problems import Problem
from gateway.responses import App, Headers, Message, Receive, Scope, Send, header
from gateway.search_limits import SearchLimits, Standing
from gateway.sessions import Account
from gateway.visitors import Visitors

type Tell = Callable[[Request, Problem], Awaitable[Response]]
"""How a problem is told to whoever asked: as a page or as JSON."""

LIMITED = {
    ("GET", "/search"): "search",
    ("GET", "/search.csv"): "search",
    ("GET", "/api/v1/search"): "search",
    ("GET", "/api/v1/suggest"): "suggest",
    **{("GET", path): "suggest" for path in PATHS},
    ("POST", "/case-note"): "note",
    ("POST", "/api/v1/case-notes"): "note",
}
"""What requests count as, by method and path. NLM's widgets complete what is typed."""


class SearchGuard:
    """Answers requests for *routes* unless their limits refuse them.

    *local*: requests of this machine itself belong to no network. *proxies* of ours are in front.
    A visitor who shows no cookie is counted with their network only.
    """

    def __init__(
        self,
        routes: App,
        limits: SearchLimits,
        visitors: Visitors,
        tell: Tell,
        *,
        local: bool,
        proxies: int,
    ) -> None:
        self._routes = routes
        self._limits = limits
        self._visitors = visitors
        self._tell = tell
        self._local = local
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        action = LIMITED.get((scope["method"], scope["path"].rstrip("/")))
        if action is None:
            await self._routes(scope, receive, send)
            return
        network = network_of(scope, self._proxies)
        if self._local and is_loopback(network):
            network = ""
        subject = await self._subject(scope)
        standing = await self._limits.take(action, subject, network)
        if standing is None:
            await self._routes(scope, receive, send)
        elif standing.allowed:
            await self._routes(scope, receive, _with_standing(send, standing))
        else:
            refusal = await self._tell(Request(scope, receive), _refusal(standing))
            await refusal(scope, receive, send)

    async def _subject(self, scope: Scope) -> str:
        if (account := account_by_key(scope)) is not None:
            return f"account:{account.id}"
        cookies = header(scope, b"cookie")
        if not cookies:
            return ""
        visitor = await self._visitors.identify(cookies)
        if isinstance(visitor, Account):
            return f"account:{visitor.id}"
        guest = self._visitors.presented_guest(cookies)
        return f"guest:{guest}" if guest else ""


def _refusal(standing: Standing) -> Problem:
    plural = "" if standing.retry_in == 1 else "s"
    return Problem(
        problems.TOO_MANY_REQUESTS,
        "TOO_MANY_REQUESTS",
        f"That was a lot at once. Please try again in {standing.retry_in} second{plural}.",
        retry_after=standing.retry_in,
        headers=standing.headers,
    )


def _with_standing(send: Send, standing: Standing) -> Send:
    """To send *standing* along, with which no shared cache may keep the answer."""
    told = [(name.lower().encode(), value.encode()) for name, value in standing.headers.items()]

    async def with_standing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*_unshared(message["headers"]), *told]
        await send(message)

    return with_standing


def _unshared(headers: Headers) -> Headers:
    return [
        (name, value.replace(b"public", b"private") if name == b"cache-control" else value)
        for name, value in headers
    ]
