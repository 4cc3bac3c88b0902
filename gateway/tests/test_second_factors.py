"""Second factors on pages without a script and over the API: set up, asked for, proven again."""

import html
import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pyotp
import pytest
import pytest_asyncio

from gateway.tests.gateway_process import PASSWORD, Member, Platform
from services.accounts.tests.passkey_device import PasskeyDevice
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECURITY = "/account/security"
STEP = "/login/second-factor"
RECOVERY_CODE = re.compile(r"<code>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</code>")


@dataclass
class Guarded:
    """A member with an app, and what only they know."""

    member: Member
    app: pyotp.TOTP
    codes: list[str]

    def next_code(self) -> str:
        """A code that was not used to confirm the app."""
        return self.app.at(int(time.time()), counter_offset=1)


@pytest_asyncio.fixture(loop_scope="session")
async def member(platform: Platform) -> AsyncIterator[Member]:
    async with platform.account() as member:
        yield member


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(member: Member) -> Guarded:
    page = await member.post(f"{SECURITY}/app")
    assert page.status_code == 200, page.text
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert secret
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    done = await member.post(f"{SECURITY}/app/confirm", data={"code": app.now()})
    codes = RECOVERY_CODE.findall(done.text)
    assert done.status_code == 200, done.text
    assert len(codes) == 10
    return Guarded(member, app, codes)


async def log_in(
    browser: httpx.AsyncClient, email: str, next_path: str = "/account/security"
) -> httpx.Response:
    """Send the form of the first page."""
    fields = {"email": email, "password": PASSWORD, "next": next_path}
    return await browser.post("/login", data=fields)


