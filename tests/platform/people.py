"""Visitors of a whole platform, and what an answer shows them."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import httpx

from codingahead.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from deploy.local.platform import Platform

PASSWORD = "correct horse battery"
SECONDS = 5.0
"""An answer that takes longer counts as none."""


def guest(platform: Platform) -> httpx.AsyncClient:
    """A visitor nobody has seen before, who keeps cookies."""
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{platform.port('gateway')}", timeout=SECONDS
    )


def new_address() -> str:
    return f"{uuid.uuid4().hex}@example.org"


async def register(visitor: httpx.AsyncClient, email: str = "") -> str:
    """Register *visitor*; answers the address."""
    email = email or new_address()
    answer = await visitor.post("/api/v1/accounts", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 202, answer.text
    return email


@asynccontextmanager
async def member(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has just registered, whose session the gateway holds."""
    async with guest(platform) as client:
        await register(client)
        yield client


@asynccontextmanager
async def accounts_of(
    platform: Platform,
) -> AsyncIterator["accounts_pb2_grpc.AccountsServiceAsyncStub"]:
    """Accounts, asked past the gateway."""
    async with grpc.aio.insecure_channel(platform.address("accounts")) as channel:
        yield accounts_pb2_grpc.AccountsServiceStub(channel)


@asynccontextmanager
async def stranger(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody signed in whom the gateway has not met: it must ask whose session that is."""
    async with accounts_of(platform) as accounts:
        registered = await accounts.Register(
            accounts_pb2.RegisterRequest(
                request_id=str(uuid.uuid4()), email=new_address(), password=PASSWORD
            ),
            timeout=SECONDS,
        )
    async with guest(platform) as client:
        client.headers["Cookie"] = f"session={registered.session.token}"
        yield client


def guest_id(visitor: httpx.AsyncClient) -> str:
    """The opaque id in a guest's cookie."""
    return visitor.cookies["guest"].split(".")[1]


def shown(answer: httpx.Response) -> str:
    """What an answer of a code page shows, as page or as JSON.

    ``open``: all nine sections; ``public``: the two public ones; ``degraded``: those, while the
    count is away; ``wall``: what is left when nothing is; otherwise the status and the reason.
    """
    is_json = "json" in answer.headers["content-type"]
    if answer.status_code == 200 and is_json:
        told = answer.json()
        if told["mode"] == "degraded":
            assert told["allowance"] is None
            kind = "degraded"
        else:
            kind = "public"
        locks = [section["locked"] for section in told["sections"]]
        return _by_locks(kind, locks.count(False), locks.count(True))
    if answer.status_code == 200:
        opened = answer.text.count('<section id="')
        locked = answer.text.count('class="gated locked"')
        if not opened:
            return "wall"
        away = "Your remaining page views cannot be read just now." in answer.text
        return _by_locks("degraded" if away else "public", opened - locked, locked)
    if is_json:
        reason = answer.json()["reason"]
        return "wall" if reason == "VIEWS_SPENT" else f"{answer.status_code} {reason}"
    for words, reason in _SAID.items():
        if words in answer.text:
            return f"{answer.status_code} {reason}"
    return f"{answer.status_code} unexplained"


def _by_locks(kind: str, opened: int, locked: int) -> str:
    if (opened, locked) == (9, 0):
        assert kind != "degraded", "gated sections were shown without the count"
        return "open"
    assert (opened, locked) == (2, 7), (opened, locked)
    return kind


_SAID = {
    "We cannot check your account just now": "ACCOUNT_UNCHECKED",
    "The code catalog cannot be reached for the moment.": "LOOKUP_UNAVAILABLE",
    "There is no ICD-10-CM code": "CODE_NOT_FOUND",
}
