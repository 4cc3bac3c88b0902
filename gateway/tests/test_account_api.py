"""Accounts and sessions over the API."""

import json
import uuid

import httpx
import pytest

from gateway.tests.gateway_process import PASSWORD, Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACCOUNTS = "/api/v1/accounts"
SESSIONS = "/api/v1/sessions"
CURRENT = "/api/v1/sessions/current"


def address() -> str:
    return f"{uuid.uuid4().hex}@example.org"


async def subject(client: httpx.AsyncClient) -> str:
    told: str = (await client.get("/api/v1/allowance")).json()["subject"]
    return told


async def test_an_account_is_made_left_and_entered_again(platform: Platform) -> None:
    person = {"email": address(), "password": PASSWORD, "colour": "blue"}
    async with platform.guest() as client:
        made = await client.post(ACCOUNTS, json=person)
        assert await subject(client) == "account"
        left = await client.delete(CURRENT)
        assert await subject(client) == "guest"
        entered = await client.post(SESSIONS, json=person)
        allowance = (await client.get("/api/v1/allowance")).json()
        again = await client.post(ACCOUNTS, json=person | {"name": "Ann"})

    assert (made.status_code, left.status_code, entered.status_code) == (202, 204, 204)
    assert made.headers["set-cookie"].startswith("session=")
    assert left.headers["set-cookie"].startswith("session=; Max-Age=0;")
    assert entered.headers["set-cookie"].startswith("session=")
    assert (allowance["subject"], allowance["plan"]) == ("account", "free")
    # The answer never tells whether an address is known.
    assert (again.status_code, again.content) == (made.status_code, made.content)


async def test_a_new_session_takes_the_place_of_the_old_one(platform: Platform) -> None:
    async with platform.account() as member:
        old = member.client.cookies["session"]
        await member.log_in()
        async with httpx.AsyncClient(
            base_url=platform.gateway.url, headers={"Cookie": f"session={old}"}
        ) as thief:
            assert await subject(thief) == "guest"
        assert await subject(member.client) == "account"


async def test_a_token_from_elsewhere_is_never_taken_over(platform: Platform) -> None:
    planted = "A" * 43
    async with platform.guest() as client:
        answer = await client.post(
            ACCOUNTS,
            json={"email": address(), "password": PASSWORD},
            headers={"Cookie": f"session={planted}"},
        )

    assert planted not in answer.headers["set-cookie"]


async def test_wrong_credentials_are_refused_in_one_way(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as client:
        wrong = [(member.email, "not the password"), (address(), PASSWORD), ("", "")]
        answers = [
            await client.post(SESSIONS, json={"email": email, "password": password})
            for email, password in wrong
        ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["reason"] == "CREDENTIALS_REJECTED"
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.parametrize("path", [ACCOUNTS, SESSIONS])
@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ("", 400, []),
        ("{", 400, []),
        ("[]", 400, []),
        ("null", 400, []),
        ("[" * 30_000, 400, []),
        ('{"a":' * 10_000, 400, []),
        ("1" * 10_000, 400, []),
        ("{}", 422, ["email", "password"]),
        ('{"email": 1, "password": ["x"]}', 422, ["email", "password"]),
        ('{"email": "\\ud800", "password": "correct horse"}', 422, ["email"]),
        ('{"email": null, "password": "correct horse"}', 422, ["email"]),
    ],
)
async def test_a_malformed_body_is_refused_by_its_fields(
    platform: Platform, path: str, body: str, status: int, fields: list[str]
) -> None:
    async with platform.guest() as client:
        answer = await client.post(
            path, content=body, headers={"Content-Type": "application/json; charset=utf-8"}
        )

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json().get("errors", [])] == fields
    assert len(answer.json()["detail"]) > 10


async def test_what_accounts_refuses_is_named_by_its_fields(platform: Platform) -> None:
    async with platform.guest() as client:
        answer = await client.post(
            ACCOUNTS, json={"email": "ann\x00@example.org", "password": "short"}
        )

    assert answer.status_code == 422
    assert answer.json()["reason"] == "FIELDS_INVALID"
    assert {error["field"] for error in answer.json()["errors"]} == {"email", "password"}


@pytest.mark.parametrize("path", [ACCOUNTS, SESSIONS, "/api/v1/assistant/questions"])
@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_bodies_are_json_and_nothing_else(
    platform: Platform, path: str, media_type: str
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    async with platform.guest() as client:
        answer = await client.post(path, content=b"{}", headers=headers)

    assert answer.status_code == 415
    assert answer.json()["reason"] == "MEDIA_TYPE_UNSUPPORTED"


async def test_ending_a_session_that_is_not_there_succeeds(platform: Platform) -> None:
    async with platform.guest() as client:
        assert (await client.delete(CURRENT)).status_code == 204
        strange = await client.delete(CURRENT, headers={"Cookie": "session=%%;;session="})

    assert strange.status_code == 204


async def test_the_description_names_every_operation_with_its_body(platform: Platform) -> None:
    async with platform.guest() as client:
        document = json.loads((await client.get("/api/openapi.json")).text)
        page = (await client.get("/api/docs")).text

    for path, method, statuses in (
        (ACCOUNTS, "post", {"202", "422", "429", "503"}),
        (SESSIONS, "post", {"204", "401", "429", "503"}),
        (CURRENT, "delete", {"200", "204"}),
        ("/api/v1/assistant/questions", "post", {"200", "422", "429", "503"}),
    ):
        operation = document["paths"][path][method]
        assert statuses <= set(operation["responses"])
        if method == "post":
            shape = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            assert shape.rpartition("/")[2] in document["components"]["schemas"]
        assert path in page
    stream = document["paths"]["/api/v1/assistant/questions"]["post"]["responses"]["200"]
    assert "text/event-stream" in stream["content"]
