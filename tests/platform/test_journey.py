"""From a guest's one page to the wall of a registered account, over the real catalog."""

from datetime import UTC, datetime

import httpx
import pytest

from deploy.local.platform import Platform
from tests.platform.people import PASSWORD, guest, register, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = "E11.9"
FIVE = ("I10", "J45.909", "E10.9", "M54.50", "S52.501A")
SEVENTH = "N18.6"
RELEASED = {
    "id": "icd-10-cm-2026-04",
    "name": "ICD-10-CM April 2026",
    "effective": "2026-04-01",
    "expires": "2026-09-30",
}


def page(code: str) -> str:
    return f"/icd-10-cm/{code}"


def api(code: str) -> str:
    return f"/api/v1/codes/icd-10-cm/{code}"


def first_of_next_month() -> datetime:
    now = datetime.now(UTC)
    years, month = divmod(now.month, 12)
    return datetime(now.year + years, month + 1, 1, tzinfo=UTC)


async def left(visitor: httpx.AsyncClient) -> tuple[str, int, int]:
    """Whose allowance of views it is, its limit, and what remains."""
    answer = await visitor.get("/api/v1/allowance")
    assert answer.status_code == 200
    told = answer.json()
    (views,) = [each for each in told["allowances"] if each["action"] == "view_code"]
    return told["subject"], views["limit"], views["remaining"]


async def costs_nothing(visitor: httpx.AsyncClient) -> None:
    """All that is free, whatever is left: afterwards as much is left as before."""
    before = await left(visitor)
    assert (await visitor.head(page("A00.0"))).status_code == 200
    assert (await visitor.head(api("A00.0"))).status_code == 200
    for path, target in ((page("a000"), page("A00.0")), (api("a000"), api("A00.0"))):
        moved = await visitor.get(path)
        assert (moved.status_code, moved.headers["location"]) == (301, target)
    for path in (page("A00.0"), api("A00.0")):
        ahead = await visitor.get(path, headers={"Sec-Purpose": "prefetch"})
        assert ahead.status_code == 503
    missing = await visitor.get(api("E11.99"))
    assert (missing.status_code, missing.json()["reason"]) == (404, "CODE_NOT_FOUND")
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.json()["suggestions"][0] == {
        "system": "icd-10-cm",
        "code": "E11.9",
        "display": "Type 2 diabetes mellitus without complications",
    }
    not_there = await visitor.get(page("E11.99"))
    assert not_there.status_code == 404
    assert f'href="{page("E11.9")}"' in not_there.text
    assert (await visitor.get(page("99213").replace("icd-10-cm", "cpt"))).status_code == 404
    assert (await visitor.get("/icd-10-cm/E08-E13")).status_code == 200
    found = await visitor.get("/api/v1/search", params={"q": "type 2 diabetes"})
    assert found.json()["total"] > 0
    assert await left(visitor) == before


async def is_a_wall(visitor: httpx.AsyncClient, code: str, way_out: str) -> dict[str, str]:
    wall, refused = await visitor.get(page(code)), await visitor.get(api(code))
    assert (wall.status_code, shown(wall)) == (200, "wall")
    assert f"{way_out.title()} to view content" in wall.text
    assert '"isAccessibleForFree": false' in wall.text
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    told: dict[str, str] = refused.json()
    assert told["type"].endswith("/quota-exceeded")
    assert (told["reason"], told["unlock"]) == ("VIEWS_SPENT", way_out)
    assert told["display"] in wall.text
    return told


