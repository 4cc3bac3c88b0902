"""On paper: the code's facts with their sources, and nothing to click."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import NewWindow
from tests.e2e.people import expect_sections, register

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_printed_page_holds_its_facts_and_no_controls(new_window: NewWindow) -> None:
    async with new_window(width=720, scheme="dark") as window:
        page = window.page
        await register(window)
        await window.open("/icd-10-cm/E11.9")
        await page.emulate_media(media="print")

        await expect_sections(page, locked=0)
        await expect(
            page.get_by_role("heading", name="Excludes and Companion Codes")
        ).to_be_visible()
        await expect(page.get_by_role("table").first).to_be_visible()
        await expect(page.get_by_text("Source: ICD-10-CM Tabular List").first).to_be_visible()
        await expect(page.get_by_text("Reference information, not billing")).to_be_visible()
        for control in ("a[href^='#']", "nav.products", "form", "button", "input", ".banner"):
            for found in await page.locator(control).all():
                await expect(found).to_be_hidden()
        colours = "({ color, backgroundColor }) => [color, backgroundColor]"
        assert await page.evaluate(f"({colours})(getComputedStyle(document.body))") == [
            "rgb(0, 0, 0)",
            "rgb(255, 255, 255)",
        ]
