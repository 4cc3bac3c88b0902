"""Everything a person does with an account, by its pages; axe looks at each form on the way."""

import json
import time

import pyotp
import pytest
from playwright.async_api import expect

from tests.e2e.album import Album
from tests.e2e.conftest import NewWindow
from tests.e2e.people import PASSWORD, address
from tests.support.browser import Scheme, Window
from tests.support.mail_folder import MailFolder

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW_PASSWORD = "another horse with no battery"
SECURITY = "/account/security"
LOOKS: tuple[tuple[int, Scheme], ...] = ((360, "dark"), (1440, "light"))


async def sound(window: Window) -> None:
    """Nothing on the page bars anybody, narrow and dark or wide and light."""
    for width, scheme in LOOKS:
        await window.look(width, scheme)
        assert await window.violations() == [], (window.path, width)
        assert not await window.is_scrolled_sideways(), (window.path, width)


async def fill(window: Window, **fields: str) -> None:
    for label, text in fields.items():
        name = label.replace("_", " ")
        typed = window.page.locator("input").and_(window.page.get_by_label(name, exact=True))
        await typed.fill(text)


async def press(window: Window, name: str) -> None:
    await window.page.get_by_role("button", name=name, exact=True).click()


async def log_in(window: Window, email: str, password: str) -> None:
    await window.open("/login")
    await window.page.get_by_label("E-mail address").fill(email)
    await fill(window, Password=password)
    await press(window, "Log in")


async def log_out(window: Window) -> None:
    await window.open("/account")
    await window.page.locator("main").get_by_role("button", name="Log out", exact=True).click()
    await expect(window.page.get_by_role("banner").get_by_text("Log in")).to_be_visible()


async def register_by_form(window: Window) -> str:
    email = address()
    await window.open("/register?next=/account")
    await window.page.get_by_label("E-mail address").fill(email)
    await fill(window, Password=PASSWORD)
    await window.page.locator("main form.sheet").get_by_role("button").click()
    await expect(window.page).to_have_url(window.url + "/account")
    return email


async def test_an_address_is_confirmed_and_a_lost_password_set_anew(
    new_window: NewWindow, album: Album, mail: MailFolder
) -> None:
    async with new_window() as window:
        page = window.page
        told = page.locator("main").get_by_role("status")
        email = await register_by_form(window)
        await expect(page.locator("main")).to_contain_text("not confirmed yet")
        await sound(window)
        await album.take(window, "30-account-unconfirmed")

        await window.open(await mail.link(email, "/verify-email"))
        await sound(window)
        await album.take(window, "31-verify-email")
        await press(window, "Confirm the address")
        await expect(page.locator("h1")).to_contain_text("confirmed")
        await sound(window)
        await window.open("/account")
        await expect(page.locator("main")).not_to_contain_text("not confirmed yet")

        await log_out(window)
        await window.open("/reset-password")
        await sound(window)
        await page.get_by_label("E-mail address").fill(email)
        await press(window, "Send the link")
        await expect(told).to_contain_text("If somebody has an account")
        link = await mail.link(email, "/reset-password")
        await window.open(link)
        await sound(window)
        await album.take(window, "32-reset-password")
        await fill(window, New_password=NEW_PASSWORD)
        await press(window, "Set the password")
        await expect(told).to_contain_text("Log in with the new password")
        await window.open(link)
        await expect(page.locator("main").get_by_role("link", name="new link")).to_be_visible()
        await sound(window)

        await log_in(window, email, PASSWORD)
        await expect(page.get_by_role("alert")).to_be_visible()
        await log_in(window, email, NEW_PASSWORD)
        await expect(page).to_have_url(window.url + "/account")

        await window.open("/account/password")
        await sound(window)
        await fill(window, Current_password=NEW_PASSWORD, New_password=PASSWORD)
        await press(window, "Set the password")
        await expect(told).to_contain_text("All other sessions")
        await window.open("/account/email")
        await sound(window)
        await album.take(window, "33-email")


async def test_an_app_asks_for_its_code_from_then_on(new_window: NewWindow, album: Album) -> None:
    async with new_window() as window:
        page = window.page
        email = await register_by_form(window)
        await window.open(SECURITY)
        await sound(window)
        await press(window, "Set up an app")
        await sound(window)
        await album.take(window, "34-app")
        app = pyotp.TOTP((await page.locator("code.secret").inner_text()).replace(" ", ""))
        first = app.now()
        await fill(window, Code=first)
        await press(window, "Confirm")
        await expect(page.locator(".recovery-codes code")).to_have_count(10)
        await sound(window)
        spare = await page.locator(".recovery-codes code").first.inner_text()

        await log_out(window)
        await log_in(window, email, PASSWORD)
        await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        await sound(window)
        await album.take(window, "35-second-factor")
        # The code that was taken is none any more; the next one is good already.
        await fill(window, Code=first)
        await press(window, "Log in")
        await expect(page.locator(".fault")).to_be_visible()
        await fill(window, Code=app.at(time.time() + 30))
        await press(window, "Log in")
        await expect(page).to_have_url(window.url + "/account")

        await log_out(window)
        await log_in(window, email, PASSWORD)
        await fill(window, Code=spare)
        await press(window, "Log in")
        await expect(page).to_have_url(window.url + "/account")


async def test_sessions_are_seen_and_ended_and_everything_is_taken_along(
    new_window: NewWindow, album: Album
) -> None:
    async with new_window() as window, new_window() as elsewhere:
        page = window.page
        email = await register_by_form(window)
        await log_in(elsewhere, email, PASSWORD)
        await expect(elsewhere.page).to_have_url(window.url + "/account")
        await window.open("/account/sessions")
        await expect(page.locator(".factors > li")).to_have_count(2)
        await expect(page.locator(".factors")).to_contain_text("Chrom")
        await sound(window)
        await album.take(window, "36-sessions")
        await press(window, "Log out everywhere else")
        await expect(page.locator(".factors > li")).to_have_count(1)
        await elsewhere.open("/account")
        await expect(elsewhere.page).to_have_url(window.url + "/login")

        for path in ("/account/keys", "/account/plan", "/account/prove?next=/account/plan"):
            await window.open(path)
            await sound(window)
            await album.take(window, f"37-{path.split('?')[0].rpartition('/')[2]}")

        await window.open("/account/data")
        await sound(window)
        await album.take(window, "38-data")
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="Download your data").click()
        held = json.loads((await (await downloading.value).path()).read_text("utf-8"))
        assert held["account"]["email"] == email


async def test_an_account_is_erased_by_its_owner(new_window: NewWindow, album: Album) -> None:
    async with new_window() as window:
        page = window.page
        email = await register_by_form(window)
        await window.open("/account/data")
        await page.get_by_label("Your e-mail address").fill("somebody.else@example.org")
        await press(window, "Erase the account")
        await expect(page.locator(".fault")).to_be_visible()
        await sound(window)
        await page.get_by_label("Your e-mail address").fill(email)
        await press(window, "Erase the account")
        await expect(page.locator("main")).to_contain_text("Your account is gone")
        await sound(window)
        await album.take(window, "39-erased")
        await log_in(window, email, PASSWORD)
        await expect(page.get_by_role("alert")).to_be_visible()
