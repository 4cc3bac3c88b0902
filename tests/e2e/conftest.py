"""The whole platform, with the real catalog, and a browser to look at it with."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from deploy.local.platform import Platform
from tests.e2e.album import Album
from tests.support.browser import Window, running_chromium, window
from tests.support.mail_folder import MailFolder
from tests.support.oidc_provider import OidcProvider, oidc_provider
from tests.support.platform import running_platform

NewWindow = Callable[..., AbstractAsyncContextManager[Window]]


@pytest.fixture(scope="session")
def provider() -> Iterator[OidcProvider]:
    """Somewhere else where people have an identity that they may sign in with."""
    with oidc_provider() as provider:
        yield provider


@pytest.fixture(scope="session")
def mail(tmp_path_factory: pytest.TempPathFactory) -> MailFolder:
    """Where the platform's mail goes."""
    return MailFolder(tmp_path_factory.mktemp("mail"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(
    tmp_path_factory: pytest.TempPathFactory, provider: OidcProvider, mail: MailFolder
) -> AsyncIterator[Platform]:
    async with running_platform(
        tmp_path_factory.mktemp("e2e"),
        ACCOUNTS_OIDC_PROVIDERS=json.dumps([provider.settings()]),
        ACCOUNTS_MAIL_DIR=str(mail.path),
    ) as platform:
        yield platform


@pytest.fixture(scope="session")
def site(platform: Platform) -> str:
    """Address of the platform; every window is a visitor of its own."""
    return platform.address("gateway")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_chromium() as browser:
        yield browser


@pytest.fixture
def new_window(site: str, browser: Browser) -> NewWindow:
    """Opens windows; takes what :func:`tests.support.browser.window` takes."""
    return partial(window, browser, site)


@pytest.fixture(scope="session")
def album() -> Album:
    """Takes pictures where ``E2E_SCREENSHOTS`` names a folder."""
    folder = os.environ.get("E2E_SCREENSHOTS")
    return Album(Path(folder) if folder else None)
