"""NLM's own widget, npm's autocomplete-lhc, on a page of another site, against our API."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.npm_package import npm_package

pytestmark = pytest.mark.asyncio(loop_scope="session")

_VERSION = "20.1.2"
_SHA512 = "JqeHVl14npf5DrtTp6HNe9Ucm+yJaXz0XGCxmf9JW2+umaFR0wzFBE+K005iPtZWycODUfSXroA9ywANTipSHA=="
_LOADER = """
const made = {};
function load(path) {
  if (!(path in made)) {
    made[path] = { exports: {} };
    const from = (name) =>
      load(new URL(name + (name.endsWith(".js") ? "" : ".js"), "x:/" + path).pathname.slice(1));
    modules[path].call(made[path].exports, from, made[path], made[path].exports);
  }
  return made[path].exports;
}
window.Def = load("source/index.js");
"""
_PAGE = """<!doctype html><html lang="en"><title>A clinic's form</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/widget.css">
<label for="code">Code</label><input id="code"><script src="/widget.js"></script></html>"""


def widget() -> str:
    """The package's modules, each as it was published, for a browser to load."""
    files = npm_package("autocomplete-lhc", _VERSION, _SHA512)
    parts = [
        f"modules[{json.dumps(path)}] = function (require, module, exports) {{\n{text}\n}};"
        for path, text in files.items()
        if path.startswith(("source/", "soundmanager/")) and path.endswith(".js")
    ]
    return "\n".join(["const modules = {};", *parts, _LOADER])


@asynccontextmanager
async def other_site() -> AsyncIterator[str]:
    """Address of a site of its own origin, whose page has the widget's script and one field."""
    css = npm_package("autocomplete-lhc", _VERSION, _SHA512)["source/auto_completion.css"]
    files = {
        "/": ("text/html", _PAGE),
        "/widget.js": ("text/javascript", widget()),
        "/widget.css": ("text/css", css),
    }

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        kind, text = files.get(path, ("image/png", ""))
        body = text.encode()
        writer.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: {kind}; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
        )
        writer.write(body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}"


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """The other site's page; nothing may go wrong on it."""
    async with other_site() as address:
        context = await browser.new_context()
        context.set_default_timeout(10_000)
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: faults.append(message.text) if message.type == "error" else None,
        )
        await page.goto(address)
        yield page
        assert faults == []
        await context.close()


async def test_words_are_completed_and_a_choice_has_its_code(page: Page, site: str) -> None:
    await attach(page, f"{site}/api/icd10cm/v3/search?sf=code,name&df=code,name&ef=name:title")
    field = page.get_by_label("Code")
    await field.press_sequentially("tuberc lung")
    options = page.locator("#lhc-tools-searchResults li")
    await expect(options.filter(has_text="A15.0")).to_have_text(
        ["A15.0 - Tuberculosis of lung"], use_inner_text=True
    )
    await options.filter(has_text="A15.0").click()
    await expect(field).to_have_value("A15.0 - Tuberculosis of lung")
    assert await page.evaluate("widget.getSelectedCodes()") == ["A15.0"]
    extra = await page.evaluate("widget.getItemExtraData('A15.0 - Tuberculosis of lung')")
    assert extra == {"title": "Tuberculosis of lung"}


async def test_seven_are_listed_and_more_when_asked_for(page: Page, site: str) -> None:
    await attach(page, f"{site}/api/hcpcs/v3/search")
    field = page.get_by_label("Code")
    await field.press_sequentially("walker")
    options = page.locator("#lhc-tools-searchResults li")
    await expect(options).to_have_count(7)
    await page.locator("#lhc-tools-moreResults").click()
    await expect(options.nth(20)).to_be_visible()
    await expect(options.filter(has_text="E0143")).to_have_count(1)


async def test_a_code_may_be_typed_and_chosen_by_keyboard(page: Page, site: str) -> None:
    await attach(page, f"{site}/api/icd10pcs/v3/search")
    field = page.get_by_label("Code")
    await field.press_sequentially("0DTJ")
    options = page.locator("#lhc-tools-searchResults li")
    await expect(options.first).to_contain_text("0DTJ0ZZ")
    await field.press("ArrowDown")
    await field.press("Tab")
    await expect(field).to_have_value("0DTJ0ZZ - Resection of Appendix, Open Approach")


async def attach(page: Page, address: str) -> None:
    """Make the field a widget that asks *address*, as NLM's own documentation does."""
    await page.evaluate(
        "address => { window.widget = new Def.Autocompleter.Search('code', address); }", address
    )
