"""What the pages on privacy and cookies say is what the code does."""

import re
from pathlib import Path

import pytest

import gateway
from deploy.nats.streams import declared
from gateway.tests.gateway_process import Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")

_DAY = 86_400


async def test_the_page_on_cookies_names_every_cookie_there_is(platform: Platform) -> None:
    async with platform.guest() as guest:
        page = (await guest.get("/about/cookies")).text
    named = set(re.findall(r'<th scope="row"><code>([a-z_-]+)</code>', page))
    sources = [path.read_text("utf-8") for path in Path(gateway.__file__).parent.glob("*.py")]
    set_here = {
        name
        for source in sources
        for pattern in (r'"__Host-([a-z_-]+)"', r'f"\{prefix\}([a-z_-]+)"')
        for name in re.findall(pattern, source)
    }
    assert {"guest", "session", "device"} <= set_here
    assert named == set_here


async def test_the_page_on_privacy_says_how_long_streams_keep_what_is_done(
    platform: Platform,
) -> None:
    async with platform.guest() as guest:
        page = (await guest.get("/about/privacy")).text
    streams = {stream.name: stream for stream in declared(replicas=1, ledger_bytes=2**20)}
    views, ledger = (int((streams[name].max_age or 0) / _DAY) for name in ("GATEWAY", "METERING"))
    assert f"kept for {views} days" in page
    assert f"counted from for {ledger}" in page
    for path in ("/about/cookies", "/about/terms", "/account/data"):
        assert f'href="{path}"' in page
