"""Completions under the search field, by keyboard; without JavaScript it is a plain form."""

import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.conftest import NewWindow
from tests.e2e.people import search_field, submit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_arrows_choose_and_enter_opens(new_window: NewWindow) -> None:
    async with new_window() as window:
        await window.open("/")
        field, listed = await with_suggestions(window.page)
        options = listed.get_by_role("option")
        await expect(field).to_have_attribute("aria-expanded", "true")
        assert await field.get_attribute("aria-controls") == await listed.get_attribute("id")
        await expect(window.page.get_by_role("status")).to_contain_text("suggestions")
        await expect(listed.get_by_role("option", selected=True)).to_have_count(0)

        for key, number in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
            await field.press(key)
            chosen = options.nth(number)
            await expect(listed.locator("[aria-selected=true]")).to_have_count(1)
            await expect(chosen).to_have_attribute("aria-selected", "true")
            named = await chosen.get_attribute("id") or ""
            await expect(field).to_have_attribute("aria-activedescendant", named)
        await expect(field).to_be_focused()
        await field.press("Enter")
        await expect(window.page).to_have_url(f"{window.url}/icd-10-cm/E11")


async def test_escape_leaves_the_words_to_be_searched_for(new_window: NewWindow) -> None:
    async with new_window() as window:
        await window.open("/about/data")
        field, listed = await with_suggestions(window.page)
        await field.press("ArrowDown")
        await field.press("Escape")
        await expect(listed).to_be_hidden()
        await expect(field).to_have_value("E11")
        await expect(field).to_have_attribute("aria-expanded", "false")
        assert await field.get_attribute("aria-activedescendant") is None


async def test_completions_of_other_words_do_not_come_back(new_window: NewWindow) -> None:
    async with new_window() as window:
        await window.open("/")
        field, listed = await with_suggestions(window.page)
        await field.press("ArrowDown")
        await field.press_sequentially(".")
        await expect(listed.locator("[aria-selected=true]")).to_have_count(0)
        await field.fill("E")
        await expect(listed).to_be_hidden()
        await field.press("ArrowDown")
        await expect(listed).to_be_hidden()
        await expect(field).to_have_attribute("aria-expanded", "false")


async def test_who_must_wait_is_not_asked_for_more(new_window: NewWindow) -> None:
    async with new_window() as window:
        await window.open("/")
        asked: list[str] = []

        async def refuse(route: Route) -> None:
            asked.append(route.request.url)
            window.expect_refusal(route.request.url.removeprefix(window.url))
            await route.fulfill(status=429, headers={"Retry-After": "600"})

        await window.page.route("**/api/v1/suggest*", refuse)
        field = search_field(window.page)
        async with window.page.expect_response("**/api/v1/suggest*"):
            await field.fill("E11")
        await field.press_sequentially(".9")
        await field.press("Enter")
        await expect(window.page).to_have_url(f"{window.url}/icd-10-cm/E11.9")
        assert len(asked) == 1


async def test_without_javascript_the_field_is_a_plain_form(new_window: NewWindow) -> None:
    async with new_window(javascript=False) as window:
        await window.open("/")
        assert await search_field(window.page).get_attribute("role") is None
        await submit(window.page, "Search codes", "essential hypertension")
        await expect(window.page).to_have_url(re.compile(r"/search\?q=essential\+hypertension$"))
        await expect(window.page.locator(".results a").first).to_contain_text("I10")


async def with_suggestions(page: Page) -> tuple[Locator, Locator]:
    """Types E11; answers the field and the list that opens under it."""
    field, listed = search_field(page), page.get_by_role("listbox", name="Codes that match")
    await field.press_sequentially("E11")
    await expect(listed.get_by_role("option").first).to_contain_text("Type 2 diabetes mellitus")
    return field, listed
