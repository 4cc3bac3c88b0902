"""Changing a password and setting a new one by mail, without a script."""

import re

import httpx
import pytest

from gateway.tests.gateway_process import PASSWORD, Platform
from gateway.tests.mailed_links import NEXT, RESET, address, confirmed, enters, token_of
from gateway.tests.test_account_pages import hidden
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_changed_password_ends_other_sessions_and_renews_this_one(
    platform: Platform,
) -> None:
    async with platform.account() as member, platform.guest() as elsewhere:
        await elsewhere.post("/login", data={"email": member.email, "password": PASSWORD})
        before = member.client.cookies["session"]
        form = await member.get("/account/password")
        assert {"current-password", "new-password"} <= set(
            outline(form.text).values("autocomplete")
        )
        changed = await member.post(
            "/account/password", data={"current_password": PASSWORD, "password": NEXT}
        )
        assert changed.status_code == 200, changed.text
        assert "Your password is changed" in changed.text
        after = member.client.cookies["session"]
        assert after != before
        assert (await member.get("/account")).status_code == 200
        replayed = httpx.AsyncClient(
            base_url=platform.gateway.url, headers={"Cookie": f"session={before}"}
        )
        async with replayed:
            assert (await replayed.get("/account")).status_code == 303
        # By the event, at every edge.
        async with platform.guest() as waiting:
            waiting.cookies = elsewhere.cookies
            for _ in range(200):
                answer = await waiting.get("/account")
                if answer.status_code == 303:
                    break
        assert answer.status_code == 303
        assert await enters(platform, member.email, NEXT)
        assert not await enters(platform, member.email, PASSWORD)


@pytest.mark.parametrize(
    ("current", "password", "field"),
    [
        ("some other words", NEXT, "current_password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "password123", "password"),
    ],
)
async def test_what_is_wrong_with_a_change_is_said_at_its_field(
    platform: Platform, current: str, password: str, field: str
) -> None:
    async with platform.account() as member:
        answer = await member.post(
            "/account/password", data={"current_password": current, "password": password}
        )
        assert answer.status_code == 422
        assert f"{field}-fault" in " ".join(outline(answer.text).values("aria-describedby"))
        assert current not in answer.text
        assert "set-cookie" not in answer.headers
        assert await enters(platform, member.email, PASSWORD)


async def test_a_forgotten_password_is_set_anew_through_a_mail(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as browser:
        await confirmed(platform, member)
        assert f'href="{RESET}"' in (await browser.get("/login")).text
        assert f'action="{RESET}" method="post"' in (await browser.get(RESET)).text
        asked = await browser.post(RESET, data={"email": member.email})
        assert asked.status_code == 200
        link = await platform.mail.link(member.email, RESET)
        form = await browser.get(link)
        weak = await browser.post(
            RESET, data={"token": hidden(form.text, "token"), "password": "short"}
        )
        assert weak.status_code == 422
        done = await browser.post(
            RESET, data={"token": hidden(weak.text, "token"), "password": NEXT}
        )
        assert done.status_code == 200
        assert "Your new password is set" in done.text
        assert await enters(platform, member.email, NEXT)
        assert not await enters(platform, member.email, PASSWORD)
        again = await browser.post(RESET, data={"token": token_of(link), "password": PASSWORD})
    assert again.status_code == 410


async def test_nobody_learns_from_a_reset_whether_an_address_is_known(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as browser:
        await confirmed(platform, member)
        addresses = [member.email, address()]
        pages = [await browser.post(RESET, data={"email": email}) for email in addresses]
        answers = [
            await browser.post("/api/v1/accounts/password-resets", json={"email": email})
            for email in addresses
        ]
        await platform.mail.link(member.email, RESET, count=2)
    for first, second in (pages, answers):
        assert first.status_code == second.status_code
        assert first.content == second.content
        assert _shape(first) == _shape(second)
    assert answers[0].json() == {"status": "mail_on_its_way"}
    assert platform.mail.to(addresses[1]) == []


def _shape(answer: httpx.Response) -> list[str]:
    return sorted(
        f"{name}: {value}"
        for name, value in answer.headers.items()
        if not re.fullmatch("date|set-cookie", name)
    )
