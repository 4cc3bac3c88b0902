"""Signing in with another site in a browser whose scripts are off: there, back, and signed in."""

import pytest
from playwright.async_api import Browser

from tests.support.oidc_provider import OidcProvider

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "/icd-10-cm/E11.9"


async def test_a_button_leads_to_the_provider_and_back_to_the_page(
    site: str, browser: Browser, provider: OidcProvider
) -> None:
    provider.reset()
    context = await browser.new_context(java_script_enabled=False)
    try:
        page = await context.new_page()
        # The content policy must hold up neither the form nor what it leads to.
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        await page.goto(f"{site}/login?next={CODE}")
        await page.get_by_role("button", name="Sign in with Example Login").click()
        await page.wait_for_url(f"{site}{CODE}")
        header = page.get_by_role("banner")
        assert await header.get_by_role("link", name="Log in").count() == 0
        assert provider.person.name in await header.inner_text()
        cookies = {cookie["name"]: cookie for cookie in await context.cookies()}
        assert "provider" not in cookies
        assert cookies["session"]["httpOnly"]
        assert said == []
    finally:
        await context.close()
