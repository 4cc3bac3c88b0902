"""The CasePilot panel in a real browser: answers told in place, also what goes wrong."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from gateway.tests.gateway_process import Platform

_NAMES = (os.environ.get("CHROMIUM", "chromium"), "chromium-browser", "google-chrome")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "no Chromium: run deploy/browser"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What scripts and the content policy complained of."""
    return []


@pytest.fixture
async def page(browser: Browser, own_platform: Platform, faults: list[str]) -> AsyncIterator[Page]:
    """A guest's page of E11.9, on a narrow screen."""
    context = await browser.new_context(viewport={"width": 360, "height": 800})
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if "Content Security" in message.text else None,
    )
    await page.goto(f"{own_platform.gateway.url}/icd-10-cm/E11.9")
    yield page
    await context.close()
    assert faults == []


async def test_answers_are_told_on_the_page_until_the_questions_are_spent(page: Page) -> None:
    answer = page.locator("[data-answer]")
    await page.fill("#question", "Is E11.9 billable?")
    await page.press("#question", "Enter")
    await answer.get_by_text("1 question left.").wait_for()
    told = await answer.inner_text()
    cited = await answer.locator("sup a").first.get_attribute("href")

    assert "Billable: this code is complete" in told
    assert cited == "#evidence-1"
    assert await answer.locator("#evidence-1").count() == 1
    assert await answer.get_attribute("aria-live") == "polite"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # What needs an account is declined, and free.
    await page.get_by_role("button", name="Can I report E11.9 with").click()
    await answer.locator(".answer-declined").wait_for()
    assert "1 question left." in await answer.inner_text()
    assert await page.input_value("#question") == "Can I report E11.9 with E10.9?"

    for question in ("What is E11.9?", "What is E11?"):
        await page.fill("#question", question)
        await page.press("#question", "Enter")
        await answer.get_by_text("0 questions left" if "9" in question else "are spent").wait_for()
    register = answer.get_by_role("link", name="Register free account")
    assert await register.get_attribute("href") == "/register?next=%2Ficd-10-cm%2FE11.9"
    assert page.url.endswith("/icd-10-cm/E11.9")


async def test_without_the_assistant_the_panel_says_so_and_the_page_stands(
    page: Page, own_platform: Platform
) -> None:
    await own_platform.assistant.kill()
    await page.fill("#question", "Is E11.9 billable?")
    await page.press("#question", "Enter")
    await page.get_by_text("CasePilot cannot be reached for the moment.").wait_for()
    assert await page.get_by_role("heading", name="Official Description").is_visible()

    await page.route("**/api/**", lambda route: route.abort())
    await page.press("#question", "Enter")
    await page.locator(".answer-declined").wait_for()
    assert "CasePilot cannot be reached" in await page.locator("[data-answer]").inner_text()
