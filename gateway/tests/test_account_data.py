"""Everything held about an account: read as a document, and erased."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from gateway.tests.gateway_process import PASSWORD, Member, Platform

CODE = "/api/v1/codes/icd-10-cm/E11.9"
EXPORT, ERASURE = "/api/v1/account/export", "/api/v1/account/erasure"


async def long_ago(platform: Platform, member: Member) -> None:
    """Let the member's proof of who they are become too old."""
    await platform.ask_accounts(
        "UPDATE sessions SET begun_at = begun_at - interval '1 hour', authenticated_at = NULL "
        "WHERE account_id = (SELECT account_id FROM accounts "
        f"WHERE email = '{member.email}')"
    )


async def erase(member: Member, confirmation: str) -> int:
    answer = await member.post(ERASURE, json={"confirmation": confirmation})
    return answer.status_code


async def test_a_person_reads_everything_that_is_held(platform: Platform) -> None:
    async with platform.account("reader") as member:
        assert (await member.get(CODE)).status_code == 200
        note = f"a note {uuid.uuid4().hex}"
        marked = await member.request(
            "PUT", "/api/v1/favourites/icd-10-cm/E11.9", json={"note": note}
        )
        assert marked.status_code == 200
        assert (await member.get("/search", params={"q": "asthma"})).status_code == 200

        async def exported() -> dict[str, Any]:
            answer = await member.get(EXPORT)
            assert answer.status_code == 200, answer.text
            assert "no-store" in answer.headers["cache-control"]
            assert f"your-data-{datetime.now(UTC):%Y}" in answer.headers["content-disposition"]
            document: dict[str, Any] = answer.json()
            return document

        # Grants and views reach their streams a moment after the answer.
        document: dict[str, Any] = {}
        async with asyncio.timeout(20):
            while not (document.get("ledger") and document.get("page_views")):
                await asyncio.sleep(0.5)
                document = await exported()
    account = document["account"]
    assert (account["email"], account["plan"], account["confirmed_at"]) == (
        member.email,
        "free",
        None,
    )
    (mark,) = document["marked_codes"]
    assert (mark["code"], mark["note"]) == ("E11.9", note)
    (search,) = document["past_searches"]
    assert search["query"] == "asthma"
    (granted,) = document["ledger"]
    assert (granted["event"], granted["resource"]) == ("view_granted", "icd-10-cm:E11.9")
    (viewed,) = document["page_views"]
    assert (viewed["code"], viewed["surface"]) == ("E11.9", "api")
    assert "argon2" not in str(document)


async def test_an_erased_account_lets_nobody_in_and_the_browser_keeps_nothing(
    platform: Platform,
) -> None:
    async with platform.account("gone") as member, platform.guest() as elsewhere:
        logged_in = await elsewhere.post(
            "/api/v1/sessions", json={"email": member.email, "password": PASSWORD}
        )
        assert logged_in.status_code == 204
        assert (await elsewhere.get(EXPORT)).status_code == 200

        wrong = await member.post(ERASURE, json={"confirmation": "bob@example.org"})
        assert (wrong.status_code, wrong.json()["reason"]) == (422, "FIELDS_INVALID")
        assert [one["field"] for one in wrong.json()["errors"]] == ["confirmation"]
        assert (await member.get("/api/v1/favourites")).status_code == 200

        assert await erase(member, member.email.upper()) == 204
        assert "session" not in member.client.cookies
        assert (await member.get("/api/v1/favourites")).status_code == 401
        async with asyncio.timeout(10):
            while (await elsewhere.get("/api/v1/favourites")).status_code != 401:
                await asyncio.sleep(0.05)
        again = await member.post(
            "/api/v1/sessions", json={"email": member.email, "password": PASSWORD}
        )
        assert again.status_code == 401


async def test_neither_is_done_without_a_fresh_proof(platform: Platform) -> None:
    async with platform.account("stale") as member:
        await long_ago(platform, member)
        for answer in (
            await member.get(EXPORT),
            await member.post(ERASURE, json={"confirmation": member.email}),
        ):
            assert (answer.status_code, answer.json()["reason"]) == (
                403,
                "REAUTHENTICATION_REQUIRED",
            )
        for page in (
            await member.get("/account/data/export"),
            await member.post("/account/data/erase", data={"confirmation": member.email}),
        ):
            assert page.status_code == 303
            assert page.headers["location"] == "/account/prove?next=/account/data"
        assert (await member.get("/api/v1/favourites")).status_code == 200


async def test_of_two_who_erase_at_once_one_does(platform: Platform) -> None:
    async with platform.account("twice") as member:
        answers = await asyncio.gather(*(erase(member, member.email) for _ in range(4)))
    assert answers.count(204) == 1
    assert set(answers) <= {204, 401, 403}


async def test_the_pages_need_no_script(platform: Platform) -> None:
    async with platform.account("pages") as member:
        page = await member.get("/account/data")
        assert page.status_code == 200
        assert 'href="/account/data/export"' in page.text
        assert 'action="/account/data/erase"' in page.text
        saved = await member.get("/account/data/export")
        assert saved.json()["account"]["email"] == member.email

        missed = await member.post("/account/data/erase", data={"confirmation": "no address"})
        assert missed.status_code == 422
        assert "The address must be the e-mail address of this account." in missed.text

        done = await member.post("/account/data/erase", data={"confirmation": member.email})
        assert done.status_code == 200
        assert "Your account is gone" in done.text
        assert (await member.get("/account")).headers["location"].startswith("/login")


async def test_a_guest_is_sent_to_log_in(platform: Platform) -> None:
    async with platform.guest() as guest:
        page = await guest.get("/account/data")
        assert page.headers["location"] == "/login?next=/account/data"
        for answer in (
            await guest.get(EXPORT),
            await guest.post(ERASURE, json={"confirmation": "ann@example.org"}),
        ):
            assert answer.status_code == 401
