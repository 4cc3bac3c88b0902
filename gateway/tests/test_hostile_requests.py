"""Malformed, overlong and hostile requests: always a 4xx that says why, never a 5xx."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from gateway.tests.gateway_process import Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def raw(platform: Platform, request: bytes) -> tuple[int, bytes]:
    """Status and the whole answer to *request*, sent as it stands."""
    reader, writer = await asyncio.open_connection("127.0.0.1", platform.gateway.port)
    try:
        writer.write(request)
        await writer.drain()
        async with asyncio.timeout(15):
            answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    status = int(answer.split(b" ", 2)[1])
    return status, answer


async def get(platform: Platform, target: bytes, *headers: bytes) -> tuple[int, bytes]:
    lines = [b"GET " + target + b" HTTP/1.1", b"host: localhost", b"connection: close", *headers]
    return await raw(platform, b"\r\n".join(lines) + b"\r\n\r\n")


@pytest.mark.parametrize(
    "path",
    [
        b"/icd-10-cm/%00",
        b"/icd-10-cm/E11%009",
        b"/icd-10-cm/%ff%fe",
        b"/icd-10-cm/%ED%A0%80",
        b"/icd-10-cm/%",
        b"/icd-10-cm/%zz",
        b"/icd-10-cm/..%2f..%2fetc%2fpasswd",
        b"/icd-10-cm/../../etc/passwd",
        b"/icd-10-cm/E11.9/x/y/z",
        b"/icd-10-cm/" + b"A" * 8_000,
        b"/icd-10-cm/<script>alert(1)</script>",
        b"/icd-10-cm/%D0%951",
        b"/icd-10-cm//E11.9",
        b"/" + b"a/" * 4_000,
        b"//icd-10-cm/E11.9",
        b"/api/v1/codes/",
        b"/api/v1/codes/icd-10-cm",
        b"/api/v1/codes/icd-10-cm/",
        b"/api/v1/codes/%00/%00",
        b"/api/v1/codes/no-such-system/E11.9",
        b"/cpt/%00",
        b"/icd-10-cm/E08-",
        b"/icd-10-cm/-E13",
        b"/icd-10-cm/Q00-Q99",
        b"/icd-10-cm/E13-E08",
        b"/icd-10-cm/...-...",
        b"/icd-10-cm/%00-%00",
        b"/icd-10-cm/E08-E13%00",
        b"/icd-10-cm/E08-E13/E11",
        b"/icd-10-cm/" + b"E08-" * 500 + b"E13",
        b"/icd-10-cm/<b>-<b>",
        b"/icd-10-cm/%0d%0aset-cookie:-x=y",
        b"/hcpcs/A00-B99",
        b"/cpt",
        b"/static/../settings.py",
        b"/static/%2e%2e%2fsettings.py",
        b"/about/%00",
        b"/problems/%ff",
        b"/icd-10-cm/E11.9?on=%ff",
        b"/icd-10-cm/E11.9?on=9999-99-99",
        b"/icd-10-cm/E11.9?on=" + b"1" * 4_000,
        b"/icd-10-cm/E11.9?" + b"&".join(b"a%d=1" % n for n in range(500)),
        b"/search?q=" + b"a" * 5_000,
        b"/search?q=x&page=0",
        b"/search?q=x&page=99999999999999999999999",
        b"/search?q=x&system=%00",
        b"/api/v1/search",
        b"/api/v1/search?q=" + b"a" * 501,
        b"/api/v1/search?q=x&limit=-1",
        b"/api/v1/search?q=x&limit=nan",
        b"/api/v1/search?q=x&on=2026-13-01",
        b"/api/v1/suggest?q=" + b"a" * 201,
        b"/wp-admin/setup.php",
        b"/favicon.ico",
    ],
)
async def test_a_malformed_address_is_a_4xx_with_a_reason(platform: Platform, path: bytes) -> None:
    status, answer = await get(platform, path)

    assert 400 <= status < 500
    body = answer.partition(b"\r\n\r\n")[2]
    assert body
    if path.startswith(b"/api/"):
        assert json.loads(body)["reason"]
        assert len(json.loads(body)["detail"]) > 10
    assert b"<script>alert" not in body


@pytest.mark.parametrize(
    "path",
    [
        b"/search?q=%00%01%ff%ED%A0%80",
        b"/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        b"/search?q=" + b"%F0%9F%92%89" * 100,
        b"/api/v1/search?q=%00%ff",
        b"/api/v1/search?q=%22%29%20OR%20%2A%20NEAR",
        b"/api/v1/suggest?q=%ED%A0%80",
        b"/icd-10-cm/E11.9?on=",
        b"/icd-10-cm/E11.9?x=%ff&y=%zz&&&==",
    ],
)
async def test_strange_words_are_only_words(platform: Platform, path: bytes) -> None:
    status, answer = await get(platform, path)

    assert status == 200
    assert b"<script>alert" not in answer


@pytest.mark.parametrize("path", [b"/icd-10-cm/E11.9", b"/", b"/api/v1/allowance"])
@pytest.mark.parametrize(
    "cookies",
    [
        b"guest=",
        b"guest=c1..",
        b"guest=c1.x.\xff\xfe",
        b"guest=" + b"." * 5_000,
        b"=; ;;; guest; session==; guest=c1.AAAA.AAAA",
        b"session=" + b"A" * 43,
        b"session=\xed\xa0\x80",
        b"; ".join(b"guest=c1.a.b" for _ in range(2_000)),
    ],
)
async def test_strange_cookies_count_as_none(
    platform: Platform, path: bytes, cookies: bytes
) -> None:
    status, _ = await get(platform, path, b"cookie: " + cookies)

    assert status == 200


@pytest.mark.parametrize("path", [b"/icd-10-cm/E11.9", b"/", b"/api/v1/allowance"])
@pytest.mark.parametrize(
    "headers",
    [
        [b"cookie: guest=" + b"a" * 100_000],
        [b"x-%d: %s" % (n, b"b" * 900) for n in range(100)],
        [b"x: " + b"c" * 1_000_000],
    ],
    ids=["one cookie", "many headers", "much more than one packet"],
)
async def test_a_head_that_is_too_long_is_refused(
    platform: Platform, path: bytes, headers: list[bytes]
) -> None:
    status, answer = await get(platform, path, *headers)

    assert status == 431
    assert b"too long" in answer


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
        b"BREW / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: \xb2\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused(platform: Platform, request_: bytes) -> None:
    status, _ = await raw(platform, request_)

    assert 400 <= status < 500


@pytest.mark.parametrize(
    "path",
    ["/icd-10-cm/E11.9", "/api/v1/codes/icd-10-cm/E11.9", "/icd-10-cm", "/", "/api/v1/search",
     "/no/such/page", "/search"],
)  # fmt: skip
@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]
)
async def test_other_methods_are_refused(platform: Platform, path: str, method: str) -> None:
    body = b'{"a": "\\ud800"}'
    async with platform.guest() as guest:
        answer = await guest.request(method, path, content=body)

    assert answer.status_code == (404 if path == "/no/such/page" else 405)
    assert "set-cookie" not in answer.headers
    if answer.status_code == 405:
        assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/", "/api/v1/search", "/register"])
async def test_a_body_that_is_too_large_is_refused(platform: Platform, path: str) -> None:
    async with platform.guest() as guest:
        answer = await guest.post(path, content=b"x" * 70_000)

    assert answer.status_code == 413
    assert answer.json()["reason"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize("path", ["/login", "/api/v1/sessions"])
@pytest.mark.parametrize("form", ["json", "x-www-form-urlencoded"])
async def test_a_body_whose_length_is_not_told_is_refused_once_it_is_too_long(
    platform: Platform, path: str, form: str
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 40_000

    async with platform.guest() as guest:
        answer = await guest.post(
            path, content=pieces(), headers={"Content-Type": f"application/{form}"}
        )

    read = ("api" in path) == (form == "json")
    assert answer.status_code == (413 if read else 415)


async def test_a_strange_trace_is_passed_over(platform: Platform) -> None:
    for trace in (b"00-zz", b"\xff" * 100, b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01"):
        status, _ = await get(platform, b"/icd-10-cm/E11.9", b"traceparent: " + trace)
        assert status == 200


async def test_nothing_of_it_was_a_failure_of_ours(platform: Platform) -> None:
    assert not [line for line in platform.gateway.lines if line.get("event") == "request_failed"]