async def options(client: httpx.AsyncClient | Member, path: str) -> str:
    answer = await client.post(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def with_passkey(member: Member, device: PasskeyDevice | None = None) -> PasskeyDevice:
    """Give the account a passkey over the API."""
    device = device or PasskeyDevice()
    made = device.create(await options(member, "/api/v1/factors/passkeys/options"))
    answer = await member.post(
        "/api/v1/factors/passkeys", json={"credential": json.loads(made), "name": "Blue key"}
    )
    assert answer.status_code == 201, answer.text
    return device


async def is_signed_in(client: httpx.AsyncClient) -> bool:
    return (await client.get("/account", follow_redirects=False)).status_code == 200


async def make_stale(platform: Platform) -> None:
    """Let eleven minutes pass since anybody proved who they are."""
    await platform.ask_accounts(
        "UPDATE sessions SET begun_at = begun_at - interval '11 minutes', "
        "authenticated_at = authenticated_at - interval '11 minutes'"
    )


async def test_an_app_is_set_up_by_a_picture_that_the_policy_lets_through(member: Member) -> None:
    page = await member.post(f"{SECURITY}/app")

    assert page.status_code == 200
    assert '<div class="qr" role="img"' in page.text
    found = outline(page.text)
    assert "style" not in {name for _, name, _ in found.attributes}
    assert "one-time-code" in found.values("autocomplete")
    # A wrong code shows the same secret again.
    again = await member.post(f"{SECURITY}/app/confirm", data={"code": "12345"})
    assert again.status_code == 401
    secret = re.compile(r'class="secret">[^<]+<')
    assert secret.findall(again.text) == secret.findall(page.text)
    assert "code-fault" in outline(again.text).values("id")
    assert page.headers["cache-control"] == "private, no-store"


async def test_a_log_in_goes_on_to_the_second_page_and_from_there_back(
    platform: Platform, guarded: Guarded
) -> None:
    async with platform.guest() as browser:
        first = await log_in(browser, guarded.member.email)
        assert first.status_code == 303
        assert first.headers["location"] == f"{STEP}?next=/account/security"
        assert re.fullmatch(
            r"second-factor=[\w-]{43}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax",
            first.headers["set-cookie"],
        )
        assert not await is_signed_in(browser)

        page = await browser.get(first.headers["location"])
        assert "code" in outline(page.text).values("for")
        assert guarded.member.email not in page.text
        fields = {"code": "000 000", "next": "/account/security"}
        wrong = await browser.post(STEP, data=fields)
        assert wrong.status_code == 401
        assert "code-fault" in outline(wrong.text).values("id")
        assert not await is_signed_in(browser)

        right = await browser.post(STEP, data={**fields, "code": guarded.next_code()})
        assert right.status_code == 303, right.text
        assert right.headers["location"] == "/account/security"
        assert "second-factor" not in browser.cookies
        assert await is_signed_in(browser)
        # Once there, the second page leads on.
        assert (await browser.get(STEP)).headers["location"] == "/account"


async def test_a_recovery_code_goes_into_the_same_field(
    platform: Platform, guarded: Guarded
) -> None:
    async with platform.guest() as browser:
        for expected in (303, 401):
            await browser.delete("/api/v1/sessions/current")
            await log_in(browser, guarded.member.email)
            answer = await browser.post(STEP, data={"code": guarded.codes[0].lower()})
            assert answer.status_code == expected


async def test_a_log_in_that_is_over_says_so(platform: Platform, guarded: Guarded) -> None:
    async with platform.guest() as browser:
        assert (await browser.get(STEP)).headers["location"] == "/login?next=/account"
        await log_in(browser, guarded.member.email)
        token = browser.cookies["second-factor"]
        for expected in (401, 401, 401, 401, 410):
            answer = await browser.post(STEP, data={"code": "7KQ2-M0ZT-AAAA-AAAA"})
            assert answer.status_code == expected
        assert "Nobody was logged in" in answer.text
        assert "second-factor" not in browser.cookies
        browser.cookies.set("second-factor", token)
        answer = await browser.post(STEP, data={"code": guarded.codes[0]})
        assert answer.status_code == 410


async def test_the_second_page_leads_nowhere_else(platform: Platform, guarded: Guarded) -> None:
    async with platform.guest() as browser:
        first = await log_in(browser, guarded.member.email, "https://evil.example/")
        assert first.headers["location"] == f"{STEP}?next=/"
        page = (await browser.get(f"{STEP}?next=//evil.example")).text
        assert "evil.example" not in page
        fields = {"code": guarded.codes[0], "next": "//evil.example"}
        answer = await browser.post(STEP, data=fields)
        assert answer.headers["location"] == "/"


async def test_another_site_cannot_finish_a_log_in(platform: Platform, guarded: Guarded) -> None:
    async with platform.guest() as browser:
        await log_in(browser, guarded.member.email)
        for path in (STEP, "/login/passkey", "/account/prove", f"{SECURITY}/app/remove"):
            answer = await browser.post(
                path, data={"code": guarded.codes[0]}, headers={"sec-fetch-site": "cross-site"}
            )
            assert answer.status_code == 403


async def test_programs_are_told_what_is_due_and_bring_it(
    platform: Platform, guarded: Guarded
) -> None:
    credentials = {"email": guarded.member.email, "password": PASSWORD}
    async with platform.guest() as program:
        answer = await program.post("/api/v1/sessions", json=credentials)
        problem = answer.json()
        assert (answer.status_code, problem["reason"]) == (401, "SECOND_FACTOR_DUE")
        assert problem["methods"] == ["one_time_password", "recovery_code"]
        assert "set-cookie" not in answer.headers

        path = "/api/v1/sessions/second-factor"
        token = problem["token"]
        for body, status, reason in (
            ({"token": token, "code": "000000"}, 401, "PROOF_REJECTED"),
            ({"token": "x" * 43, "code": guarded.codes[0]}, 410, "TOKEN_REFUSED"),
            ({"token": token}, 422, "FIELDS_INVALID"),
            ({"token": token, "code": ""}, 422, "FIELDS_INVALID"),
            ({"token": token, "password": PASSWORD}, 422, "FIELDS_INVALID"),
            ({"token": token, "credential": "x"}, 422, "FIELDS_INVALID"),
            ({"token": token, "credential": {}}, 401, "PROOF_REJECTED"),
        ):
            answer = await program.post(path, json=body)
            assert (answer.status_code, answer.json()["reason"]) == (status, reason), body
        answer = await program.post(path, json={"token": token, "code": guarded.codes[1]})
        assert answer.status_code == 204
        assert (await program.get("/api/v1/allowance")).json()["subject"] == "account"


async def test_a_passkey_logs_in_alone_and_second(platform: Platform, member: Member) -> None:
    device = await with_passkey(member)
    async with platform.guest() as browser:
        asked = await options(browser, "/api/v1/sessions/passkey/options")
        fields = {"credential": device.get(asked), "next": SECURITY}
        answer = await browser.post("/login/passkey", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, SECURITY)
        assert await is_signed_in(browser)
        assert "last used" in (await browser.get(SECURITY)).text
        # What was sent once is worth nothing twice.
        async with platform.guest() as thief:
            answer = await thief.post("/login/passkey", data=fields)
            assert answer.status_code == 401
            assert not await is_signed_in(thief)
    async with platform.guest() as browser:
        await log_in(browser, member.email)
        page = (await browser.get(STEP)).text
        assert 'data-passkey="get"' in page
        assert "<noscript>" in page
        asked = await options(browser, "/api/v1/sessions/second-factor/options")
        answer = await browser.post(STEP, data={"credential": device.get(asked)})
        assert answer.status_code == 303
        assert await is_signed_in(browser)
    async with platform.guest() as program:
        asked = await options(program, "/api/v1/sessions/passkey/options")
        body = {"credential": json.loads(device.get(asked))}
        assert (await program.post("/api/v1/sessions/passkey", json=body)).status_code == 204


async def test_without_a_script_a_passkeys_form_says_why_not(
    platform: Platform, member: Member
) -> None:
    await with_passkey(member)
    nothing = {"credential": "", "name": ""}
    answer = await member.post(f"{SECURITY}/passkeys", data=nothing)
    assert answer.status_code == 422
    assert "needs JavaScript" in answer.text
    answer = await member.post("/account/prove", data=nothing)
    assert answer.status_code == 422
    assert "need JavaScript" in answer.text
    async with platform.guest() as browser:
        await log_in(browser, member.email)
        answer = await browser.post(STEP, data=nothing)
        assert answer.status_code == 422
        assert "need JavaScript" in answer.text
        assert (await browser.post("/login/passkey", data=nothing)).status_code == 303


async def test_factors_are_listed_named_and_taken_away(member: Member) -> None:
    device = await with_passkey(member)
    page = (await member.get(SECURITY)).text
    assert "Blue key" in page
    assert "10 codes left" in page
    fields = {"passkey_id": device.passkey_id, "name": 'Key "<b>"'}
    assert (await member.post(f"{SECURITY}/passkeys/rename", data=fields)).status_code == 303
    page = (await member.get(SECURITY)).text
    assert "<b>" not in page
    assert 'Key "<b>"' in html.unescape(page)
    wrong = await member.post(f"{SECURITY}/passkeys/rename", data={**fields, "name": " "})
    assert wrong.status_code == 422
    codes = await member.post(f"{SECURITY}/recovery-codes")
    assert len(RECOVERY_CODE.findall(codes.text)) == 10
    gone = await member.post(f"{SECURITY}/passkeys/remove", data=fields)
    assert gone.status_code == 303
    assert "Blue key" not in (await member.get(SECURITY)).text
    assert (await member.get("/api/v1/factors")).json() == {
        "has_password": True,
        "passkeys": [],
        "app_since": None,
        "app_offered": True,
        "recovery_codes_left": 0,
    }


async def test_the_api_sets_an_app_up_and_takes_it_away(member: Member) -> None:
    offer = (await member.post("/api/v1/factors/app")).json()
    assert offer["uri"].startswith("otpauth://totp/Coding%20Ahead:")
    code = {"code": pyotp.TOTP(offer["secret"]).now()}
    done = await member.post("/api/v1/factors/app/confirmation", json=code)
    assert len(done.json()["recovery_codes"]) == 10
    again = await member.post("/api/v1/factors/app")
    assert (again.status_code, again.json()["reason"]) == (409, "FACTOR_EXISTS")
    assert (await member.request("DELETE", "/api/v1/factors/app")).status_code == 204
    none = await member.post("/api/v1/factors/recovery-codes")
    assert (none.status_code, none.json()["reason"]) == (409, "FACTOR_UNKNOWN")


async def test_what_is_sensitive_asks_for_a_fresh_proof_first(
    platform: Platform, guarded: Guarded
) -> None:
    member = guarded.member
    await make_stale(platform)
    refused = await member.request("DELETE", "/api/v1/factors/app")
    assert (refused.status_code, refused.json()["reason"]) == (403, "REAUTHENTICATION_REQUIRED")
    led = await member.post(f"{SECURITY}/app/remove")
    assert (led.status_code, led.headers["location"]) == (303, f"/account/prove?next={SECURITY}")

    page = await member.get(led.headers["location"])
    assert {"password", "code"} <= set(outline(page.text).values("for"))
    wrong = await member.post("/account/prove", data={"password": "a wrong password"})
    assert wrong.status_code == 401
    assert "password-fault" in outline(wrong.text).values("id")
    before = member.client.cookies["session"]
    right = await member.post("/account/prove", data={"password": PASSWORD, "next": SECURITY})
    assert (right.status_code, right.headers["location"]) == (303, SECURITY)
    assert member.client.cookies["session"] != before
    # Who had the token of before has nothing: not here, and not at any other process.
    async with platform.guest() as thief:
        thief.cookies.set("session", before)
        assert not await is_signed_in(thief)
    assert (await member.post(f"{SECURITY}/app/remove")).headers["location"] == SECURITY
    assert (await member.get("/api/v1/factors")).json()["app_since"] is None


async def test_programs_prove_it_again_too(platform: Platform, guarded: Guarded) -> None:
    member, path = guarded.member, "/api/v1/sessions/current/proofs"
    device = await with_passkey(member)
    await make_stale(platform)
    asked = await options(member, f"{path}/options")
    for body in (
        {"password": PASSWORD},
        {"code": guarded.next_code()},
        {"credential": json.loads(device.get(asked))},
    ):
        before = member.client.cookies["session"]
        answer = await member.post(path, json=body)
        assert answer.status_code == 204, answer.text
        assert member.client.cookies["session"] != before
    assert (await member.request("DELETE", "/api/v1/factors/app")).status_code == 204
    recovery = await member.post(path, json={"code": guarded.codes[0]})
    assert (recovery.status_code, recovery.json()["reason"]) == (401, "PROOF_REJECTED")
    for fields in ({}, {"password": PASSWORD, "code": "123456"}):
        assert (await member.post(path, json=fields)).status_code == 422
    async with platform.guest() as nobody:
        assert (await nobody.post(path, json={"password": PASSWORD})).status_code == 401
        assert (await nobody.post(f"{path}/options")).status_code == 401


async def test_five_wrong_proofs_end_the_session(member: Member) -> None:
    for _ in range(4):
        answer = await member.post("/account/prove", data={"password": "a wrong password"})
        assert answer.status_code == 401
    await member.post("/account/prove", data={"password": "a wrong password"})
    answer = await member.post("/account/prove", data={"password": PASSWORD})
    assert answer.headers["location"].startswith("/login")
    assert not await is_signed_in(member.client)


async def test_strangers_are_sent_to_log_in(platform: Platform) -> None:
    async with platform.guest() as guest:
        for path in (SECURITY, "/account/prove"):
            answer = await guest.get(path)
            assert answer.headers["location"] == f"/login?next={path}"
        assert (await guest.get("/api/v1/factors")).status_code == 401
        assert (await guest.post("/api/v1/factors/passkeys/options")).status_code == 401
