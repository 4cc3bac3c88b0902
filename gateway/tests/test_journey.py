"""The journey of one visitor: a guest's page, registering, five more, the wall; over real parts."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from gateway.tests.gateway_process import PASSWORD, GatewayProcess, Platform
from gateway.tests.test_account_pages import address, hidden
from tests.support import code_pages

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = "E11.9"
FIVE = ("I10", "J45.909", "E10", "E11", "E13")
SEVENTH = "E08"


async def left(visitor: httpx.AsyncClient) -> int:
    told = (await visitor.get("/api/v1/allowance")).json()["allowances"]
    (remaining,) = [a["remaining"] for a in told if a["action"] == "view_code"]
    assert isinstance(remaining, int)
    return remaining


async def shows_the_wall(visitor: httpx.AsyncClient, code: str, way_out: str) -> str:
    wall = await visitor.get(f"/icd-10-cm/{code}")
    refused = await visitor.get(f"/api/v1/codes/icd-10-cm/{code}")
    assert wall.status_code == 200
    assert way_out in wall.text
    assert 'id="official_description"' not in wall.text
    assert (refused.status_code, refused.json()["reason"]) == (429, "VIEWS_SPENT")
    return wall.text


async def test_five_more_after_registering_and_the_guests_own_stays_free(
    platform: Platform,
) -> None:
    email = address()
    async with platform.guest() as visitor:
        # A guest opens one page; the next is a wall that leads to registering and back.
        await visitor.get(f"/icd-10-cm/{OWN}")
        await shows_the_wall(visitor, "I10", "Register to view content")
        form = (await visitor.get("/register?next=/icd-10-cm/I10")).text
        guest_cookie = visitor.cookies["guest"]
        answer = await visitor.post(
            "/register",
            data={
                "email": email,
                "password": PASSWORD,
                "request_id": hidden(form, "request_id"),
                "next": hidden(form, "next"),
            },
        )
        assert answer.headers["location"] == "/icd-10-cm/I10"

        # Its own page is free, with all nine sections now.
        assert await left(visitor) == 5
        own = (await visitor.get(f"/icd-10-cm/{OWN}")).text
        assert all(f'id="{key}"' in own for key in code_pages.TITLES)
        assert "Register to view content" not in own
        assert await left(visitor) == 5

        # Exactly five more; again is free.
        for number, code in enumerate(FIVE, 1):
            page = await visitor.get(f"/icd-10-cm/{code}")
            assert f"{5 - number} code page view{'' if number == 4 else 's'} remaining" in page.text
            assert 'class="gated locked"' not in page.text
            await visitor.get(f"/icd-10-cm/{code}")
            assert await left(visitor) == 5 - number

        # The seventh distinct page is the wall, with the day on which the views come back.
        wall = await shows_the_wall(visitor, SEVENTH, "Upgrade to view content")
        now = datetime.now(UTC)
        year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
        assert f"Views reset on {datetime(year, month, 1):%B} 1, {year} (UTC)." in wall

        # Logged out the guest that was is spent: what it had opened is all it can see.
        await visitor.post("/logout", data={"next": "/"})
        assert visitor.cookies["guest"] == guest_cookie
        assert await left(visitor) == 0
        for code in (*FIVE, SEVENTH):
            await shows_the_wall(visitor, code, "Register to view content")
        as_guest = await visitor.get(f"/api/v1/codes/icd-10-cm/{OWN}")
        assert (as_guest.json()["verdict"], as_guest.json()["allowance"]["remaining"]) == (
            "REPEAT",
            0,
        )
        assert sum(not section["locked"] for section in as_guest.json()["sections"]) == 2

        # Logged in again the count stands.
        await visitor.post("/login", data={"email": email, "password": PASSWORD})
        assert await left(visitor) == 0
        for code in (OWN, *FIVE):
            again = await visitor.get(f"/api/v1/codes/icd-10-cm/{code}")
            assert again.json()["verdict"] == "REPEAT"
        await shows_the_wall(visitor, SEVENTH, "Upgrade to view content")


async def test_logging_in_carries_no_guest_over(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as browser:
        await browser.get(f"/icd-10-cm/{OWN}")
        await browser.post("/login", data={"email": member.email, "password": PASSWORD})
        charged = await browser.get(f"/api/v1/codes/icd-10-cm/{OWN}")
        await browser.post("/logout", data={"next": "/"})
        as_guest = await browser.get(f"/api/v1/codes/icd-10-cm/{OWN}")

    assert charged.json()["verdict"] == "GRANTED"
    assert as_guest.json()["verdict"] == "REPEAT"


async def test_only_a_guest_that_was_signed_here_is_carried_over(platform: Platform) -> None:
    async with platform.guest() as guest, platform.guest() as other:
        await guest.get(f"/icd-10-cm/{OWN}")
        identity = guest.cookies["guest"].split(".")[1]
        forged = f"guest=c1.{identity}.AAAAAAAAAAAAAAAAAAAAAA"
        await other.post(
            "/api/v1/accounts",
            json={"email": address(), "password": PASSWORD},
            headers={"Cookie": forged},
        )
        still = await guest.get(f"/api/v1/codes/icd-10-cm/{OWN}")

    assert still.json()["verdict"] == "REPEAT"


async def test_a_session_that_is_ended_elsewhere_is_noticed_at_once(platform: Platform) -> None:
    second = GatewayProcess(**platform.gateway.peers)
    try:
        await second.start()
        await second.until(status="ready", metering="up")
        async with platform.account() as member:
            cookie = f"session={member.client.cookies['session']}"
            async with httpx.AsyncClient(
                base_url=second.url, headers={"Cookie": cookie}
            ) as elsewhere:
                before = (await elsewhere.get("/api/v1/allowance")).json()
                await member.request("DELETE", "/api/v1/sessions/current")
                # Well before the minute for which it would be believed.
                async with asyncio.timeout(10):
                    while (await elsewhere.get("/api/v1/allowance")).json()["subject"] != "guest":
                        await asyncio.sleep(0.02)
        assert before["subject"] == "account"
        assert await second.stop() == 0
    finally:
        await second.kill()
