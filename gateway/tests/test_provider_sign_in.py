"""Signing in with an identity at another provider, from the button to the page it leads back to."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gateway.tests.gateway_process import Platform
from tests.support.oidc_provider import OidcProvider

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "/icd-10-cm/E11.9"
LOGIN = "/login/example"


async def gone_to(browser: httpx.AsyncClient, **fields: str) -> str:
    """Where the page that the button leads to sends the browser."""
    page = await browser.post(LOGIN, data={"next": "", **fields})
    assert page.status_code == 200, page.text
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]*)">', page.text)
    assert found
    assert f'href="{found[1]}"' in page.text
    return unescape(found[1])


async def sent_back(url: str) -> str:
    """Where the provider sends the browser back to, without the address of the site."""
    async with httpx.AsyncClient() as there:
        location = (await there.get(url)).headers["location"]
    parts = urlsplit(location)
    assert parts.path == f"{LOGIN}/callback"
    return f"{parts.path}?{parts.query}"


async def come_back(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """The answer to the browser that went to the provider and came back."""
    return await browser.get(await sent_back(await gone_to(browser, **fields)))


async def subject(client: httpx.AsyncClient) -> str:
    told: str = (await client.get("/api/v1/allowance")).json()["subject"]
    return told


async def test_whoever_is_new_is_registered_and_led_back_with_what_they_saw(
    platform: Platform, provider: OidcProvider
) -> None:
    async with platform.guest() as browser:
        await browser.get(CODE)
        for form in ("/login", "/register"):
            page = (await browser.get(form, params={"next": CODE})).text
            assert 'action="/login/example"' in page
            assert "Sign in with Example Login" in page
        back = await come_back(browser, next=CODE)
        assert (back.status_code, back.headers["location"]) == (303, CODE)
        allowance = (await browser.get("/api/v1/allowance")).json()
        again = await browser.get(CODE)

    assert allowance["subject"] == "account"
    # What the guest saw is the account's, uncharged.
    view = next(it for it in allowance["allowances"] if it["action"] == "view_code")
    assert view["remaining"] == view["limit"]
    assert again.status_code == 200
    cookies = back.headers.get_list("set-cookie")
    assert any(cookie.startswith("session=") for cookie in cookies)
    assert any(cookie.startswith("provider=; Max-Age=0;") for cookie in cookies)
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


async def test_the_identity_signs_in_again_and_the_address_alone_does_not(
    platform: Platform, provider: OidcProvider
) -> None:
    async with platform.guest() as browser, platform.guest() as other:
        await come_back(browser)
        assert (await come_back(other)).status_code == 303
        assert await subject(other) == "account"
        # Somebody else, whom a provider vouches that address to.
        provider.person.sub = "somebody-else"
        other.cookies.clear()
        refused = await come_back(other)
        assert await subject(other) == "guest"

    assert refused.status_code == 409
    assert "You have an account with this address already." in refused.text
    assert "You were not signed in" in refused.text


async def test_opening_an_address_begins_nothing(
    platform: Platform, provider: OidcProvider
) -> None:
    before = await platform.ask_accounts("SELECT count(*) FROM secret_tokens")
    async with platform.guest() as browser:
        page = await browser.get(LOGIN, params={"next": CODE, "purpose": "sign_in"})
        unknown = [
            await browser.get(path)
            for path in ("/login/nobody", "/login/nobody/callback", f"{LOGIN}?purpose=rob")
        ]
        strange = await browser.post("/login/nobody", data={"next": CODE})

    assert page.status_code == 200
    assert f'<input type="hidden" name="next" value="{CODE}">' in page.text
    assert "set-cookie" not in page.headers
    assert [answer.status_code for answer in (*unknown, strange)] == [404] * 4
    assert await platform.ask_accounts("SELECT count(*) FROM secret_tokens") == before


async def test_another_site_can_begin_nothing(platform: Platform, provider: OidcProvider) -> None:
    async with platform.guest() as browser:
        answer = await browser.post(
            LOGIN, data={"next": CODE}, headers={"Sec-Fetch-Site": "cross-site"}
        )
    assert answer.status_code == 403


async def test_only_the_browser_that_went_comes_back(
    platform: Platform, provider: OidcProvider
) -> None:
    async with platform.guest() as mine, platform.guest() as other:
        callback = await sent_back(await gone_to(mine))
        # Somebody is made to follow another's link: they are not signed in as that other.
        assert (await other.get(callback)).status_code == 410
        assert await subject(other) == "guest"
        # Nor with a round of their own in hand.
        await gone_to(other)
        assert (await other.get(callback)).status_code == 410
        assert (await mine.get(callback)).status_code == 303
        # And once: the link is worth nothing afterwards, whoever has it.
        assert (await mine.get(callback)).status_code == 410


@pytest.mark.parametrize(
    "query",
    [
        *("", "?state=x", "?code=x", "?error=access_denied&state=%00"),
        *("?state=" + "s" * 9_000, "?state=x&state=y&code=%ff"),
    ],
)
async def test_a_callback_that_nobody_sent_is_refused(
    platform: Platform, provider: OidcProvider, query: str
) -> None:
    async with platform.guest() as browser:
        await gone_to(browser)
        answer = await browser.get(f"{LOGIN}/callback{query}")
    assert answer.status_code == 410
    assert not any("session=" in it for it in answer.headers.get_list("set-cookie"))


async def test_no_round_leads_to_another_site(platform: Platform, provider: OidcProvider) -> None:
    async with platform.guest() as browser:
        for away in ("https://evil.example/", "//evil.example", "/\\evil.example"):
            back = await come_back(browser, next=away)
            assert back.headers["location"] == "/"
            browser.cookies.clear()


async def test_whoever_says_no_or_is_not_answered_is_told_and_may_try_again(
    platform: Platform, provider: OidcProvider
) -> None:
    async with platform.guest() as browser:
        provider.twists.denies = True
        denied = await come_back(browser, next=CODE)
        provider.twists.denies = False
        provider.twists.status = 503
        away = await come_back(browser, next=CODE)
        provider.twists.status = 200
        provider.twists.claims = {"nonce": "another"}
        false = await come_back(browser, next=CODE)
        provider.twists.claims = {}
        assert (await come_back(browser, next=CODE)).status_code == 303

    assert [it.status_code for it in (denied, away, false)] == [409, 503, 409]
    assert away.headers["retry-after"] == "60"
    for answer in (denied, away, false):
        assert "You were not signed in" in answer.text
        assert 'href="/login"' in answer.text


async def test_whoever_is_signed_in_links_an_identity_proves_by_it_and_takes_it_away(
    platform: Platform, provider: OidcProvider
) -> None:
    async with platform.account() as member:
        page = (await member.get("/account/security")).text
        assert "Add Example Login" in page
        back = await come_back(member.client, purpose="link", next="/account/security")
        assert back.headers["location"] == "/account/security"
        page = (await member.get("/account/security")).text
        assert "Add Example Login" not in page
        found = re.search(r'name="identity_id" value="([^"]+)"', page)
        assert found

        assert "Prove it with Example Login" in (await member.get("/account/prove")).text
        before = member.client.cookies["session"]
        url = await gone_to(member.client, purpose="prove", next="/account/password")
        assert parse_qs(urlsplit(url).query)["prompt"] == ["login"]
        back = await member.get(await sent_back(url))
        assert back.headers["location"] == "/account/password"
        assert member.client.cookies["session"] != before
        assert await subject(member.client) == "account"

        gone = await member.post(
            "/account/security/identities/remove", data={"identity_id": found[1]}
        )
        assert gone.headers["location"] == "/account/security"
        assert "Add Example Login" in (await member.get("/account/security")).text


async def test_linking_asks_for_a_fresh_proof_first(
    platform: Platform, provider: OidcProvider
) -> None:
    async with platform.account() as member:
        await platform.ask_accounts(
            "UPDATE sessions SET begun_at = now() - interval '1 hour' WHERE account_id = "
            f"(SELECT account_id FROM accounts WHERE email = '{member.email}')"
        )
        answer = await member.post(LOGIN, data={"purpose": "link"})
    assert (answer.status_code, answer.headers["location"]) == (
        *(303,),
        "/account/prove?next=/account/security",
    )


async def test_a_guest_links_and_proves_nothing(platform: Platform, provider: OidcProvider) -> None:
    async with platform.guest() as guest:
        for purpose in ("link", "prove"):
            answer = await guest.post(LOGIN, data={"purpose": purpose})
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/login")
