"""The CasePilot panel in a real browser: answers told in place, also what goes wrong."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from gateway.tests.gateway_process import Platform
from tests.support.browser import running_chromium, window


@pytest.fixture
async def page(own_platform: Platform) -> AsyncIterator[Page]:
    """A guest's page of E11.9, on a narrow screen; questions may be refused."""
    async with (
        running_chromium() as browser,
        window(browser, own_platform.gateway.url, width=360) as opened,
    ):
        opened.expect_refusal("/api/v1/assistant/questions")
        await opened.open("/icd-10-cm/E11.9")
        yield opened.page


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
