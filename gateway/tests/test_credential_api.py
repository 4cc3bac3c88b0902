"""Addresses and passwords over the API, and that nothing of them is logged."""

import pytest

from gateway.tests.gateway_process import PASSWORD, Platform
from gateway.tests.mailed_links import (
    NEXT,
    RESET,
    VERIFY,
    address,
    confirmed,
    enters,
    token_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_all_of_it_works_over_the_api(platform: Platform) -> None:
    new = address()
    async with platform.account() as member, platform.guest() as program:
        link = await platform.mail.link(member.email, VERIFY)
        body = {"token": token_of(link)}
        assert (await program.post("/api/v1/accounts/confirmations", json=body)).status_code == 204
        gone = await program.post("/api/v1/accounts/confirmations", json=body)
        assert (gone.status_code, gone.json()["reason"]) == (410, "TOKEN_REFUSED")
        repeated = await member.post("/api/v1/accounts/confirmation-mails")
        assert (repeated.status_code, repeated.json()["reason"]) == (409, "ADDRESS_CONFIRMED")

        changed = await member.post(
            "/api/v1/accounts/password", json={"current_password": PASSWORD, "password": NEXT}
        )
        assert changed.status_code == 204
        assert changed.headers["set-cookie"].startswith("session=")
        assert (await member.post("/api/v1/accounts/email", json={"email": new})).status_code == 202
        moved = {"token": token_of(await platform.mail.link(new, VERIFY))}
        assert (await program.post("/api/v1/accounts/confirmations", json=moved)).status_code == 204

        asked = await program.post("/api/v1/accounts/password-resets", json={"email": new})
        assert asked.status_code == 202
        reset = {"token": token_of(await platform.mail.link(new, RESET)), "password": PASSWORD}
        done = await program.post("/api/v1/accounts/password", json=reset)
        assert done.status_code == 204
        assert "set-cookie" not in done.headers
        assert await enters(platform, new, PASSWORD)


@pytest.mark.parametrize("path", ["confirmation-mails", "email", "password"])
async def test_what_belongs_to_an_account_is_for_whoever_is_signed_in(
    platform: Platform, path: str
) -> None:
    async with platform.guest() as program:
        answer = await program.post(
            f"/api/v1/accounts/{path}", json={"email": address(), "password": NEXT}
        )
    assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_SIGNED_IN")


async def test_pages_of_the_account_lead_through_logging_in(platform: Platform) -> None:
    async with platform.guest() as browser:
        for path in ("/account/email", "/account/password"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")


async def test_neither_tokens_nor_addresses_stand_in_any_log(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as browser:
        await confirmed(platform, member)
        await browser.post(RESET, data={"email": member.email})
        link = await platform.mail.link(member.email, RESET)
        await browser.get(link)
        await browser.post(RESET, data={"token": token_of(link), "password": NEXT})
    said = f"{platform.gateway.lines} {platform.accounts.lines}"
    assert member.email not in said
    assert token_of(link) not in said
    assert NEXT not in said
