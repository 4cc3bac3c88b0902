"""Crawlers of search engines: who says to be one, and in which domains its addresses must lie.

Only operators who document that their crawlers can be told by a name in a domain of theirs, which
leads back to the address. DuckDuckGo, for one, documents a list of addresses instead.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs a crawler: *word* stands in its ``User-Agent``, lower case.

    *domains* are those of its crawlers alone: in others of Google's lie hosts that fetch pages for
    whoever asks them to.
    """

    key: str
    word: str
    domains: tuple[str, ...]


OPERATORS = (
    # https://developers.google.com/search/docs/crawling-indexing/verifying-googlebot
    Operator("google", "googlebot", ("googlebot.com",)),
    # https://www.bing.com/webmaster/help/how-to-verify-bingbot-3905dc26
    Operator("bing", "bingbot", ("search.msn.com",)),
    # https://support.apple.com/119829
    Operator("apple", "applebot", ("applebot.apple.com",)),
)

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_LONGEST_NAME = 253


def operator_claimed(user_agent: str) -> Operator | None:
    """Whose crawler *user_agent* says to be; None for everybody else."""
    told = user_agent.lower()
    if "bot" not in told:
        # Nearly everybody, and each view of a page asks.
        return None
    return next((it for it in OPERATORS if it.word in told), None)


def host_name(text: str) -> str:
    """A name as DNS tells it, "Crawl.Googlebot.COM.", in the one spelling; empty where it is none.

    It is whatever the owner of an address wrote.
    """
    name = text.lower().removesuffix(".")
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else ""


def is_within(name: str, domains: Iterable[str]) -> bool:
    """Whether *name* is a host below one of *domains*."""
    return any(name.endswith(f".{domain}") for domain in domains)
