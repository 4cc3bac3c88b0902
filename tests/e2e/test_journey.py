"""From the search to the second wall, as people go: with JavaScript and without."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from tests.e2e.album import Album
from tests.e2e.conftest import NewWindow
from tests.e2e.people import (
    PASSWORD,
    address,
    counted,
    expect_sections,
    expect_wall,
    main_of,
    submit,
)
from tests.support.browser import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = "/icd-10-cm/E11.9"
GUEST_BANNER = (
    "0 code page views remaining. Guest accounts are limited to 1 page view. "
    "Register free account to get 5 more views."
)
FIVE = ("I10", "J45.909", "E10.9", "S72.001A", "Z79.4")
SEVENTH = ("M54.50", "Low back pain, unspecified")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
async def test_from_the_search_to_the_second_wall(
    new_window: NewWindow, album: Album, javascript: bool
) -> None:
    async with new_window(javascript=javascript) as window:
        await finds_a_code_by_words(window, album)
        await reads_one_page_as_a_guest(window, album)
        await meets_the_first_wall(window, album)
        await mistypes_a_code(window, album)
        email = await registers_from_the_wall_and_is_led_back(window, album)
        await reads_five_more_pages(window)
        await meets_the_second_wall(window, album)
        await asks_casepilot(window, album, in_place=javascript)
        await logs_out_and_in_again(window, email, album)


async def finds_a_code_by_words(window: Window, album: Album) -> None:
    await window.open("/")
    await look_around(window, album, "01-home")
    await submit(window.page, "Search codes", "type 2 diabetes")
    await expect(window.page).to_have_url(re.compile(r"/search\?q=type\+2\+diabetes$"))
    results = window.page.get_by_role("list").locator("li > a")
    await expect(results.filter(has_text="diabetes").first).to_have_attribute("href", OWN)
    await look_around(window, album, "02-results")
    await main_of(window.page).get_by_role("link", name="E11.9 ").first.click()


async def reads_one_page_as_a_guest(window: Window, album: Album) -> None:
    page = window.page
    for _ in ("first", "again, which is free"):
        assert window.path == OWN
        await expect(page.locator("h1")).to_have_text(
            "E11.9 Type 2 diabetes mellitus without complications"
        )
        await expect_sections(page, locked=7)
        await expect(page.get_by_text(GUEST_BANNER, exact=True)).to_be_visible()
        await page.reload()
    await look_around(window, album, "03-guest-page")
    await album.print(window, "03-guest-page")


async def meets_the_first_wall(window: Window, album: Album) -> None:
    page = window.page
    # A code that is searched for by its number is opened at once.
    await submit(page, "Search codes", "i10")
    await expect(page).to_have_url(f"{window.url}/icd-10-cm/I10")
    await expect_wall(page, "I10", "Essential (primary) hypertension", "Register to view content")
    await expect(page.get_by_text(GUEST_BANNER, exact=True)).to_be_visible()
    ways = main_of(page).get_by_role("link")
    await expect(ways).to_have_text(["Register free account", "Log in"])
    await expect(ways.first).to_have_attribute("href", "/register?next=/icd-10-cm/I10")
    await look_around(window, album, "04-wall")
    # What was opened before stays open.
    await window.open(OWN)
    await expect_sections(page, locked=7)


async def mistypes_a_code(window: Window, album: Album) -> None:
    answer = await window.open("/icd-10-cm/E11.99")
    assert answer.status == 404
    await expect(window.page.get_by_role("heading", name="Nearest codes")).to_be_visible()
    nearest = window.page.locator(".results a")
    await expect(nearest.first).to_have_attribute("href", OWN)
    await look_around(window, album, "05-unknown-code")


async def registers_from_the_wall_and_is_led_back(window: Window, album: Album) -> str:
    page = window.page
    await window.open(OWN)
    await page.get_by_role("link", name="Create a free account").first.click()
    assert window.path == f"/register?next={OWN}"
    await look_around(window, album, "06-register")

    # The browser's own checks are a courtesy; what the site says must do without them.
    await page.locator("main form.sheet").evaluate("form => { form.noValidate = true; }")
    await page.get_by_label("E-mail address").fill("nobody@nowhere@")
    await submit(page, "Password", "short")
    await expect_fault(page, "E-mail address", "@-sign")
    await expect_fault(page, "Password", "10")
    await expect(page.get_by_label("E-mail address")).to_have_value("nobody@nowhere@")
    await expect(page.get_by_label("Password")).to_have_value("")
    await look_around(window, album, "07-register-errors")

    email = address()
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Name").fill("Robin")
    await submit(page, "Password", PASSWORD)
    await expect(page).to_have_url(window.url + OWN)
    await expect_sections(page, locked=0)
    await expect(page.get_by_text(views_left(5))).to_be_visible()
    await look_around(window, album, "08-full-page")
    await album.print(window, "08-full-page")
    return email


async def expect_fault(page: Page, label: str, words: str) -> None:
    field = page.get_by_label(label)
    await expect(field).to_have_attribute("aria-invalid", "true")
    described = await field.get_attribute("aria-describedby") or ""
    fault = page.locator(f"#{described.split()[-1]}")
    await expect(fault).to_contain_text(words)


async def reads_five_more_pages(window: Window) -> None:
    for number, code in enumerate(FIVE, 1):
        await window.open(f"/icd-10-cm/{code}")
        await expect(window.page.locator("h1 .code")).to_have_text(code)
        await expect_sections(window.page, locked=0)
        await expect(window.page.get_by_text(views_left(5 - number))).to_be_visible()


async def meets_the_second_wall(window: Window, album: Album) -> None:
    page = window.page
    await window.open(f"/icd-10-cm/{SEVENTH[0]}")
    await expect_wall(page, *SEVENTH, "Upgrade to view content")
    await expect(
        main_of(page).get_by_text(f"Views reset on {first_of_next_month()} (UTC).").last
    ).to_be_visible()
    await expect(page.get_by_text(views_left(0))).to_be_visible()
    await expect(main_of(page).get_by_role("link", name="See plans").last).to_be_visible()
    await look_around(window, album, "09-second-wall")

    await page.get_by_role("link", name="Robin").click()
    await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    await counted(page)
    left = page.get_by_role("row", name="Code pages")
    await expect(left.get_by_role("cell")).to_have_text(["0", "5", first_of_next_month()])
    await look_around(window, album, "10-account")


async def asks_casepilot(window: Window, album: Album, *, in_place: bool) -> None:
    page = window.page
    await window.open(OWN)
    await submit(page, "Have a question about E11.9?", "Can I report E11.9 with E10.9?")
    answer = page.locator("[data-answer]")
    await expect(answer).to_contain_text("normally not coded together: an Excludes1 note warns")
    await expect(answer).to_contain_text("9 questions left.")
    assert window.path == (OWN if in_place else "/casepilot")
    mark = answer.get_by_role("link", name="Source 1").first
    await expect(answer.locator(await mark.get_attribute("href") or "")).to_contain_text(
        "Excludes1, at E11, for E11.9, naming E10.9"
    )
    await look_around(window, album, "11-answer-on-the-page" if in_place else "12-answer")

    await window.open("/casepilot")
    await submit(page, "Your question", "How much does Medicare pay for E11.9?")
    await expect(answer).to_contain_text("You can ask what a code is")
    await expect(answer).to_contain_text("9 questions left.")
    assert window.path == "/casepilot"
    await look_around(window, album, "13-declined")


async def logs_out_and_in_again(window: Window, email: str, album: Album) -> None:
    page = window.page
    await window.open("/account")
    await page.get_by_role("button", name="Log out", exact=True).click()
    await expect(page).to_have_url(f"{window.url}/")
    # The guest that was is spent: its own page is all that is left to it.
    await window.open(f"/icd-10-cm/{FIVE[1]}")
    await counted(page)
    await expect(page.locator("main h2")).to_have_text(["Register to view content"])
    await window.open(OWN)
    await expect_sections(page, locked=7)

    await page.get_by_role("link", name="Log in").first.click()
    assert window.path == f"/login?next={OWN}"
    await look_around(window, album, "14-login")
    await page.get_by_label("E-mail address").fill(email)
    await submit(page, "Password", PASSWORD)
    await expect(page).to_have_url(window.url + OWN)
    await expect_sections(page, locked=0)
    await expect(page.get_by_text(views_left(0))).to_be_visible()
    for code in FIVE:
        await window.open(f"/icd-10-cm/{code}")
        await expect_sections(page, locked=0)
    await window.open(f"/icd-10-cm/{SEVENTH[0]}")
    await expect_wall(page, *SEVENTH, "Upgrade to view content")


async def look_around(window: Window, album: Album, name: str) -> None:
    """A stop on the way: nothing bars anybody from the page as it stands here."""
    assert await window.violations() == [], name
    await album.take(window, name)


def views_left(number: int) -> str:
    views = "view" if number == 1 else "views"
    limited = "Free accounts are limited to 5 page views per month."
    return f"{number} code page {views} remaining. {limited}"


def first_of_next_month() -> str:
    now = datetime.now(UTC)
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return f"{datetime(year, month, 1):%B} 1, {year}"
