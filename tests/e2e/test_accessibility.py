"""Every kind of page: axe finds nothing, in light and dark, and none is wider than a telephone."""

from collections.abc import Awaitable, Callable
from itertools import product

import pytest
from playwright.async_api import expect

from tests.e2e.album import Album
from tests.e2e.conftest import NewWindow
from tests.e2e.people import counted, expect_sections, expect_wall, register, search_field, submit
from tests.support.browser import Scheme, Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = "/icd-10-cm/E11.9"
WIDTHS = (360, 1440)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LONG_NAME = "Maximiliane Wolfeschlegelsteinhausenbergerdorff"

Way = Callable[[Window], Awaitable[object]]


def opening(path: str) -> Way:
    return lambda window: window.open(path)


async def results(window: Window) -> None:
    await window.open("/search?q=type+2+diabetes")
    await expect(window.page.locator(".results a").first).to_be_visible()


async def guest_wall(window: Window) -> None:
    await window.open(OWN)
    await counted(window.page)
    await window.open("/icd-10-cm/I10")
    await expect_wall(
        window.page, "I10", "Essential (primary) hypertension", "Register to view content"
    )


async def full_page(window: Window) -> None:
    await register(window, LONG_NAME)
    await window.open(OWN)
    await expect_sections(window.page, locked=0)
    for source in await window.page.locator("details.source summary").all():
        await source.click()


async def second_wall(window: Window) -> None:
    await register(window)
    for code in ("I10", "J45.909", "E10.9", "Z79.4", "R73.03"):
        await window.open(f"/icd-10-cm/{code}")
        await counted(window.page)
    await window.open("/icd-10-cm/M54.50")
    await expect_wall(
        window.page, "M54.50", "Low back pain, unspecified", "Upgrade to view content"
    )


async def register_faults(window: Window) -> None:
    await window.open("/register")
    await window.page.locator("main form.sheet").evaluate("form => { form.noValidate = true; }")
    await submit(window.page, "E-mail address", "nobody")
    await expect(window.page.locator("[aria-invalid]")).to_have_count(2)


async def login_refused(window: Window) -> None:
    await window.open("/login")
    await window.page.get_by_label("E-mail address").fill("nobody@example.org")
    await submit(window.page, "Password", "not the password")
    await expect(window.page.get_by_role("alert")).to_be_visible()


async def logged_in(window: Window) -> None:
    await register(window, LONG_NAME)
    await window.open("/login")


async def account(window: Window) -> None:
    await register(window, LONG_NAME)
    await window.open("/account")


async def answer(window: Window) -> None:
    await register(window)
    await window.open("/casepilot")
    await submit(window.page, "Your question", "Can I report E11.9 with E10.9?")
    await expect(window.page.locator("[data-answer]")).to_contain_text("questions left")


async def suggestions(window: Window) -> None:
    await window.open("/")
    await search_field(window.page).press_sequentially("E11")
    await window.page.get_by_role("listbox").wait_for()
    await search_field(window.page).press("ArrowDown")


PAGES: dict[str, Way] = {
    "home": opening("/"),
    "suggestions": suggestions,
    "search": opening("/search"),
    "results": results,
    "no-results": opening("/search?q=zzzzqqqq"),
    "guest-page": opening(OWN),
    "first-wall": guest_wall,
    "full-page": full_page,
    "second-wall": second_wall,
    "unknown-code": opening("/icd-10-cm/E11.99"),
    "unknown-page": opening("/nowhere"),
    "register": opening("/register"),
    "register-with-faults": register_faults,
    "login": opening("/login"),
    "login-refused": login_refused,
    "logged-in-already": logged_in,
    "account": account,
    "casepilot": opening("/casepilot"),
    "casepilot-with-an-answer": answer,
    "code-system": opening("/icd-10-cm"),
    "range": opening("/icd-10-cm/E08-E13"),
    "api-docs": opening("/api/docs"),
    "problem": opening("/problems/quota-exceeded"),
    "not-open-yet": opening("/career-center"),
    **{
        f"about-{what}": opening(f"/about/{what}")
        for what in ("data", "licences", "privacy", "terms", "cookies", "errors")
    },
}
MAIN = {"home", "results", "guest-page", "first-wall", "full-page", "register-with-faults"}
"""Seen in both schemes in both widths; the others in each once."""


@pytest.mark.parametrize("name", PAGES)
async def test_nothing_bars_anybody_from(new_window: NewWindow, album: Album, name: str) -> None:
    looks = list(product(WIDTHS, SCHEMES))
    async with new_window() as window:
        await PAGES[name](window)
        for width, scheme in looks if name in MAIN else (looks[0], looks[3]):
            await window.look(width, scheme)
            assert await window.violations() == [], (width, scheme)
            assert not await window.is_scrolled_sideways(), (width, scheme)
        await album.take(window, f"page-{name}")
