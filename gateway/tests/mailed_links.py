"""Links that somebody was mailed, and what they do with them."""

import uuid
from urllib.parse import parse_qs, urlsplit

from gateway.tests.gateway_process import Member, Platform

VERIFY, RESET = "/verify-email", "/reset-password"
NEXT = "an altogether new one"
"""The password that comes after the one of registering."""


def address() -> str:
    return f"{uuid.uuid4().hex}@example.org"


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


async def confirmed(platform: Platform, member: Member) -> None:
    """*member* follows the link of registering."""
    link = await platform.mail.link(member.email, VERIFY)
    answer = await member.post(VERIFY, data={"token": token_of(link)})
    assert answer.status_code == 200, answer.text


async def stale(platform: Platform, member: Member) -> None:
    """The session of *member* was proven to be theirs too long ago."""
    await platform.ask_accounts(
        "UPDATE sessions SET begun_at = begun_at - interval '1 hour', authenticated_at = NULL "
        f"FROM accounts WHERE accounts.account_id = sessions.account_id "
        f"AND email = '{member.email}'"
    )


async def enters(platform: Platform, email: str, password: str) -> bool:
    async with platform.guest() as browser:
        answer = await browser.post("/login", data={"email": email, "password": password})
        return answer.status_code == 303
