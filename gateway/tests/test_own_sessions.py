"""Where an account is logged in: seen by its owner, and ended at once wherever it is held."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from codingahead.accounts.v1 import sessions_pb2, sessions_pb2_grpc
from gateway.tests.gateway_process import PASSWORD, Member, Platform
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings

pytestmark = pytest.mark.asyncio(loop_scope="session")

SESSIONS = "/api/v1/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


async def subject(client: httpx.AsyncClient) -> str:
    told: str = (await client.get("/api/v1/allowance")).json()["subject"]
    return told


@asynccontextmanager
async def logged_in(
    platform: Platform, member: Member, agent: str = FIREFOX
) -> AsyncIterator[httpx.AsyncClient]:
    """Another browser of the same person."""
    async with platform.guest() as client:
        client.headers["User-Agent"] = agent
        answer = await client.post(SESSIONS, json={"email": member.email, "password": PASSWORD})
        assert answer.status_code == 204
        yield client


async def test_sessions_are_listed_with_what_their_owner_knows_them_by(platform: Platform) -> None:
    async with platform.account() as member, logged_in(platform, member) as browser:
        told = (await browser.get(SESSIONS)).json()
        page = (await browser.get("/account/sessions")).text

    newest, first = told["sessions"]
    assert (newest["device"], newest["network"], newest["current"]) == (
        *("Firefox on Linux", "127.0.0.0/24"),
        True,
    )
    assert first["device"] == "python-httpx"
    assert not first["current"]
    assert first["begun"].endswith("Z")
    assert told["next_page_token"] == ""
    assert page.count("This session") == 1
    assert "Firefox on Linux" in page
    assert "from the network 127.0.0.0/24" in page
    for session in told["sessions"]:
        assert f'value="{session["id"]}"' in page


async def test_sessions_come_in_pages(platform: Platform) -> None:
    async with platform.account() as member, logged_in(platform, member) as browser:
        first = (await browser.get(SESSIONS, params={"page_size": 1})).json()
        token = first["next_page_token"]
        second = (await browser.get(SESSIONS, params={"page_size": 1, "page_token": token})).json()
        wrong = await browser.get(SESSIONS, params={"page_token": "nonsense"})
        page = await browser.get("/account/sessions", params={"page_token": token})

    assert first["sessions"][0]["current"]
    assert not second["sessions"][0]["current"]
    assert second["next_page_token"] == ""
    assert wrong.status_code == 422
    assert page.status_code == 200
    assert "First page" in page.text


async def test_a_session_is_ended_by_its_owner_and_by_nobody_else(platform: Platform) -> None:
    async with (
        platform.account() as member,
        platform.account("eve") as eve,
        logged_in(platform, member) as browser,
    ):
        assert await subject(browser) == "account"
        session_id = (await browser.get(SESSIONS)).json()["sessions"][0]["id"]
        strange = await eve.client.delete(f"{SESSIONS}/{session_id}")
        assert await subject(browser) == "account"
        ended = [await member.client.delete(f"{SESSIONS}/{session_id}") for _ in range(2)]
        assert await subject(browser) == "guest"
        assert await subject(member.client) == "account"

    assert {answer.status_code for answer in (strange, *ended)} == {204}


async def test_the_page_ends_one_the_others_or_all(platform: Platform) -> None:
    async with (
        platform.account() as member,
        logged_in(platform, member) as second,
        logged_in(platform, member) as third,
    ):
        listed = (await third.get(SESSIONS)).json()["sessions"]
        one = await third.post("/account/sessions", data={"which": listed[1]["id"]})
        assert await subject(second) == "guest"
        assert await subject(member.client) == "account"
        others = await third.post("/account/sessions", data={"which": "others"})
        assert await subject(member.client) == "guest"
        assert await subject(third) == "account"
        nothing = await third.post("/account/sessions", data={"which": ""})
        await member.log_in()
        everywhere = await third.post("/account/sessions", data={"which": "everywhere"})
        assert await subject(member.client) == "guest"
        assert await subject(third) == "guest"

    for answer in (one, others, nothing):
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/sessions")
        assert "set-cookie" not in answer.headers
    assert everywhere.headers["location"] == "/"
    assert everywhere.headers["set-cookie"].startswith("session=; Max-Age=0;")


async def test_the_api_ends_all_and_keeps_this_one_when_asked_to(platform: Platform) -> None:
    async with platform.account() as member, logged_in(platform, member) as browser:
        kept = await browser.delete(SESSIONS, params={"keep_current": "true"})
        assert await subject(member.client) == "guest"
        assert await subject(browser) == "account"
        gone = await browser.delete(SESSIONS)
        assert await subject(browser) == "guest"

    assert (kept.status_code, gone.status_code) == (204, 204)
    assert "set-cookie" not in kept.headers
    assert gone.headers["set-cookie"].startswith("session=; Max-Age=0;")


async def test_nobody_sees_or_ends_sessions_without_one(platform: Platform) -> None:
    async with platform.guest() as guest:
        for method, path in (("GET", SESSIONS), ("DELETE", SESSIONS), ("DELETE", f"{SESSIONS}/x")):
            answer = await guest.request(method, path)
            assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_SIGNED_IN")
        page = await guest.get("/account/sessions")
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/account/sessions")


async def test_what_is_ended_elsewhere_is_over_here_by_the_event(platform: Platform) -> None:
    async with platform.account() as member:
        account_id = await platform.account_id(member)
        # The gateway believes the session for a minute, unless it hears otherwise.
        assert await subject(member.client) == "account"
        async with open_channel(platform.accounts.target, ServiceSettings()) as channel:
            stub = sessions_pb2_grpc.SessionsServiceStub(channel)
            request = sessions_pb2.RevokeSessionsRequest(account_id=account_id)
            assert (await stub.RevokeSessions(request, timeout=5)).ended == 1
        async with asyncio.timeout(10):
            while await subject(member.client) == "account":
                await asyncio.sleep(0.02)


async def test_a_role_is_shown_where_it_is_not_that_of_everybody(platform: Platform) -> None:
    async with platform.account() as member:
        assert "<dt>Role</dt>" not in (await member.get("/account")).text
        await platform.ask_accounts(
            f"UPDATE accounts SET role = 'editor' WHERE email = '{member.email}'"
        )
        await member.log_in()
        assert "<dt>Role</dt><dd>Editor</dd>" in (await member.get("/account")).text
