"""The catalogue of attacks on sessions, forms and addresses, over whole answers."""

import asyncio
import uuid
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from gateway.tests.gateway_process import PASSWORD, Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACCOUNTS, SESSIONS, RESETS = (
    "/api/v1/accounts",
    "/api/v1/sessions",
    "/api/v1/accounts/password-resets",
)
FORMS = (
    *("/register", "/login", "/logout", "/login/second-factor", "/login/passkey"),
    *("/verify-email", "/reset-password", "/account/email", "/account/password"),
    *("/account/prove", "/account/sessions", "/account/keys", "/account/data/erase"),
    *("/account/favourites", "/account/searches", "/claim-check", "/casepilot"),
    "/account/email/confirmation",
)
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "/account\r\nLocation: https://evil.example/",
    "http://localhost@evil.example/",
)


def address() -> str:
    return f"{uuid.uuid4().hex}@example.org"


async def who(client: httpx.AsyncClient) -> str:
    told: str = (await client.get("/api/v1/allowance")).json()["subject"]
    return told


def stays_here(location: str) -> bool:
    """Whether a browser that follows *location* stays on the site."""
    if any(character in location for character in "\r\n\t"):
        return False
    # Browsers take a backslash for a slash.
    reached = urlsplit(urljoin("http://here.example/page", location.replace("\\", "/")))
    return (reached.scheme, reached.netloc) == ("http", "here.example")


async def test_a_planted_session_is_never_entered_nor_kept(platform: Platform) -> None:
    """Fixation: with a token of nobody's, with the attacker's own, at both doors."""
    async with platform.account("attacker") as attacker:
        planted = attacker.client.cookies["session"]
        for door, path in (("register", ACCOUNTS), ("log in", SESSIONS)):
            person = {"email": address(), "password": PASSWORD}
            if door == "log in":
                async with platform.guest() as earlier:
                    assert (await earlier.post(ACCOUNTS, json=person)).status_code == 202
            for token in ("A" * 43, planted):
                headers = {"Cookie": f"session={token}"}
                async with httpx.AsyncClient(base_url=platform.gateway.url) as victim:
                    answer = await victim.post(path, json=person, headers=headers)
                    assert answer.status_code in (202, 204)
                    given = victim.cookies["session"]
                    assert given not in ("A" * 43, planted)
                    assert await who(victim) == "account"
                    # What was planted signs in nobody now, the attacker neither.
                    async with httpx.AsyncClient(
                        base_url=platform.gateway.url, headers=headers
                    ) as thief:
                        assert await who(thief) == "guest"
                        favourites = await thief.get("/api/v1/favourites")
                        assert favourites.status_code == 401
            await attacker.log_in()
            planted = attacker.client.cookies["session"]


async def test_no_form_and_no_route_is_driven_from_another_site(platform: Platform) -> None:
    async with platform.guest() as visitor:
        document = (await visitor.get("/api/openapi.json")).json()
    routes = [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("post", "put", "patch", "delete")
    ]
    assert ("POST", "/api/v1/account/erasure") in routes
    routes += [("POST", path) for path in FORMS]
    foreign = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    )
    async with platform.account("victim") as member:
        for method, path in routes:
            for headers in foreign:
                answer = await member.request(method, path, headers=headers, data={"x": "1"})
                assert answer.status_code == 403, (method, path, headers)
        assert await who(member.client) == "account"


async def test_opening_an_address_changes_nothing(platform: Platform) -> None:
    async with platform.account("reader") as member:
        state = (
            "SELECT a.email, a.name, a.plan, a.password_hash, a.confirmed_at, "
            "(SELECT count(*) FROM sessions s WHERE s.account_id = a.account_id), "
            "(SELECT count(*) FROM secret_tokens t WHERE t.account_id = a.account_id), "
            "(SELECT count(*) FROM api_keys k WHERE k.account_id = a.account_id) "
            f"FROM accounts a WHERE email = '{member.email}'"
        )
        before = await platform.ask_accounts(state)
        for path in FORMS:
            for query in ("", "?token=" + "A" * 43, "?next=/account&confirmation=x"):
                answer = await member.get(path + query)
                assert answer.status_code < 500, path
        assert await platform.ask_accounts(state) == before
        assert await who(member.client) == "account"


@pytest.mark.parametrize("target", ELSEWHERE)
async def test_nobody_is_sent_to_another_site(platform: Platform, target: str) -> None:
    async with platform.guest() as visitor, platform.guest() as other:
        email = address()
        made = await visitor.post(
            "/register",
            data={"email": email, "password": PASSWORD, "name": "", "next": target},
        )
        proven = await visitor.get("/account/prove", params={"next": target})
        done = await visitor.post("/account/prove", data={"password": PASSWORD, "next": target})
        left = await visitor.post("/logout", data={"next": target})
        entered = await visitor.post(
            "/login", data={"email": email, "password": PASSWORD, "next": target}
        )
        for answer in (made, done, left, entered):
            assert answer.status_code == 303, answer.text
            assert stays_here(answer.headers["location"]), answer.headers["location"]
        for page in (proven, await other.get("/login", params={"next": target})):
            assert 'href="https://evil' not in page.text
            assert 'action="https://evil' not in page.text
            assert 'href="//evil' not in page.text