async def test_a_guest_opens_one_page_an_account_five_more_and_its_own_stays_free(
    platform: Platform,
) -> None:
    async with guest(platform) as visitor:
        # Nothing has been looked at yet, and what is free leaves it so.
        await costs_nothing(visitor)
        assert await left(visitor) == ("guest", 1, 1)

        # A guest's one page; again is free.
        first = await visitor.get(page(OWN))
        assert shown(first) == "public"
        assert (
            "0 code page views remaining. Guest accounts are limited to 1 page view. "
            "Register free account to get 5 more views."
        ) in first.text
        for _ in range(3):
            assert shown(await visitor.get(page(OWN))) == "public"
        again = await visitor.get(api(OWN))
        assert (again.json()["verdict"], again.json()["mode"]) == ("REPEAT", "normal")
        assert again.json()["release"] == RELEASED
        assert again.headers["ratelimit-policy"] == '"view_code";q=1'
        assert again.headers["ratelimit"].startswith('"view_code";r=0;t=')
        assert await left(visitor) == ("guest", 1, 0)

        # The next is the wall, also when asked again, and what is free stays free.
        for _ in range(2):
            await is_a_wall(visitor, FIVE[0], "REGISTER")
        await costs_nothing(visitor)
        assert await left(visitor) == ("guest", 1, 0)
        guest_cookie = visitor.cookies["guest"]

        # Registered: the guest's own page is open and not charged.
        email = await register(visitor)
        assert await left(visitor) == ("account", 5, 5)
        assert shown(await visitor.get(page(OWN))) == "open"
        own = await visitor.get(api(OWN))
        assert (own.json()["verdict"], shown(own)) == ("REPEAT", "open")
        await costs_nothing(visitor)
        assert await left(visitor) == ("account", 5, 5)

        # Exactly five more; each again is free.
        for number, code in enumerate(FIVE, 1):
            opened = await visitor.get(api(code))
            assert (opened.json()["verdict"], shown(opened)) == ("GRANTED", "open")
            assert opened.headers["ratelimit-policy"] == '"view_code";q=5'
            assert opened.headers["ratelimit"].startswith(f'"view_code";r={5 - number};t=')
            assert opened.json()["allowance"]["remaining"] == 5 - number
            assert shown(await visitor.get(page(code))) == "open"
            assert await left(visitor) == ("account", 5, 5 - number)

        # The seventh distinct page is the wall, until the first of next month.
        reset = first_of_next_month()
        told = await is_a_wall(visitor, SEVENTH, "UPGRADE")
        assert datetime.fromisoformat(told["reset_time"]) == reset
        wall = await visitor.get(page(SEVENTH))
        assert f"Views reset on {reset:%B} 1, {reset:%Y} (UTC)." in wall.text
        refused = await visitor.get(api(SEVENTH))
        seconds = (reset - datetime.now(UTC)).total_seconds()
        assert abs(int(refused.headers["retry-after"]) - seconds) < 60
        await costs_nothing(visitor)
        for code in (OWN, *FIVE):
            assert shown(await visitor.get(page(code))) == "open"

        # Logged out: the guest that was is spent, and keeps the one page it had.
        assert (await visitor.delete("/api/v1/sessions/current")).status_code == 204
        assert visitor.cookies["guest"] == guest_cookie
        assert await left(visitor) == ("guest", 1, 0)
        for code in (*FIVE, SEVENTH):
            await is_a_wall(visitor, code, "REGISTER")
        assert shown(await visitor.get(page(OWN))) == "public"

        # Logged in again, here and elsewhere: the count stands.
        async with guest(platform) as elsewhere:
            for browser in (visitor, elsewhere):
                answer = await browser.post(
                    "/api/v1/sessions", json={"email": email, "password": PASSWORD}
                )
                assert answer.status_code == 204
                assert await left(browser) == ("account", 5, 0)
                for code in (OWN, *FIVE):
                    assert (await browser.get(api(code))).json()["verdict"] == "REPEAT"
                await is_a_wall(browser, SEVENTH, "UPGRADE")


async def test_an_account_that_never_was_a_guest_has_five_pages(platform: Platform) -> None:
    async with guest(platform) as visitor:
        await register(visitor)
        for code in FIVE:
            assert shown(await visitor.get(page(code))) == "open"
        await is_a_wall(visitor, OWN, "UPGRADE")


async def test_a_prefetch_of_what_was_seen_is_served_and_free(platform: Platform) -> None:
    async with guest(platform) as visitor:
        await register(visitor)
        await visitor.get(page(OWN))
        ahead = await visitor.get(page(OWN), headers={"Sec-Purpose": "prefetch"})
        assert (ahead.status_code, shown(ahead)) == (200, "open")
        assert await left(visitor) == ("account", 5, 4)
