"""Requests that another site makes in a visitor's name: told by what browsers say of them.

A browser names the site that an unsafe request comes from: in ``Sec-Fetch-Site``, or, before it
knew that header, in ``Origin``. Programs send neither and carry no visitor's cookies unless the
visitor gave them; they are let through. So is a browser too old for both: ``SameSite=Lax`` keeps
the cookies from what other sites post.
"""

from urllib.parse import urlsplit

from gateway import problems
from gateway.problems import Problem
from gateway.responses import Scope, header

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
_OWN_SITE = {"same-origin", "none"}


def origin_of(url: str) -> str:
    """The origin of *url*, as ``Origin`` names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def refusal(scope: Scope, public_origin: str, scheme: str) -> Problem | None:
    """Why the request must not be carried out; None when it may.

    *public_origin* is the site's own; with *scheme* the address that was asked counts as its own
    too, as a site may have several.
    """
    if scope["method"] in _SAFE_METHODS:
        return None
    if fetch_site := header(scope, b"sec-fetch-site"):
        return None if fetch_site in _OWN_SITE else _cross_site()
    if origin := header(scope, b"origin").lower():
        own = {public_origin, f"{scheme}://{header(scope, b'host').lower()}"}
        return None if origin in own else _cross_site()
    return None


def _cross_site() -> Problem:
    return Problem(
        problems.CROSS_SITE,
        "CROSS_SITE_REQUEST",
        "This request came from another site, so it was not carried out. Open the page here and "
        "send it again.",
    )