@pytest.mark.parametrize(
    "email",
    [
        "ann@example.org\nBcc: eve@example.org",
        "ann@example.org\r\nSubject: hello",
        "ann@example.org%0aBcc: eve@example.org",
        "ann@example.org, eve@example.org",
        "ann@example.org <eve@example.org>",
        "Ann <ann@example.org>",
        "ann@example.org\0",
        '"ann\\\r\nBcc: eve"@example.org',
    ],
)
async def test_an_address_breaks_out_of_no_header(platform: Platform, email: str) -> None:
    count = "SELECT count(*) FROM mails WHERE recipient LIKE '%eve%' OR subject LIKE '%hello%'"
    async with platform.guest() as visitor:
        for path, body in (
            (ACCOUNTS, {"email": email, "password": PASSWORD}),
            (RESETS, {"email": email}),
        ):
            answer = await visitor.post(path, json=body)
            assert answer.status_code == 422, path
            assert [one["field"] for one in answer.json()["errors"]] == ["email"]
    assert await platform.ask_accounts(count) == [["0"]]


async def test_a_body_that_never_ends_is_cut_off_at_every_form(platform: Platform) -> None:
    async with platform.guest() as visitor:
        for path in FORMS:
            answer = await visitor.post(path, data={"email": "a" * 200_000})
            assert answer.status_code == 413, path
        for path in (ACCOUNTS, SESSIONS, RESETS, "/api/v1/account/erasure"):
            answer = await visitor.post(path, json={"email": "a" * 200_000})
            assert answer.status_code == 413, path


async def test_a_form_that_is_sent_many_times_at_once_makes_one_account(
    platform: Platform,
) -> None:
    email, request_id = address(), str(uuid.uuid4())
    form = {"email": email, "password": PASSWORD, "name": "Ann", "request_id": request_id}

    async def send() -> int:
        async with platform.guest() as visitor:
            return (await visitor.post("/register", data=form)).status_code

    assert set(await asyncio.gather(*(send() for _ in range(6)))) <= {303, 429}
    rows = await platform.ask_accounts(f"SELECT count(*) FROM accounts WHERE email = '{email}'")
    assert rows == [["1"]]


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """All of an answer that must not depend on who exists."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("date", "set-cookie", "traceparent", "x-request-id")
    }
    cookies = sorted(value.split("=")[0] for value in answer.headers.get_list("set-cookie"))
    return answer.status_code, headers, cookies, answer.content


async def test_no_answer_tells_whether_an_address_exists(platform: Platform) -> None:
    unconfirmed, confirmed, disabled, nobody = (address() for _ in range(4))
    for email in (unconfirmed, confirmed, disabled):
        async with platform.guest() as visitor:
            await visitor.post(ACCOUNTS, json={"email": email, "password": PASSWORD})
    await platform.ask_accounts(
        f"UPDATE accounts SET confirmed_at = now() WHERE email IN ('{confirmed}', '{disabled}')"
    )
    await platform.ask_accounts(
        f"UPDATE accounts SET disabled_at = now() WHERE email = '{disabled}'"
    )

    async def ask(email: str) -> list[tuple[Any, ...]]:
        answers = []
        for path, body in (
            (SESSIONS, {"email": email, "password": "a wrong password"}),
            (RESETS, {"email": email}),
            (ACCOUNTS, {"email": email, "password": "another right password"}),
        ):
            async with platform.guest() as visitor:
                answers.append(told(await visitor.post(path, json=body)))
        return answers

    known = [await ask(email) for email in (unconfirmed, confirmed, disabled)]
    unknown = await ask(nobody)
    assert [answer[0] for answer in unknown] == [401, 202, 202]
    assert known == [unknown] * 3


async def test_guessing_is_held_up_alike_and_a_known_device_is_not(platform: Platform) -> None:
    async with platform.account("owner") as member:
        await member.log_in()
        assert "device" in member.client.cookies
        held_up = []
        for email in (member.email, address()):
            async with platform.guest() as stranger:
                body = {"email": email, "password": "a wrong password"}
                answers = [await stranger.post(SESSIONS, json=body) for _ in range(12)]
            assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
            problem = answers[-1].json()
            assert problem["reason"] == "TOO_MANY_ATTEMPTS"
            assert 0 < int(answers[-1].headers["retry-after"]) <= 90
            held_up.append(problem)
        assert held_up[0] == held_up[1]
        # The right password does not help a stranger now, and its owner is let in as before.
        async with platform.guest() as stranger:
            right = {"email": member.email, "password": PASSWORD}
            assert (await stranger.post(SESSIONS, json=right)).status_code == 429
        await member.log_in()
