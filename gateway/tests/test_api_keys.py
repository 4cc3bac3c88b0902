"""Keys for programs: what they open, what they never open, and how soon they stop."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from codingahead.accounts.v1 import api_keys_pb2, api_keys_pb2_grpc
from gateway.api_key_routes import ROUTES, SCOPES
from gateway.api_keys import is_intact
from gateway.tests.gateway_process import GatewayProcess, Member, Platform
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from tests.support.nats_server import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYS = "/api/v1/api-keys"
PAGE = "/api/v1/codes/icd-10-cm/E11.9"
CLAIM = {"claim_type": "professional", "date_of_service": "2026-04-01",
         "lines": [{"system": "icd-10-cm", "code": "E11.9"}]}  # fmt: skip
UNKNOWN = "ca_live_0000000000000000_00000000000000000000000000000000000000000000P0k21"


@asynccontextmanager
async def owner(platform: Platform, plan: str = "enterprise") -> AsyncIterator[Member]:
    """Somebody who may have keys."""
    async with platform.account(plan=plan) as member:
        await platform.account_id(member)
        await member.log_in()
        yield member


async def make(member: Member, **members: Any) -> dict[str, Any]:
    asked = {"name": "nightly job", "scopes": list(SCOPES), **members}
    answer = await member.post(KEYS, json=asked)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    made: dict[str, Any] = answer.json()
    return made


def program(platform: Platform, key: str, **headers: str) -> httpx.AsyncClient:
    """A program that sends *key* with every request."""
    return httpx.AsyncClient(
        base_url=platform.gateway.url,
        timeout=10,
        headers={"Authorization": f"Bearer {key}", **headers},
    )


def is_problem(answer: httpx.Response, status: int, reason: str) -> bool:
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told = (answer.status_code, answer.json()["reason"])
    assert told == (status, reason), answer.text
    return True


async def until(client: httpx.AsyncClient, status: int, reason: str) -> None:
    """Wait, for less than a key is believed, until *client* is refused."""
    async with asyncio.timeout(10):
        while (answer := await client.get("/api/v1/allowance")).status_code == 200:
            await asyncio.sleep(0.05)
    assert is_problem(answer, status, reason)


async def test_a_key_is_metered_like_its_owner_s_cookie(platform: Platform) -> None:
    async with owner(platform) as member:
        key = (await make(member))["key"]
        async with program(platform, key) as client:
            first = (await client.get(PAGE)).json()
            again = (await member.get(PAGE)).json()
            allowance = (await client.get("/api/v1/allowance")).json()

    assert (first["verdict"], first["allowance"]["plan"]) == ("GRANTED", "enterprise")
    assert not any(section["locked"] for section in first["sections"])
    assert again["verdict"] == "REPEAT"
    assert (allowance["subject"], allowance["plan"]) == ("account", "enterprise")


async def test_a_key_opens_what_its_scopes_name(platform: Platform) -> None:
    question = {"question": "What is E11.9?"}
    async with owner(platform) as member:
        keys = {scope: (await make(member, scopes=[scope]))["key"] for scope in SCOPES}
        for scope, key in keys.items():
            async with program(platform, key) as client:
                answers = {
                    "codes:read": await client.get(PAGE),
                    "search:read": await client.get("/api/v1/search", params={"q": "diabetes"}),
                    "claims:check": await client.post("/api/v1/claim-checks", json=CLAIM),
                    "assistant:ask": await client.post(
                        "/api/v1/assistant/questions", json=question
                    ),
                }
                assert (await client.get("/api/v1/allowance")).status_code == 200
                assert (await client.head(PAGE)).status_code == (
                    200 if scope == "codes:read" else 403
                )
            for needed, answer in answers.items():
                if needed == scope:
                    assert answer.status_code == 200, answer.text
                    continue
                assert is_problem(answer, 403, "KEY_SCOPE_MISSING")
                assert f'scope="{needed}"' in answer.headers["www-authenticate"]
                assert answer.json()["scope"] == needed


async def test_a_key_opens_no_page_and_nothing_of_the_account(platform: Platform) -> None:
    asked = [
        *(("GET", path) for path in ("/", "/account", "/account/keys", "/icd-10-cm/E11.9")),
        *(("GET", path) for path in ("/icd-10-cm", "/search?q=x", KEYS, "/api/v1/favourites")),
        *(("GET", path) for path in ("/api/v1/searches", "/api/v1/changes/a/b", "/nothing")),
        *(("POST", path) for path in (KEYS, "/account/keys", "/login", "/api/v1/sessions")),
        *(("POST", path) for path in (PAGE, "/api/v1/allowance", "/webhooks/payments")),
        *(("DELETE", path) for path in ("/api/v1/sessions/current", f"{KEYS}/x")),
        ("PUT", "/api/v1/favourites/icd-10-cm/E11.9"),
    ]
    async with owner(platform) as member:
        key = (await make(member))["key"]
        session = f"session={member.client.cookies['session']}"
        # A cookie of the owner's own makes no difference.
        for headers in ({}, {"Cookie": session}):
            async with program(platform, key, **headers) as client:
                for method, path in asked:
                    answer = await client.request(method, path)
                    assert is_problem(answer, 403, "KEY_NOT_FOR_THIS")
        assert (await member.get("/api/v1/allowance")).json()["subject"] == "account"


async def test_a_cookie_beside_a_key_does_not_say_who_asks(platform: Platform) -> None:
    async with owner(platform) as member, platform.account() as other:
        key = (await make(member))["key"]
        session = f"session={other.client.cookies['session']}"
        async with program(platform, key, Cookie=session) as client:
            allowance = (await client.get("/api/v1/allowance")).json()
            page = await client.get(PAGE)
        (left,) = [
            it["remaining"]
            for it in (await other.get("/api/v1/allowance")).json()["allowances"]
            if it["action"] == "view_code"
        ]

    assert left == 5
    assert allowance["plan"] == "enterprise"
    assert page.json()["allowance"]["plan"] == "enterprise"
    assert "set-cookie" not in page.headers


async def test_what_is_no_key_is_never_taken_for_a_guest(platform: Platform) -> None:
    assert is_intact(UNKNOWN) is False
    async with owner(platform) as member:
        key = (await make(member))["key"]
        malformed = [
            *("", "x", "null", UNKNOWN, key[:-1], key.swapcase(), key + "0", f"{key}, {key}"),
            member.client.cookies["session"],
            "ca_live_" + "é" * 66,
        ]
        for wrong in malformed:
            headers = {b"Authorization": f"Bearer {wrong}".strip().encode()}
            for path in (PAGE, "/api/v1/search?q=x", "/account", "/icd-10-cm/E11.9"):
                answer = await member.client.get(path, headers=headers)
                assert is_problem(answer, 401, "KEY_MALFORMED")
                assert answer.headers["www-authenticate"].startswith("Bearer ")


async def test_a_key_is_no_session_and_other_schemes_are_none_of_ours(platform: Platform) -> None:
    async with owner(platform) as member:
        key = (await make(member))["key"]
        async with platform.guest() as client:
            headers = {"Cookie": f"session={key}"}
            planted = await client.get("/api/v1/allowance", headers=headers)
            basic = await client.get("/api/v1/allowance", headers={"Authorization": "Basic eDp5"})
            small = await client.get(
                "/api/v1/allowance", headers={"authorization": f"bearer {key}"}
            )

    assert planted.json()["subject"] == basic.json()["subject"] == "guest"
    assert small.json()["subject"] == "account"


async def test_a_key_revoked_here_stops_at_once(platform: Platform) -> None:
    async with owner(platform) as member:
        made, other = await make(member), await make(member)
        async with program(platform, made["key"]) as client:
            assert (await client.get(PAGE)).status_code == 200
            gone = [await member.request("DELETE", f"{KEYS}/{made['id']}") for _ in range(2)]
            assert is_problem(await client.get(PAGE), 401, "KEY_REFUSED")
        async with program(platform, other["key"]) as client:
            assert (await client.get(PAGE)).status_code == 200
        kept = (await member.get(KEYS)).json()["keys"]

    assert [answer.status_code for answer in gone] == [204, 204]
    assert [key["id"] for key in kept] == [other["id"]]


async def test_a_key_revoked_elsewhere_stops_with_the_event(platform: Platform) -> None:
    async with owner(platform) as member:
        account_id = await platform.account_id(member)
        made = await make(member)
        async with program(platform, made["key"]) as client:
            assert (await client.get("/api/v1/allowance")).status_code == 200
            channel = open_channel(platform.accounts.target, ServiceSettings())
            request = api_keys_pb2.RevokeApiKeyRequest(account_id=account_id, key_id=made["id"])
            await api_keys_pb2_grpc.ApiKeyServiceStub(channel).RevokeApiKey(request, timeout=5)
            await channel.close()
            await until(client, 401, "KEY_REFUSED")


async def test_a_key_that_has_ended_is_refused(platform: Platform) -> None:
    async with owner(platform) as member:
        made = await make(member, days=1)
        await platform.ask_accounts(
            f"UPDATE api_keys SET expires_at = now() WHERE key_id = '{made['id']}'"
        )
        async with program(platform, made["key"]) as client:
            assert is_problem(await client.get(PAGE), 401, "KEY_REFUSED")
        (kept,) = (await member.get(KEYS)).json()["keys"]
        page = (await member.get("/account/keys")).text

    assert kept["id"] == made["id"]
    assert "ended " in page


async def test_a_plan_that_an_operator_changes_holds_at_once(platform: Platform) -> None:
    async with owner(platform) as member:
        account_id = await platform.account_id(member)
        key = (await make(member))["key"]
        async with program(platform, key) as client:
            assert (await client.get("/api/v1/allowance")).json()["plan"] == "enterprise"
            code, _, said = await platform.accounts.run(
                "plan", "set", account_id, "free", "--reason", "the contract ended"
            )
            assert code == 0, said
            await until(client, 403, "API_KEYS_NOT_IN_PLAN")
        # So does it in the browser, without logging in again.
        assert (await member.get("/api/v1/allowance")).json()["plan"] == "free"
        assert "Keys are part of the Enterprise plan" in (await member.get("/account/keys")).text
        refused = await member.post(KEYS, json={"name": "x", "scopes": ["codes:read"]})
        assert (refused.status_code, refused.json()["reason"]) == (403, "API_KEYS_NOT_IN_PLAN")
        plan = (await member.get("/account/plan")).text

    assert "<td>Enterprise</td><td>Free</td><td>the site&#39;s staff</td>" in plan
    assert "cannot be bought here yet" in plan
    assert "contract" not in plan


async def test_while_accounts_is_away_nobody_is_a_guest(platform: Platform) -> None:
    gone = f"127.0.0.1:{free_port()}"
    gateway = GatewayProcess(**platform.gateway.peers | {"GATEWAY_ACCOUNTS_TARGET": gone})
    async with owner(platform) as member:
        key = (await make(member))["key"]
        try:
            await gateway.start()
            await gateway.until(status="ready", lookup="up", metering="up")
            async with httpx.AsyncClient(base_url=gateway.url, timeout=10) as client:
                headers = {"Authorization": f"Bearer {key}"}
                answer = await client.get(PAGE, headers=headers)
                assert is_problem(answer, 503, "KEY_UNCHECKED")
                assert answer.headers["retry-after"] == "5"
                assert (await client.get(PAGE)).status_code == 200
                hook = await client.post("/webhooks/payments", content=b"{}")
                assert (hook.status_code, hook.headers["retry-after"]) == (503, "30")
        finally:
            await gateway.kill()


async def test_why_no_key_is_made_is_told(platform: Platform) -> None:
    asked = {"name": "x", "scopes": ["codes:read"], "request_id": str(uuid.uuid4())}
    async with platform.guest() as client:
        nobody = await client.post(KEYS, json=asked)
    async with platform.account(plan="enterprise") as member:
        unconfirmed = await member.post(KEYS, json=asked)
        page = (await member.get("/account/keys")).text
        await platform.account_id(member)
        wrong = await member.post(KEYS, json={"name": "", "scopes": ["all"], "days": True})
        blank = await member.post(KEYS, json={"name": " ", "scopes": []})
        first = await member.post(KEYS, json=asked)
        second = await member.post(KEYS, json=asked)
        await platform.ask_accounts(
            "UPDATE sessions SET begun_at = begun_at - interval '11 minutes', "
            "authenticated_at = authenticated_at - interval '11 minutes' WHERE account_id = "
            f"(SELECT account_id FROM accounts WHERE email = '{member.email}')"
        )
        unproven = await member.post(KEYS, json={**asked, "request_id": str(uuid.uuid4())})
        form = await member.post(
            "/account/keys", data={"action": "make", "name": "x", "codes:read": "yes"}
        )

    assert "whose e-mail address is confirmed" in page
    assert first.status_code == 201
    told = [(it.status_code, it.json()["reason"]) for it in (nobody, unconfirmed, second, unproven)]
    assert told == [
        (401, "NOT_SIGNED_IN"),
        (409, "ADDRESS_UNCONFIRMED"),
        (409, "REQUEST_REPEATED"),
        (403, "REAUTHENTICATION_REQUIRED"),
    ]
    assert {error["field"] for error in wrong.json()["errors"]} == {"scopes", "days"}
    assert {error["field"] for error in blank.json()["errors"]} == {"name", "scopes"}
    assert (form.status_code, form.headers["location"]) == (
        303,
        "/account/prove?next=/account/keys",
    )


async def test_a_key_is_made_shown_once_and_revoked_on_the_page(platform: Platform) -> None:
    async with owner(platform) as member:
        empty = (await member.get("/account/keys")).text
        form = {
            "action": "make",
            "name": "<b>nightly</b>",
            "codes:read": "yes",
            "days": "30",
            "request_id": re.search(r'name="request_id" value="([^"]+)"', empty)[1],  # type: ignore[index]
        }
        made = await member.post("/account/keys", data=form)
        (key,) = re.findall(r"ca_live_[0-9A-Za-z_]+", made.text)
        async with program(platform, key) as client:
            assert (await client.get(PAGE)).status_code == 200
        listed = (await member.get("/account/keys")).text
        twice = await member.post("/account/keys", data=form)
        unnamed = await member.post("/account/keys", data={**form, "name": "", "days": "x"})
        (key_id,) = set(re.findall(r'name="key_id" value="([^"]+)"', listed))
        gone = await member.post("/account/keys", data={"action": "revoke", "key_id": key_id})
        after = (await member.get("/account/keys")).text

    assert "You have no keys." in empty
    assert made.headers["cache-control"] == "private, no-store"
    assert is_intact(key)
    assert "&lt;b&gt;nightly&lt;/b&gt;" in listed
    assert key[24:] not in listed + twice.text
    assert (twice.status_code, "made a key already" in twice.text) == (409, True)
    assert (unnamed.status_code, "The name must be" in unnamed.text) == (422, True)
    assert (gone.status_code, gone.headers["location"]) == (303, "/account/keys")
    assert "You have no keys." in after
    assert key[24:] not in str(platform.gateway.lines) + str(platform.accounts.lines)


async def test_the_description_says_what_a_key_opens(platform: Platform) -> None:
    async with platform.guest() as client:
        document = (await client.get("/api/openapi.json")).json()

    assert document["components"]["securitySchemes"]["api_key"]["scheme"] == "bearer"
    for (method, path), scope in ROUTES.items():
        if path == "/api/openapi.json":
            continue
        operation = document["paths"][path][method.lower()]
        assert operation["security"] == [{}, {"api_key": [scope] if scope else []}]
        assert {"401", "403"} <= set(operation["responses"])
    opened = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }
    assert opened == set(ROUTES) - {("GET", "/api/openapi.json")}
    assert "KeyAsked" in document["components"]["schemas"]
