"""Requests of other sites are refused by what browsers say of them."""

import httpx
import pytest

from gateway.csrf import origin_of, refusal
from gateway.tests.gateway_process import Platform
from tests.support.html_outline import outline

PUBLIC = "https://codes.example"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "PROPFIND")


def refused(method: str, **headers: str) -> bool:
    given = {"host": "codes.example", **headers}
    scope = {
        "method": method,
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in given.items()
        ],
    }
    return refusal(scope, PUBLIC, "https") is not None


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({}, False),
        ({"sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "SAME-ORIGIN"}, True),
        ({"sec_fetch_site": "cross-site", "origin": PUBLIC}, True),
        ({"sec_fetch_site": "same-origin", "origin": "https://evil.example"}, False),
        ({"origin": PUBLIC}, False),
        ({"origin": "https://CODES.example"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "https://codes.example.evil.example"}, True),
        ({"origin": "http://codes.example"}, True),
        ({"origin": "https://codes.example:8443"}, True),
        ({"origin": "null"}, True),
        ({"origin": "https://other.example", "host": "other.example"}, False),
        ({"origin": "https://evil.example", "host": "evil.example:443"}, True),
    ],
)
def test_the_site_a_request_comes_from_decides(
    method: str, headers: dict[str, str], is_refused: bool
) -> None:
    assert refused(method, **headers) == is_refused


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_changes_nothing_may_come_from_anywhere(method: str) -> None:
    assert not refused(method, sec_fetch_site="cross-site", origin="https://evil.example")


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("http://LOCALHOST:8000/path?x") == "http://localhost:8000"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/register"),
        ("POST", "/login"),
        ("POST", "/logout"),
        ("POST", "/casepilot"),
        ("POST", "/api/v1/accounts"),
        ("POST", "/api/v1/sessions"),
        ("DELETE", "/api/v1/sessions/current"),
        ("POST", "/api/v1/assistant/questions"),
        ("POST", "/icd-10-cm/E11.9"),
        ("PUT", "/no/such/page"),
    ],
)
async def test_every_unsafe_request_of_another_site_is_refused(
    platform: Platform, method: str, path: str
) -> None:
    async with platform.account() as member:
        for headers in (
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
            {"Origin": "https://evil.example"},
        ):
            answer = await member.request(method, path, headers=headers)
            assert answer.status_code == 403
            assert answer.json()["reason"] == "CROSS_SITE_REQUEST"
        still = (await member.get("/api/v1/allowance")).json()
    assert still["subject"] == "account"


@pytest.mark.asyncio(loop_scope="session")
async def test_the_address_asked_counts_as_the_sites_own(platform: Platform) -> None:
    async with httpx.AsyncClient(base_url=platform.gateway.url) as browser:
        answer = await browser.post(
            "/login", data={"email": "x"}, headers={"Origin": platform.gateway.url}
        )

    assert answer.status_code == 401
    assert outline(answer.text).elements["form"] >= 1
