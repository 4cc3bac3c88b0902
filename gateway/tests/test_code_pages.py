"""Code pages from outside: what is charged, what is shown, where addresses lead."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import nats
import pytest

from codingahead.gateway.v1 import events_pb2
from gateway.page_views import PAGE_VIEWED
from gateway.tests.gateway_process import Member, Platform
from tests.support import code_pages
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")

BANNER = (
    "0 code page views remaining. Guest accounts are limited to 1 page view. "
    "Register free account to get 5 more views."
)
FIVE = ("E11.9", "I10", "J45.909", "E10", "E11")


def first_of_next_month() -> str:
    now = datetime.now(UTC)
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return f"{year}-{month:02}-01T00:00:00Z"


async def remaining(visitor: httpx.AsyncClient | Member) -> int:
    answer = (await visitor.get("/api/v1/allowance")).json()
    (views,) = [a for a in answer["allowances"] if a["action"] == "view_code"]
    left: int = views["remaining"]
    return left


# The guest


async def test_a_guest_opens_one_page_with_two_sections_seven_locks_and_the_banner(
    platform: Platform,
) -> None:
    async with platform.guest() as guest:
        answer = await guest.get("/icd-10-cm/E11.9")

    page = answer.text
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert "HttpOnly; SameSite=Lax" in answer.headers["set-cookie"]
    assert "Type 2 diabetes mellitus without complications" in page
    assert "Official Description" in page
    assert "Common Language Description" in page
    assert page.count("Register to view content") == 7
    assert BANNER in page
    found = outline(page)
    next_ = "?next=/icd-10-cm/E11.9"
    assert {f"/login{next_}", f"/register{next_}"} <= set(found.values("href"))
    assert "Excludes1" not in page


async def test_reload_is_free_and_another_code_is_a_wall_without_facts(platform: Platform) -> None:
    async with platform.guest() as guest:
        await guest.get("/icd-10-cm/E11.9")
        again = await guest.get("/icd-10-cm/E11.9")
        wall = await guest.get("/icd-10-cm/I10")
        api = await guest.get("/api/v1/codes/icd-10-cm/I10")
        once_more = await guest.get("/icd-10-cm/E11.9")

    assert BANNER in again.text
    assert BANNER in once_more.text
    assert wall.status_code == 200
    assert "Essential (primary) hypertension" in wall.text
    assert 'href="/register?next=/icd-10-cm/I10"' in wall.text
    assert "Billable" not in wall.text
    assert "Chapter" not in wall.text
    structured = json.loads(outline(wall.text).structured[0])
    assert structured["isAccessibleForFree"] is False
    assert structured["hasPart"]["cssSelector"] == ".gated"
    assert api.status_code == 429
    assert api.headers["content-type"] == "application/problem+json"


async def test_the_api_shows_a_guest_what_the_page_does(platform: Platform) -> None:
    async with platform.guest() as guest:
        answer = await guest.get("/api/v1/codes/icd-10-cm/E11.9")
        repeated = await guest.get("/api/v1/codes/icd-10-cm/E11.9")

    told = answer.json()
    assert (told["verdict"], told["mode"], told["billable"]) == ("GRANTED", "normal", True)
    assert [section["locked"] for section in told["sections"]] == [False] * 2 + [True] * 7
    assert {section.get("unlock") for section in told["sections"][2:]} == {"REGISTER"}
    assert told["allowance"]["remaining"] == 0
    assert answer.headers["ratelimit-policy"] == '"view_code";q=1'
    assert answer.headers["ratelimit"].startswith('"view_code";r=0;t=')
    assert repeated.json()["verdict"] == "REPEAT"


# An account


async def test_an_account_reads_nine_sections_of_five_codes_and_then_meets_the_wall(
    platform: Platform,
) -> None:
    async with platform.account("five-codes") as member:
        for number, code in enumerate(FIVE, 1):
            page = (await member.get(f"/icd-10-cm/{code}")).text
            assert f"{5 - number} code page view{'' if number == 4 else 's'} remaining." in page
            assert all(f'id="{key}"' in page for key in code_pages.TITLES)
            assert "Register to view content" not in page
            assert "Upgrade to view content" not in page
        again = await member.get("/api/v1/codes/icd-10-cm/E11.9")
        wall = await member.get("/icd-10-cm/E13")
        refused = await member.get("/api/v1/codes/icd-10-cm/E13")

    assert again.json()["verdict"] == "REPEAT"
    assert not any(section["locked"] for section in again.json()["sections"])
    assert wall.status_code == 200
    assert "Upgrade to view content" in wall.text
    day = datetime.fromisoformat(first_of_next_month())
    assert f"Views reset on {day:%B} 1, {day.year} (UTC)." in wall.text
    problem = refused.json()
    assert refused.status_code == problem["status"] == 429
    assert problem["type"].endswith("/problems/quota-exceeded")
    assert (problem["reason"], problem["unlock"]) == ("VIEWS_SPENT", "UPGRADE")
    assert problem["display"] == "Other specified diabetes mellitus"
    assert problem["reset_time"] == first_of_next_month()
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["ratelimit-policy"] == '"view_code";q=5'
    assert refused.headers["ratelimit"].startswith('"view_code";r=0;t=')
    assert refused.headers["cache-control"] == "private, no-store"


# What is free


@pytest.mark.parametrize(
    "path", ["/icd-10-cm/E99.99", "/api/v1/codes/icd-10-cm/E99.99", "/icd-10-cm/E11.9-"]
)
async def test_an_unknown_code_is_a_404_with_the_nearest_codes_and_costs_nothing(
    platform: Platform, path: str
) -> None:
    async with platform.account(f"unknown-{abs(hash(path))}") as member:
        before = await remaining(member)
        answer = await member.get(path)
        assert await remaining(member) == before

    assert answer.status_code == 404
    assert "E11.9" in answer.text
    if path.startswith("/api"):
        assert answer.json()["reason"] == "CODE_NOT_FOUND"
        assert answer.json()["suggestions"][0]["code"] == "E11.9"


async def test_an_unknown_code_is_a_404_also_when_nothing_is_left(platform: Platform) -> None:
    async with platform.guest() as guest:
        await guest.get("/icd-10-cm/E11.9")
        unknown = await guest.get("/icd-10-cm/E99.99")
        moved = await guest.get("/icd-10-cm/i10")

    assert unknown.status_code == 404
    assert moved.status_code == 301


@pytest.mark.parametrize("code", ["20939", "99213", "0001U", "0075T"])
async def test_a_cpt_form_is_said_to_be_one_and_nothing_is_told(
    platform: Platform, code: str
) -> None:
    said = "This is the form of a CPT code. CPT content is not loaded on this site."
    async with platform.guest() as guest:
        page = await guest.get(f"/cpt/{code}")
        api = await guest.get(f"/api/v1/codes/cpt/{code}")
        search = await guest.get("/search", params={"q": code})

    assert (page.status_code, api.status_code) == (404, 404)
    assert f"<p>{said}</p>" in page.text
    assert f"<p>{said}</p>" in search.text
    assert api.json()["detail"] == said
    assert api.json()["reason"] == "CODE_SET_NOT_LOADED"
    assert api.json()["suggestions"] == []


async def test_head_shows_and_costs_nothing(platform: Platform) -> None:
    async with platform.guest() as guest:
        head = await guest.head("/icd-10-cm/I10")
        missing = await guest.head("/icd-10-cm/E99.99")
        opened = await guest.get("/icd-10-cm/E11.9")

    assert (head.status_code, head.content) == (200, b"")
    assert "set-cookie" not in head.headers
    assert (missing.status_code, missing.content) == (404, b"")
    assert 'id="official_description"' in opened.text


async def test_a_page_is_fetched_ahead_only_where_it_was_seen(platform: Platform) -> None:
    ahead = {"Sec-Purpose": "prefetch;prerender"}
    async with platform.account("prefetch") as member:
        refused = await member.get("/icd-10-cm/I10", headers=ahead)
        assert await remaining(member) == 5
        await member.get("/icd-10-cm/I10")
        served = await member.get("/icd-10-cm/I10", headers=ahead)
        assert await remaining(member) == 4

    assert refused.status_code == 503
    assert "hypertension" not in refused.text
    assert served.status_code == 200


# Addresses


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/icd-10-cm/e119", "/icd-10-cm/E11.9"),
        ("/icd-10-cm/e11.9?on=2026-05-01", "/icd-10-cm/E11.9?on=2026-05-01"),
        ("/ICD10CM/E11.9?on=2026-05-01", "/icd-10-cm/E11.9?on=2026-05-01"),
        ("/icd_10_cm/E11.9", "/icd-10-cm/E11.9"),
        ("/icd-10-cm/E11.9/", "/icd-10-cm/E11.9"),
        ("/icd-10-cm/E11.9%20", "/icd-10-cm/E11.9"),
        ("/api/v1/codes/ICD-10-CM/e119", "/api/v1/codes/icd-10-cm/E11.9"),
        ("/ICD10CM", "/icd-10-cm"),
        ("/icd10cm/e08-e13", "/icd-10-cm/E08-E13"),
    ],
)
async def test_other_spellings_move_to_the_canonical_address_for_free(
    platform: Platform, asked: str, canonical: str
) -> None:
    async with platform.guest() as guest:
        answer = await guest.get(asked)

    assert answer.status_code == 301
    assert answer.headers["location"] == canonical
    assert "set-cookie" not in answer.headers


async def test_a_date_of_service_after_the_last_release_is_not_known(platform: Platform) -> None:
    async with platform.guest() as guest:
        later = await guest.get("/icd-10-cm/E11.9?on=2026-10-01")
        within = await guest.get("/icd-10-cm/E11.9?on=2026-09-30")
        malformed = await guest.get("/api/v1/codes/icd-10-cm/E11.9?on=01/10/2026")

    assert later.status_code == 404
    assert "No loaded release of ICD-10-CM covers October 1, 2026" in later.text
    assert "it is not known for this date" in later.text
    assert "applies from April 1, 2026 to September 30, 2026" in later.text
    assert within.status_code == 200
    assert malformed.status_code == 400
    assert malformed.json()["reason"] == "DATE_MALFORMED"


async def test_forms_lead_back_to_the_date_of_service_that_was_asked_for(
    platform: Platform,
) -> None:
    async with platform.guest() as guest:
        plain = await guest.get("/icd-10-cm/E11.9")
        dated = await guest.get("/icd-10-cm/E11.9?on=2026-05-01")
        wall = await guest.get("/icd-10-cm/I10?on=2026-05-01")
        again = await guest.get("/icd-10-cm/E11.9")

    def forms(page: httpx.Response) -> set[str]:
        return {href for href in outline(page.text).values("href") if "?next=" in href}

    query = "?next=/icd-10-cm/E11.9"
    assert forms(plain) == forms(again) == {f"/login{query}", f"/register{query}"}
    query += "%3Fon%3D2026-05-01"
    assert forms(dated) == {f"/login{query}", f"/register{query}"}
    query = query.replace("E11.9", "I10")
    assert forms(wall) == {f"/login{query}", f"/register{query}"}


# Search


@pytest.mark.parametrize("spelling", ["E11.9", "e119", " e11.9 "])
async def test_a_code_in_the_search_box_leads_to_its_page(
    platform: Platform, spelling: str
) -> None:
    async with platform.guest() as guest:
        answer = await guest.get("/search", params={"q": spelling})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/icd-10-cm/E11.9"


async def test_words_in_the_search_box_lead_to_the_page(platform: Platform) -> None:
    async with platform.guest() as guest:
        home = await guest.get("/")
        found = await guest.get("/search", params={"q": "type 2 diabetes"})
        api = await guest.get("/api/v1/search", params={"q": "type 2 diabetes"})
        suggested = await guest.get("/api/v1/suggest", params={"q": "E11"})

    assert 'action="/search"' in home.text
    links = [href for href in outline(found.text).values("href") if href.startswith("/icd-10-cm/")]
    assert links[0] == "/icd-10-cm/E11.9"
    assert api.json()["results"][0]["code"] == "E11.9"
    assert api.json()["results"][0]["highlights"][0]["marks"] == [[0, 4]]
    assert suggested.json()["suggestions"][0]["code"] == "E11.9"


# Every answer


@pytest.mark.parametrize(
    "path",
    ["/", "/search", "/search?q=asthma", "/api/docs", "/about/data", "/about/licences",
     "/about/privacy", "/about/cookies", "/about/terms", "/about/errors",
     "/problems/quota-exceeded", "/register",
     "/login", "/casepilot", "/icd-10-cm", "/robots.txt", "/healthz", "/readyz",
     "/api/openapi.json", "/api/v1/allowance"],
)  # fmt: skip
async def test_every_page_is_well_formed_and_strictly_bound(platform: Platform, path: str) -> None:
    async with platform.guest() as guest:
        answer = await guest.get(path)
        head = await guest.head(path)

    assert answer.status_code == head.status_code == 200
    assert head.content == b""
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.headers["content-type"].startswith("text/html"):
        found = outline(answer.text)
        assert not found.values("style")
        assert not [name for _, name, _ in found.attributes if name.startswith("on")]
        assert not [url for url in found.values("src") if not url.startswith("/")]
        for url in found.values("src"):
            async with platform.guest() as guest:
                asset = await guest.get(url)
            assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_page_views_are_published(platform: Platform) -> None:
    client = await nats.connect(platform.nats.url)
    try:
        seen = await client.jetstream().subscribe(PAGE_VIEWED.subject, ordered_consumer=True)
        async with platform.account("published") as member:
            await member.get("/icd-10-cm/J45.909")
            ((identity,),) = await platform.ask_accounts(
                f"SELECT account_id FROM accounts WHERE email = '{member.email}'"
            )
        async with asyncio.timeout(10):
            while True:
                message = await seen.next_msg(timeout=10)
                viewed = events_pb2.PageViewed.FromString(message.data)
                if viewed.subject_id == identity:
                    break
    finally:
        await client.close()

    assert (viewed.subject_kind, viewed.plan, viewed.code) == ("account", "free", "J45.909")
    assert (viewed.verdict, viewed.mode, viewed.surface) == ("granted", "normal", "page")
    assert viewed.decision_id
