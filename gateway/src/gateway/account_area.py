"""The pages of an account: who may see them, how they are joined, where a request comes from."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from codingahead.accounts.v1 import accounts_pb2
from gateway import problems
from gateway.cookies import values
from gateway.local_paths import local_path, with_next
from gateway.networks import network_of
from gateway.problems import Refused
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.sessions import Account
from gateway.viewers import viewer_of
from gateway.visitors import Guest, Known, Unresolved, Visitors

PROVE: Final = "/account/prove"
"""Where somebody proves again who they are; ``?next=`` says where to go on."""

PLACES: Final = (
    ("/account", "Overview"),
    ("/account/security", "Signing in"),
    ("/account/sessions", "Sessions"),
    ("/account/keys", "API keys"),
    ("/account/plan", "Plan"),
    ("/account/data", "Your data"),
)
"""The pages of an account and what their links say, as each of them lists them."""

_LONGEST_AGENT = 400


class Elsewhere(Exception):  # noqa: N818 - it is an answer
    """The visitor is sent to *path*, a path of this site; *cookie* is set on the way."""

    def __init__(self, path: str, cookie: str = "") -> None:
        super().__init__(path)
        self.path = path
        self.cookie = cookie

    def response(self) -> Response:
        """The answer that sends them."""
        response = RedirectResponse(self.path, 303, headers=UNCACHED)
        if self.cookie:
            response.headers.append("set-cookie", self.cookie)
        return response


@dataclass(frozen=True, slots=True)
class AccountArea:
    """What every page of an account needs; *proxies* as in the settings."""

    pages: Pages
    visitors: Visitors
    proxies: int

    async def visitor(self, request: Request) -> Known:
        """Whoever asks.

        Raises:
            Refused: when that cannot be known now.
        """
        visitor = await self.visitors.identify(cookies_of(request))
        if isinstance(visitor, Unresolved):
            raise Refused(problems.account_unchecked())
        return visitor

    async def owner(self, request: Request) -> Account:
        """The account whose page is asked for.

        Raises:
            Elsewhere: to log in first.
            Refused: when that cannot be known now.
        """
        visitor = await self.visitor(request)
        if isinstance(visitor, Account):
            return visitor
        ending = visitor.ending if isinstance(visitor, Guest) else ""
        # The account's own page is where a log-in leads by itself.
        path = request.url.path
        back = path if request.method == "GET" and path != "/account" else ""
        raise Elsewhere("/login" + with_next(back), ending)

    async def signed_in(self, request: Request) -> Account:
        """The account in whose name a program asks.

        Raises:
            Refused: when it is nobody's, or that cannot be known now.
        """
        visitor = await self.visitor(request)
        if not isinstance(visitor, Account):
            raise Refused(problems.not_signed_in())
        return visitor

    def page(
        self, template: str, account: Account, title: str, *, status: int = 200, **given: object
    ) -> HTMLResponse:
        """One of the account's pages; *template* extends ``account_area.html``."""
        body = self.pages.page(template, viewer_of(account), title, places=PLACES, **given)
        return HTMLResponse(body, status, headers=UNCACHED)

    def client(self, request: Request) -> accounts_pb2.Client:
        """Where *request* comes from, for accounts."""
        return accounts_pb2.Client(
            user_agent=request.headers.get("user-agent", "")[:_LONGEST_AGENT],
            network=network_of(request.scope, self.proxies),
            device=next(values(cookies_of(request), self.visitors.device_cookie_name), ""),
        )


def prove_first(refused: Refused, next_path: str) -> Refused | Elsewhere:
    """What a page does with *refused*: where a fresh proof is all that lacks, it asks for it."""
    if refused.problem.reason != problems.PROOF_REASON:
        return refused
    return Elsewhere(f"{PROVE}?{urlencode({'next': local_path(next_path)}, safe='/')}")


def cookies_of(request: Request) -> str:
    """The ``Cookie`` header."""
    return request.headers.get("cookie", "")
