"""A passkey in a real browser: added, and logged in with, alone and beside the password."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.album import Album
from tests.e2e.conftest import NewWindow
from tests.e2e.people import PASSWORD, register
from tests.support.browser import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECURITY = "/account/security"


async def give_a_device(window: Window) -> None:
    """A device that is there, sees who its owner is, and keeps passkeys."""
    devices = await window.page.context.new_cdp_session(window.page)
    await devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def log_out(window: Window) -> None:
    answer = await window.page.request.delete(f"{window.url}/api/v1/sessions/current")
    assert answer.status == 204


async def test_adding_a_passkey_and_logging_in_with_it(new_window: NewWindow, album: Album) -> None:
    async with new_window() as window:
        page = window.page
        await give_a_device(window)
        email = await register(window, "Robin")
        await window.open(SECURITY)
        assert await window.violations() == []
        await page.get_by_label("Name of the new passkey").fill("This computer")
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
        await expect(page.locator(".recovery-codes code")).to_have_count(10)
        assert await window.violations() == []
        await album.take(window, "20-recovery-codes")
        await page.get_by_role("link", name="I have kept them").click()
        await expect(page.locator(".factors")).to_contain_text("This computer")
        await album.take(window, "21-security")

        # A device holds one passkey of an account, and says so.
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.get_by_role("alert")).to_have_text(re.compile("holds a passkey"))

        await log_out(window)
        await window.open(f"/login?next={SECURITY}")
        assert await window.violations() == []
        await album.take(window, "22-login")
        await page.get_by_role("button", name="Log in with a passkey").click()
        await expect(page).to_have_url(window.url + SECURITY)
        await expect(page.locator(".factors")).to_contain_text("last used")

        await log_out(window)
        await window.open(f"/login?next={SECURITY}")
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Log in", exact=True).click()
        await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        assert await window.violations() == []
        await album.take(window, "23-second-factor")
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page).to_have_url(window.url + SECURITY)

        await window.open(f"/account/prove?next={SECURITY}")
        assert await window.violations() == []
        await album.take(window, "24-prove")
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page).to_have_url(window.url + SECURITY)

        await page.get_by_role("button", name="Set up an app").click()
        await expect(page.get_by_role("img", name="QR code of the secret below")).to_be_visible()
        assert await window.violations() == []
        await album.take(window, "25-app")


async def test_without_javascript_the_forms_say_that_passkeys_need_it(
    new_window: NewWindow,
) -> None:
    async with new_window(javascript=False) as window:
        await register(window)
        await window.open(SECURITY)
        await window.page.get_by_role("button", name="Add a passkey").click()
        await expect(window.page.get_by_role("alert").first).to_contain_text("needs JavaScript")
