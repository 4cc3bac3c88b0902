"""With the keyboard alone: what has the focus can be seen, and everything can be reached."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import NewWindow

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = "/icd-10-cm/E11.9"
# What has the focus: its words; whether it is marked, and whether nothing lies over it.
FOCUS = """() => {
    const it = document.activeElement;
    if (it === document.body) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    const { left, top, width, height } = it.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + Math.min(height, 20) / 2);
    return {
        words: (it.ariaLabel || it.innerText || it.labels?.[0]?.innerText || "").trim(),
        marked: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
        seen: seen !== null && (it.contains(seen) || seen.contains(it)),
    };
}"""


async def test_the_first_stop_skips_to_the_content(new_window: NewWindow) -> None:
    async with new_window() as window:
        await window.open(OWN)
        await window.page.keyboard.press("Tab")
        skip = window.page.get_by_role("link", name="Skip to content")
        await expect(skip).to_be_focused()
        await expect(skip).to_be_in_viewport()
        await window.page.keyboard.press("Enter")
        await expect(window.page.locator("main")).to_be_focused()
        await window.page.keyboard.press("Tab")
        await expect(window.page.locator(".trail a").first).to_be_focused()


@pytest.mark.parametrize("width", [360, 1440])
async def test_every_stop_is_seen_and_none_is_a_trap(new_window: NewWindow, width: int) -> None:
    async with new_window(width=width) as window:
        await window.open(OWN)
        stops = await tabbed_through(window.page)
        assert stops[0] == "Skip to content"
        assert stops[-1] == "API"
        assert stops.count("Create a free account to unlock this content") == 7
        for words in ("Search codes", "Have a question about E11.9?", "Date of service"):
            assert words in stops
        assert ("On this page" in stops) is (width < 1024)


async def tabbed_through(page: Page) -> list[str]:
    """The words of every stop, to the end of the page."""
    stops: list[str] = []
    while len(stops) < 200:
        await page.keyboard.press("Tab")
        stop = await page.evaluate(FOCUS)
        if stop is None:
            return stops
        assert stop["marked"], f"the focus on {stop['words']!r} is not marked"
        assert stop["seen"], f"{stop['words']!r} has the focus but is hidden"
        stops.append(stop["words"])
    pytest.fail("the focus never leaves the page")
