"""Confirming an address and changing it, without a script."""

import pytest

from gateway.tests.gateway_process import PASSWORD, Platform
from gateway.tests.mailed_links import (
    NEXT,
    RESET,
    VERIFY,
    address,
    confirmed,
    enters,
    stale,
    token_of,
)
from gateway.tests.test_account_pages import hidden
from tests.support.html_outline import outline
from tests.support.mail_folder import plain

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_opening_the_link_confirms_nothing_and_its_button_does(platform: Platform) -> None:
    async with platform.account() as member:
        assert "not confirmed yet" in (await member.get("/account")).text
        link = await platform.mail.link(member.email, VERIFY)
        async with platform.guest() as scanner:
            for _ in range(3):
                opened = await scanner.get(link)
        assert opened.status_code == 200
        assert member.email in opened.text
        assert f'action="{VERIFY}" method="post"' in opened.text
        assert "not confirmed yet" in (await member.get("/account")).text

        token = hidden((await member.get(link)).text, "token")
        done = await member.post(VERIFY, data={"token": token})
        assert done.status_code == 200
        assert "Your address is confirmed" in done.text
        assert 'href="/account"' in done.text
        assert "not confirmed yet" not in (await member.get("/account")).text
        again = await member.get(link)
    assert again.status_code == 410
    assert "all is well" in again.text


async def test_a_link_is_followed_in_whichever_browser_opens_mail(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as phone:
        link = await platform.mail.link(member.email, VERIFY)
        done = await phone.post(VERIFY, data={"token": token_of(link)})
        assert done.status_code == 200
        assert 'href="/login"' in done.text
        # Nobody is signed in by it.
        assert (await phone.get("/account")).status_code == 303
        assert "not confirmed yet" not in (await member.get("/account")).text


async def test_confirming_says_whom_it_erases_and_ends_their_sessions(platform: Platform) -> None:
    async with platform.account() as rival, platform.guest() as browser:
        await platform.mail.link(rival.email, VERIFY)
        await browser.post(
            "/api/v1/accounts", json={"email": rival.email, "password": "my own long password"}
        )
        link = await platform.mail.link(rival.email, VERIFY, count=2)
        assert "1 other account" in (await browser.get(link)).text
        assert (await browser.post(VERIFY, data={"token": token_of(link)})).status_code == 200
        assert (await browser.get("/account")).status_code == 200
        sent_off = await rival.get("/account")
        assert not await enters(platform, rival.email, PASSWORD)
    assert sent_off.status_code == 303
    assert sent_off.headers["location"].startswith("/login")


async def test_an_address_that_is_confirmed_is_confirmed_for_nobody_else(
    platform: Platform,
) -> None:
    async with platform.account() as member, platform.guest() as browser:
        await confirmed(platform, member)
        await browser.post(
            "/api/v1/accounts", json={"email": member.email, "password": "my own long password"}
        )
        link = await platform.mail.link(member.email, VERIFY, count=2)
        refused = await browser.post(VERIFY, data={"token": token_of(link)})
    assert refused.status_code == 409
    assert "log in to that one" in refused.text


async def test_the_mail_is_sent_again_on_request(platform: Platform) -> None:
    async with platform.account() as member:
        first = await platform.mail.link(member.email, VERIFY)
        sent = await member.post("/account/email/confirmation")
        assert (sent.status_code, sent.headers["location"]) == (303, VERIFY)
        page = await member.get(VERIFY)
        assert "on its way" in page.text
        second = await platform.mail.link(member.email, VERIFY, count=2)
        assert second != first
        await confirmed(platform, member)
        refused = await member.post("/account/email/confirmation")
    assert refused.status_code == 409


@pytest.mark.parametrize("token", ["x", "A" * 43, "<script>alert(1)</script>", "a" * 3_000])
async def test_a_link_nobody_was_mailed_leads_nowhere(platform: Platform, token: str) -> None:
    async with platform.guest() as browser:
        for path in (VERIFY, RESET):
            opened = await browser.get(path, params={"token": token})
            sent = await browser.post(path, data={"token": token, "password": NEXT})
            for answer in (opened, sent):
                assert answer.status_code == 410
                assert "<script>alert" not in answer.text


async def test_an_address_changes_when_the_new_one_is_confirmed(platform: Platform) -> None:
    new = address()
    async with platform.account() as member:
        await confirmed(platform, member)
        form = await member.get("/account/email")
        assert member.email in form.text
        sent = await member.post("/account/email", data={"email": new})
        assert sent.status_code == 200
        assert f"on its way to {new}" in sent.text
        link = await platform.mail.link(new, VERIFY)
        assert new in (await member.get(link)).text
        assert (await member.post(VERIFY, data={"token": token_of(link)})).status_code == 200
        assert new in (await member.get("/account/email")).text
        assert await enters(platform, new, PASSWORD)
        assert not await enters(platform, member.email, PASSWORD)
        told = [mail for mail in platform.mail.to(member.email) if "changed" in mail["Subject"]]
    assert len(told) == 1
    assert new not in plain(told[0])


async def test_what_is_no_address_is_said_at_its_field(platform: Platform) -> None:
    async with platform.account() as member:
        answer = await member.post("/account/email", data={"email": '"><b>ann'})
    assert answer.status_code == 422
    assert "email-fault" in outline(answer.text).values("aria-describedby")
    assert "<b>ann" not in answer.text


async def test_a_sensitive_change_asks_for_a_proof_first(platform: Platform) -> None:
    async with platform.account() as member:
        await stale(platform, member)
        email = await member.post("/account/email", data={"email": address()})
        password = await member.post("/account/password", data={"password": NEXT})
        api = await member.post("/api/v1/accounts/email", json={"email": address()})
    assert (email.status_code, email.headers["location"]) == (
        303,
        "/account/prove?next=/account/email",
    )
    assert (password.status_code, password.headers["location"]) == (
        303,
        "/account/prove?next=/account/password",
    )
    assert (api.status_code, api.json()["reason"]) == (403, "REAUTHENTICATION_REQUIRED")
