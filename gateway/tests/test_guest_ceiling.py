"""How many new guests a network may bring: counted for all gateways together, told kindly."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from gateway.guest_ceiling import GuestCeiling
from gateway.hashed_counters import LINGER_SECONDS
from gateway.tests.gateway_process import PASSWORD, GatewayProcess, Platform
from servicekit.redis_client import open_redis
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.html_outline import outline

CEILING = 2
NETWORK = "203.0.113.0/24"
PAGE = "/icd-10-cm/E11.9"
CODE = "/api/v1/codes/icd-10-cm/E11.9"
BANNER = (
    "Many new visitors came from your network today. "
    "Register free account to get 5 views per month."
)
REFUSED = 'gateway_newcomers_total{outcome="refused"}'
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@asynccontextmanager
async def ceiling_at(
    url: str, most: int = CEILING, clock: Clock | None = None
) -> AsyncIterator[GuestCeiling]:
    redis = open_redis(url, seconds=5.0)
    try:
        yield GuestCeiling(redis, most, now=clock) if clock else GuestCeiling(redis, most)
    finally:
        await redis.aclose()


# The count


async def test_a_network_brings_so_many_and_others_are_not_touched(valkey: ValkeyServer) -> None:
    async with ceiling_at(valkey.url) as ceiling:
        assert [await ceiling.take(NETWORK) for _ in range(4)] == [True, True, False, False]
        assert await ceiling.take("198.51.100.0/24")


async def test_of_two_hundred_at_once_at_two_gateways_exactly_so_many_come_in(
    valkey: ValkeyServer,
) -> None:
    async with ceiling_at(valkey.url, 60) as one, ceiling_at(valkey.url, 60) as other:
        taken = await asyncio.gather(*((one if n % 2 else other).take(NETWORK) for n in range(200)))
    assert sorted(map(bool, taken)) == [False] * 140 + [True] * 60


async def test_at_midnight_counting_begins_anew_and_the_day_is_soon_forgotten(
    valkey: ValkeyServer,
) -> None:
    clock = Clock(datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC))
    async with ceiling_at(valkey.url, 1, clock) as ceiling:
        assert [await ceiling.take(NETWORK) for _ in range(2)] == [True, False]
        assert ceiling.resets() == datetime(2026, 11, 30, tzinfo=UTC)
        for key in await valkey.ask("KEYS", "*"):
            assert 0 < await valkey.ask("TTL", key) <= LINGER_SECONDS + 1, key
        clock.moment += timedelta(seconds=1)
        assert [await ceiling.take(NETWORK) for _ in range(2)] == [True, False]
        assert ceiling.resets() == datetime(2026, 12, 1, tzinfo=UTC)


async def test_a_gateway_whose_clock_is_behind_still_counts_with_its_day(
    valkey: ValkeyServer,
) -> None:
    before, after = Clock(NOON), Clock(NOON + timedelta(days=1))
    async with (
        ceiling_at(valkey.url, 1, after) as ahead,
        ceiling_at(valkey.url, 1, before) as behind,
    ):
        assert await ahead.take(NETWORK)
        assert [await behind.take(NETWORK) for _ in range(2)] == [True, False]
        assert not await ahead.take(NETWORK)


async def test_keys_name_nobody_and_do_not_outlive_the_day(valkey: ValkeyServer) -> None:
    clock = Clock(NOON)
    async with ceiling_at(valkey.url, clock=clock) as ceiling:
        await ceiling.take(NETWORK)
        await ceiling.take("2001:db8:1::/48")
    keys = [key if isinstance(key, str) else key.decode() for key in await valkey.ask("KEYS", "*")]
    salts = [key for key in keys if ":salt:" in key]
    assert salts == ["gateway:newcomers:salt:2026-11-29"]
    for key in keys:
        # Nothing but a hash: no network, and no number that is the same tomorrow.
        assert key in salts or re.fullmatch(r"gateway:newcomers:\{\d+\}:[0-9a-f]{32}", key), key
        assert 0 < await valkey.ask("TTL", key) <= 43_200 + LINGER_SECONDS, key

    clock.moment += timedelta(days=1)
    async with ceiling_at(valkey.url, clock=clock) as ceiling:
        await ceiling.take(NETWORK)
        await ceiling.take("2001:db8:1::/48")
    assert len(await valkey.ask("KEYS", "*")) == 2 * len(keys), "another salt, other hashes"


async def test_without_redis_nothing_is_said(valkey: ValkeyServer) -> None:
    async with ceiling_at(valkey.url) as ceiling:
        assert await ceiling.take(NETWORK)
        await valkey.kill()
        assert [await ceiling.take(NETWORK) for _ in range(3)] == [None] * 3


# Whole gateways


@asynccontextmanager
async def gateway_of(platform: Platform, **environment: str) -> AsyncIterator[GatewayProcess]:
    """Another gateway of *platform*, behind a proxy, with a ceiling that is soon reached."""
    settings = {
        "GATEWAY_PROXIES": "1",
        "GATEWAY_GUEST_CEILING": str(CEILING),
        "GATEWAY_REDIS_SECONDS": "5",
    }
    gateway = GatewayProcess(**{**platform.gateway.peers, **settings, **environment})
    try:
        await gateway.start()
        await gateway.until(status="ready", lookup="up", metering="up")
        yield gateway
    finally:
        await gateway.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def strict(platform: Platform) -> AsyncIterator[GatewayProcess]:
    """One for all tests here: each has networks of its own."""
    async with gateway_of(platform) as gateway:
        yield gateway


def visitor(gateway: GatewayProcess, address: str) -> httpx.AsyncClient:
    """A browser at *address* that nobody has seen before."""
    return httpx.AsyncClient(base_url=gateway.url, timeout=20, headers={"X-Forwarded-For": address})


async def crowd(gateway: GatewayProcess, network: str) -> int:
    """Bring new guests from *network* ("198.18.1") until none is let in; answers how many were."""
    await gateway.until(metering="up")
    for number in range(100):
        async with visitor(gateway, f"{network}.{number + 100}") as guest:
            answer = await guest.get(CODE)
            if answer.status_code == 429:
                return number
            assert answer.json()["verdict"] == "GRANTED"
    raise AssertionError("everybody was let in")


def midnight() -> str:
    day = datetime.now(UTC).date() + timedelta(days=1)
    return f"{day.isoformat()}T00:00:00Z"


@pytest.mark.asyncio(loop_scope="session")
async def test_two_gateways_let_in_exactly_as_many_as_come_at_once_in_either_form_of_address(
    platform: Platform, strict: GatewayProcess
) -> None:
    async with gateway_of(platform) as other:
        for gateway in (strict, other):
            async with visitor(gateway, "192.0.2.250") as first:
                await first.get(CODE)
        clients = [httpx.AsyncClient(base_url=it.url, timeout=30) for it in (strict, other)]

        async def view(number: int) -> httpx.Response:
            mapped = "::ffff:" if number % 3 else ""
            address = f"{mapped}198.18.7.{number % 250}"
            client = clients[number % 2]
            client.cookies.clear()
            return await client.get(CODE, headers={"X-Forwarded-For": address, "Cookie": ""})

        try:
            answers = await asyncio.gather(*map(view, range(200)))
        finally:
            for client in clients:
                await client.aclose()

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * CEILING + [429] * (200 - CEILING)
    assert {it.json()["reason"] for it in answers if it.status_code == 429} == {"NETWORK_CEILING"}


@pytest.mark.asyncio(loop_scope="session")
async def test_who_is_not_let_in_sees_what_the_code_is_and_a_way_out_that_works(
    strict: GatewayProcess,
) -> None:
    await crowd(strict, "198.18.1")
    before = await strict.metric(REFUSED)
    async with visitor(strict, "198.18.1.99") as late:
        wall = await late.get("/icd-10-cm/I10?on=2026-05-01")
        api = await late.get("/api/v1/codes/icd-10-cm/I10")
        assert not late.cookies
        (form,) = {
            href for href in outline(wall.text).values("href") if href.startswith("/register?")
        }
        register = await late.get(form)
        account = {"email": "late@example.org", "password": PASSWORD}
        registered = await late.post("/api/v1/accounts", json=account)
        opened = await late.get("/icd-10-cm/I10")

    assert wall.status_code == 200
    assert wall.headers["cache-control"] == "private, no-store"
    assert "Essential (primary) hypertension" in wall.text
    assert "Billable" not in wall.text
    assert f"<p>{BANNER}</p>" in wall.text
    assert "New guests are welcome again on" in wall.text
    assert "remaining" not in wall.text
    structured = json.loads(outline(wall.text).structured[0])
    assert structured["isAccessibleForFree"] is False

    problem = api.json()
    assert api.status_code == problem["status"] == 429
    assert api.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("/problems/network-ceiling")
    assert (problem["reason"], problem["unlock"]) == ("NETWORK_CEILING", "REGISTER")
    assert (problem["code"], problem["display"]) == ("I10", "Essential (primary) hypertension")
    assert problem["reset_time"] == midnight()
    left = (datetime.fromisoformat(midnight()) - datetime.now(UTC)).total_seconds()
    assert abs(int(api.headers["retry-after"]) - left) < 30
    assert await strict.metric(REFUSED) == before + 2

    assert register.status_code == 200
    assert 'value="/icd-10-cm/I10?on=2026-05-01"' in register.text
    assert registered.status_code == 202
    assert "4 code page views remaining." in opened.text


@pytest.mark.asyncio(loop_scope="session")
async def test_who_is_known_goes_on_whoever_else_has_come(strict: GatewayProcess) -> None:
    async with visitor(strict, "198.18.2.1") as known, visitor(strict, "198.18.2.2") as member:
        await known.get(PAGE)
        account = {"email": "member@example.org", "password": PASSWORD}
        await member.post("/api/v1/accounts", json=account)
        await crowd(strict, "198.18.2")
        again = await known.get(CODE)
        spent = await known.get("/api/v1/codes/icd-10-cm/I10")
        page = await member.get(CODE)

    assert again.json()["verdict"] == "REPEAT"
    assert spent.json()["reason"] == "VIEWS_SPENT"
    assert page.json()["verdict"] == "GRANTED"


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_free_is_free_of_the_ceiling_too(strict: GatewayProcess) -> None:
    async with visitor(strict, "198.18.3.1") as guest:
        for _ in range(CEILING + 1):
            free = [
                await guest.get("/"),
                await guest.get("/search", params={"q": "asthma"}),
                await guest.get("/api/v1/suggest", params={"q": "E11"}),
                await guest.head(PAGE),
                await guest.get("/icd-10-cm/e119"),
                await guest.get("/icd-10-cm/E99.99"),
                await guest.get("/icd-10-cm"),
                await guest.get("/casepilot"),
                await guest.get("/api/v1/allowance"),
                await guest.get(PAGE, headers={"Sec-Purpose": "prefetch"}),
                # The plan of guests has no checks, so this is not about to be counted.
                await guest.post(
                    "/api/v1/claim-checks",
                    json={
                        "claim_type": "professional",
                        "date_of_service": "2026-05-01",
                        "lines": [{"system": "icd-10-cm", "code": "E11.9"}],
                    },
                ),
            ]
            assert not guest.cookies
    assert [it.status_code for it in free] == [
        *(200, 200, 200, 200, 301, 404, 200, 200, 200, 503, 429)
    ]
    assert free[-1].json()["reason"] == "CLAIM_CHECKS_NOT_IN_PLAN"
    assert await crowd(strict, "198.18.3") == CEILING, "none of these has taken a place"


@pytest.mark.asyncio(loop_scope="session")
async def test_a_question_lets_a_guest_in_and_is_refused_where_none_is(
    strict: GatewayProcess,
) -> None:
    question = {"question": "What is E11.9?"}
    await strict.until(metering="up")
    for number in range(CEILING):
        async with visitor(strict, f"198.18.4.{number + 1}") as guest:
            asked = await guest.post("/api/v1/assistant/questions", json=question)
            assert asked.status_code == 200
            assert (await guest.get(CODE)).json()["verdict"] == "GRANTED", "let in once"
    async with visitor(strict, "198.18.4.99") as late:
        api = await late.post("/api/v1/assistant/questions", json=question)
        page = await late.post("/casepilot", data=question)
        assert not late.cookies

    assert (api.status_code, api.json()["reason"]) == (429, "NETWORK_CEILING")
    assert api.json()["unlock"] == "REGISTER"
    assert int(api.headers["retry-after"]) > 0
    assert page.status_code == 429
    assert "Many new visitors came from your network today." in page.text
    assert 'href="/register?next=/casepilot"' in page.text


@pytest.mark.asyncio(loop_scope="session")
async def test_without_redis_new_guests_are_let_in_and_counted_so(platform: Platform) -> None:
    async with gateway_of(platform, REDIS_URL="redis://127.0.0.1:1") as gateway:
        for number in range(CEILING + 1):
            async with visitor(gateway, f"198.18.5.{number}") as guest:
                assert (await guest.get(CODE)).json()["verdict"] == "GRANTED"
        unchecked = 'gateway_newcomers_total{outcome="unchecked"}'
        assert await gateway.metric(unchecked) == CEILING + 1


@pytest.mark.asyncio(loop_scope="session")
async def test_without_a_ceiling_everybody_comes_in(platform: Platform) -> None:
    async with gateway_of(platform, GATEWAY_GUEST_CEILING="0") as gateway:
        for number in range(CEILING + 1):
            async with visitor(gateway, f"198.18.6.{number}") as guest:
                assert (await guest.get(CODE)).json()["verdict"] == "GRANTED"


@pytest.mark.asyncio(loop_scope="session")
async def test_this_machine_is_no_network_in_local_mode(platform: Platform) -> None:
    ceiling = 60
    async with httpx.AsyncClient(base_url=platform.gateway.url, timeout=20) as client:
        for _ in range(ceiling + 1):
            client.cookies.clear()
            answer = await client.get(CODE)
            assert (answer.status_code, answer.json()["verdict"]) == (200, "GRANTED")
    assert await platform.gateway.metric(REFUSED) == 0
