"""What the people in these tests type, and what they expect of a page."""

import itertools
import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import Window

PASSWORD = "correct horse battery staple"
SECTIONS = (
    "Official Description",
    "Common Language Description",
    "Guidelines",
    "7th Character and Laterality",
    "Excludes and Companion Codes",
    "Crosswalks",
    "Payment",
    "Medicare Coverage",
    "History, Related Codes and Compliance",
)
"""The nine of an ICD-10-CM code."""

_numbers = itertools.count(1)


def address() -> str:
    """One that nobody registered before."""
    return f"coder{next(_numbers)}@example.org"


def main_of(page: Page) -> Locator:
    """What the page is about."""
    return page.locator("main")


async def register(window: Window, name: str = "") -> str:
    """Register where the window stands, by script; answers the address."""
    email = address()
    answer = await window.page.request.post(
        f"{window.url}/api/v1/accounts", data={"email": email, "password": PASSWORD, "name": name}
    )
    assert answer.status == 202, await answer.text()
    return email


async def counted(page: Page) -> None:
    """Waits until the page's views can be counted; on a busy machine they may not be at once."""
    for _ in range(20):
        if await page.get_by_text(re.compile("cannot be (read|checked) just now")).count() == 0:
            return
        await page.reload()
    pytest.fail(f"what is left cannot be counted: {await page.locator('main').inner_text()}")


async def expect_sections(page: Page, *, locked: int) -> None:
    """The page has its nine sections in order, and the last *locked* of them are locked."""
    await counted(page)
    await expect(page.locator(".sections > section > h2")).to_have_text(SECTIONS)
    locks = page.locator(".sections > section", has_text="Register to view content")
    await expect(locks.locator("h2")).to_have_text(SECTIONS[9 - locked :])
    await expect(page.locator(".locked")).to_have_count(locked)


async def expect_wall(page: Page, code: str, name: str, heading: str) -> None:
    """The page tells *code* and *name*, why it is closed and what opens it, and nothing more."""
    await counted(page)
    await expect(page.locator("h1")).to_have_text(f"{code} {name}")
    await expect(page.locator("main h2")).to_have_text([heading])
    await expect(page.locator("main").locator("section, table, details, form")).to_have_count(1)


def search_field(page: Page) -> Locator:
    """Where codes are searched for."""
    return page.locator("input").and_(page.get_by_label("Search codes", exact=True))


async def submit(page: Page, field: str, text: str) -> None:
    """Fill in the field named *field* and press Enter."""
    typed = page.locator("input").and_(page.get_by_label(field, exact=True))
    await typed.fill(text)
    await typed.press("Enter")
