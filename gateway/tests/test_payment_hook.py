"""Where the payment provider tells of what was paid: signed news alone change a plan."""

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import httpx
import pytest

from gateway.payment_links import parse_payment_links, with_reference
from gateway.tests.gateway_process import PAYMENT_SECRET, GatewayProcess, Platform
from services.accounts.tests.accounts_process import AccountsProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOOK = "/webhooks/payments"


def signed(body: bytes, secret: str = PAYMENT_SECRET, ago: int = 0) -> dict[str, str]:
    moment = str(int(time.time()) - ago)
    signature = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": f"t={moment},v1={signature.hexdigest()}",
    }


def event(type_: str, **thing: Any) -> bytes:
    created = int(time.time())
    return json.dumps(
        {
            "id": f"evt_{uuid.uuid4().hex}",
            "type": type_,
            "created": created,
            "data": {"object": thing},
        }
    ).encode()


def bought(account_id: str, customer: str) -> bytes:
    return event("checkout.session.completed", client_reference_id=account_id, customer=customer)


def subscribed(customer: str) -> bytes:
    items = {"data": [{"price": {"id": "price_pro"}}]}
    return event(
        "customer.subscription.created",
        id=f"sub_{customer}", customer=customer, status="active", items=items,
    )  # fmt: skip


async def test_what_is_paid_for_is_held_at_once_and_once(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as provider:
        account_id = await platform.account_id(member)
        customer = f"cus_{uuid.uuid4().hex}"
        told = [bought(account_id, customer), subscribed(customer)]
        assert (await member.get("/api/v1/allowance")).json()["plan"] == "free"
        for body in told:
            answer = await provider.post(HOOK, content=body, headers=signed(body))
            assert (answer.status_code, answer.content) == (200, b"")
        again = await asyncio.gather(
            *(provider.post(HOOK, content=body, headers=signed(body)) for body in told * 4)
        )
        async with asyncio.timeout(10):
            while (await member.get("/api/v1/allowance")).json()["plan"] == "free":
                await asyncio.sleep(0.05)
        page = (await member.get("/account/plan")).text

    assert {answer.status_code for answer in again} == {200}
    assert page.count("<td>Free</td><td>Professional</td><td>payment</td>") == 1


async def test_whoever_is_not_the_provider_learns_nothing(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as stranger:
        body = bought(await platform.account_id(member), "cus_x")
        sent = [
            {},
            {"Stripe-Signature": ""},
            signed(body, "another secret"),
            signed(body, ago=301),
            signed(body, ago=-310),
            signed(body + b" "),
        ]
        answers = [await stranger.post(HOOK, content=body, headers=headers) for headers in sent]
        malformed = await stranger.post(HOOK, content=b"[]", headers=signed(b"[]"))

    assert {(it.status_code, it.content) for it in [*answers, malformed]} == {(400, b"")}
    assert not any("set-cookie" in answer.headers for answer in answers)


async def test_no_more_is_read_than_an_event_can_be(platform: Platform) -> None:
    body = b'{"id":"' + b"x" * 70_000 + b'"}'
    async with platform.guest() as provider:
        assert (await provider.post(HOOK, content=body, headers=signed(body))).status_code == 413

        async def parts() -> Any:
            for _ in range(70):
                yield b"x" * 1_000

        headers = signed(body)
        streamed = await provider.post(HOOK, content=parts(), headers=headers)
        read = await provider.get(HOOK)
    assert streamed.status_code == 413
    assert read.status_code == 405


async def test_another_site_cannot_post_there_from_a_browser(platform: Platform) -> None:
    body = event("charge.succeeded")
    async with platform.guest() as browser:
        headers = {**signed(body), "Origin": "https://elsewhere.example"}
        answer = await browser.post(HOOK, content=body, headers=headers)

    assert (answer.status_code, answer.json()["reason"]) == (403, "CROSS_SITE_REQUEST")


async def test_without_a_provider_there_is_no_such_address_and_links_are_as_set(
    platform: Platform,
) -> None:
    accounts = AccountsProcess(platform.postgres.url_of(platform.database), platform.nats.url)
    try:
        await accounts.start()
        gateway = GatewayProcess(
            **platform.gateway.peers
            | {
                "GATEWAY_ACCOUNTS_TARGET": accounts.target,
                "GATEWAY_PAYMENT_LINKS": "professional=https://pay.example/p?x=1",
            }
        )
        try:
            await gateway.start()
            await gateway.until(status="ready", lookup="up", metering="up")
            async with platform.account() as member:
                account_id = await platform.account_id(member)
                cookies = {"session": member.client.cookies["session"]}
                async with httpx.AsyncClient(base_url=gateway.url, cookies=cookies) as client:
                    body = event("charge.succeeded")
                    answer = await client.post(HOOK, content=body, headers=signed(body))
                    page = (await client.get("/account/plan")).text
        finally:
            await gateway.kill()
    finally:
        await accounts.kill()

    assert (answer.status_code, answer.content) == (404, b"")
    link = f"https://pay.example/p?x=1&amp;client_reference_id={account_id}"
    assert f'<a href="{link}" rel="noreferrer">Buy the Professional plan</a>' in page


async def test_links_are_read_strictly() -> None:
    assert parse_payment_links("free = https://a.example , enterprise=https://b.example/x") == {
        "free": "https://a.example",
        "enterprise": "https://b.example/x",
    }
    for wrong in (
        *("gold=https://a.example", "guest=https://a.example", "free=http://a.example"),
        *("free=javascript:alert(1)", "free=https://", "free=https://a.example#x", "free"),
        "free=https://a.example,free=https://b.example",
    ):
        with pytest.raises(ValueError, match=r"plan|link"):
            parse_payment_links(wrong)
    assert (
        with_reference("https://a.example", "a&b") == "https://a.example?client_reference_id=a%26b"
    )
