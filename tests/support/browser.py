"""A real Chromium for tests, and windows that notice whatever goes wrong in them."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import (
    Browser,
    CDPSession,
    ConsoleMessage,
    Page,
    Request,
    Response,
    async_playwright,
)

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)
_OURS_ALONE = ("data", "blob", "about")
"""Schemes of addresses that reach no host."""
_AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # Of WCAG 2.2, but not among the rules that run by themselves.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_AXE_SECONDS = 60.0

Scheme = Literal["light", "dark"]


def chromium_path() -> str:
    """Where Chromium is: ``CHROMIUM``, or the first of its names on the PATH.

    Fails the test where there is none; a browser's test is never skipped.
    """
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else _NAMES:
        if found := shutil.which(name):
            return found
    pytest.fail(f"{named or 'Chromium'} is not on the PATH: apt-get install chromium")


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """One browser, without a screen."""
    path = chromium_path()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Window:
    """A window with cookies of its own, open on the site at *url*."""

    page: Page
    url: str
    _scripts: CDPSession | None = None
    """Where scripts are off, what gives them back."""
    _faults: list[str] = field(default_factory=list)
    _refusals: list[tuple[str, str]] = field(default_factory=list)
    """Requests that failed or were answered with 400 and above: what is said, the address."""
    _expected: set[str] = field(default_factory=set)

    async def open(self, path: str) -> Response:
        """Open *path* of the site."""
        answer = await self.page.goto(self.url + path)
        assert answer is not None, path
        return answer

    @property
    def path(self) -> str:
        """Path and query of the page that is open."""
        parts = urlsplit(self.page.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def faults(self) -> list[str]:
        """What scripts, the content policy and the network complained of.

        A page, or the address given to :meth:`expect_refusal`, may be answered with an error.
        """
        return self._faults + [
            f"{text} ({address})"
            for text, address in self._refusals
            if address not in self._expected
        ]

    def expect_refusal(self, path: str) -> None:
        """That a script's requests to *path* fail is what the test wants."""
        self._expected.add(self.url + path)

    async def look(self, width: int, scheme: Scheme) -> None:
        """Change the window's width, in CSS pixels, and the colours that are preferred."""
        await self.page.set_viewport_size({"width": width, "height": 900})
        await self.page.emulate_media(color_scheme=scheme)

    async def is_scrolled_sideways(self) -> bool:
        """Whether the page is wider than the window."""
        wider = "document.scrollingElement.scrollWidth > innerWidth"
        return bool(await self.page.evaluate(wider))

    async def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2, levels A and AA, and against good practice.

        The page may have been made without scripts: axe itself needs them, and waits for ever
        where they are off.
        """
        await _disable_scripts(self._scripts, False)
        async with asyncio.timeout(_AXE_SECONDS):
            found = await Axe().run(self.page, options=_AXE)
        await _disable_scripts(self._scripts, True)
        return [
            f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
            for violation in found.response["violations"]
            for node in violation["nodes"]
        ]

    def watch(self) -> None:
        """Begin to note faults."""
        self.page.on("pageerror", lambda error: self._faults.append(str(error)))
        self.page.on("console", self._take_message)
        self.page.on("request", self._take_request)
        self.page.on("requestfailed", self._take_failure)
        self.page.on("response", self._take_response)

    def _take_message(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if message.text.startswith("Failed to load resource: "):
            self._refusals.append((message.text, message.location["url"]))
        else:
            self._faults.append(message.text)

    def _take_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in _OURS_ALONE and not request.url.startswith(f"{self.url}/"):
            self._faults.append(f"a request to {request.url}")

    def _take_failure(self, request: Request) -> None:
        # What a script or a new page breaks off is no failure.
        if request.failure != "net::ERR_ABORTED":
            self._refusals.append((f"{request.method} failed: {request.failure}", request.url))

    def _take_response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._expected.add(response.url)


async def _disable_scripts(session: CDPSession | None, disabled: bool) -> None:
    if session is not None:
        await session.send("Emulation.setScriptExecutionDisabled", {"value": disabled})


@asynccontextmanager
async def window(
    browser: Browser,
    url: str,
    *,
    javascript: bool = True,
    width: int = 1440,
    scheme: Scheme = "light",
) -> AsyncIterator[Window]:
    """A new window on the site at *url*; fails the test when anything went wrong in it."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-US",
    )
    context.set_default_timeout(10_000)
    try:
        page = await context.new_page()
        # Not by the context's own setting, which nothing can undo for axe.
        scripts = None if javascript else await context.new_cdp_session(page)
        await _disable_scripts(scripts, True)
        opened = Window(page, url, scripts)
        opened.watch()
        yield opened
        assert opened.faults == []
    finally:
        await context.close()
