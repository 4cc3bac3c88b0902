"""How often one may search: counted in Redis for a visitor and a network, told in headers."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.networks import is_loopback, network_of
from gateway.search_limits import SearchLimits, parse_limits
from gateway.tests.gateway_process import GatewayProcess, Platform
from servicekit.redis_client import open_redis
from services.metering.tests.valkey_server import ValkeyServer

LIMITS = {"search": 3, "suggest": 6, "note": 1}
NETWORK = "203.0.113.0/24"


@asynccontextmanager
async def limits_at(url: str, *, networks: int = 10) -> AsyncIterator[SearchLimits]:
    redis = open_redis(url, seconds=5.0)
    try:
        yield SearchLimits(redis, LIMITS, networks=networks)
    finally:
        await redis.aclose()


async def taken(limits: SearchLimits, who: str, network: str = "", action: str = "search") -> bool:
    standing = await limits.take(action, who, network)
    assert standing is not None
    return standing.allowed


async def test_a_visitor_has_a_minutes_worth_and_others_are_not_touched(
    valkey: ValkeyServer,
) -> None:
    async with limits_at(valkey.url) as limits:
        assert [await taken(limits, "guest:a") for _ in range(4)] == [True] * 3 + [False]
        assert await taken(limits, "guest:b")
        assert await taken(limits, "guest:a", action="suggest")


async def test_two_gateways_count_together(valkey: ValkeyServer) -> None:
    async with limits_at(valkey.url) as one, limits_at(valkey.url) as other:
        assert [await taken(it, "guest:a") for it in (one, other, one, other)] == [
            *(True, True, True, False)
        ]


async def test_a_network_is_stopped_whoever_asks_from_it(valkey: ValkeyServer) -> None:
    async with limits_at(valkey.url, networks=2) as limits:
        allowed = [await taken(limits, f"guest:{n}", NETWORK) for n in range(7)]
        assert allowed == [True] * 6 + [False]
        assert not await taken(limits, "", NETWORK)
        assert await taken(limits, "guest:9", "198.51.100.0/24")


async def test_a_standing_says_what_is_left_and_when_to_come_back(valkey: ValkeyServer) -> None:
    async with limits_at(valkey.url) as limits:
        first = await limits.take("search", "guest:a", NETWORK)
        assert first is not None
        assert (first.policy, first.limit, first.remaining) == ("search", 3, 2)
        assert first.headers["RateLimit-Policy"] == '"search";q=3;w=60'
        assert re.fullmatch(r'"search";r=2;t=(19|20)', first.headers["RateLimit"])
        for _ in range(2):
            await limits.take("search", "guest:a", NETWORK)
        refused = await limits.take("search", "guest:a", NETWORK)
        assert refused is not None
        assert not refused.allowed
        assert 1 <= refused.retry_in <= 20, "the next one comes after a third of a minute"


async def test_keys_name_nobody_and_are_forgotten(valkey: ValkeyServer) -> None:
    async with limits_at(valkey.url) as limits:
        await limits.take("search", "guest:somebody", NETWORK)
        await limits.take("note", "account:somebody", "2001:db8::/48")
    keys = await valkey.ask("KEYS", "*")
    assert len(keys) == 5
    for key in keys:
        assert not re.search(r"somebody|203|2001|guest|account|network", key), key
        seconds = await valkey.ask("TTL", key)
        assert 0 < seconds <= (86_400 + 300 if "salt" in key else 61), key


async def test_without_redis_everything_is_allowed(valkey: ValkeyServer) -> None:
    async with limits_at(valkey.url) as limits:
        assert await limits.take("search", "guest:a", "") is not None
        await valkey.kill()
        assert [await limits.take("search", "guest:a", NETWORK) for _ in range(9)] == [None] * 9


@pytest.mark.parametrize(
    "text",
    ["", "search=60", "search=60,suggest=0,note=1", "search=6,search=7,suggest=1,note=1", "x=1"],
)
def test_limits_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"limit|name each"):
        parse_limits(text)


@pytest.mark.parametrize(
    ("client", "forwarded", "proxies", "network"),
    [
        ("203.0.113.9", "", 0, "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "", 0, "203.0.113.0/24"),
        ("2001:db8:1:2::3", "", 0, "2001:db8:1::/48"),
        ("203.0.113.9", "198.51.100.7", 0, "203.0.113.0/24"),
        ("10.0.0.1", "198.51.100.7", 1, "198.51.100.0/24"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", 1, "198.51.100.0/24"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7, 10.0.0.2", 2, "198.51.100.0/24"),
        ("10.0.0.1", "", 1, ""),
        ("10.0.0.1", "nonsense", 1, ""),
    ],
)
def test_what_a_caller_writes_of_itself_is_not_believed(
    client: str, forwarded: str, proxies: int, network: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert network_of({"client": (client, 1), "headers": headers}, proxies) == network


def test_this_machine_is_known() -> None:
    assert is_loopback("127.0.0.0/24")
    assert not is_loopback("")
    assert not is_loopback(NETWORK)


@asynccontextmanager
async def strict_gateway(platform: Platform, **environment: str) -> AsyncIterator[GatewayProcess]:
    """Another gateway of *platform*, with limits soon reached."""
    limits = {"GATEWAY_SEARCH_LIMITS": "search=2,suggest=3,note=1", "GATEWAY_SEARCH_NETWORKS": "2"}
    gateway = GatewayProcess(**{**platform.gateway.peers, **limits, **environment})
    try:
        await gateway.start()
        await gateway.until(status="ready")
        yield gateway
    finally:
        await gateway.kill()


@asynccontextmanager
async def known_guest(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who carries a guest's cookie."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        await client.get("/icd-10-cm/E11.9")
        assert client.cookies
        yield client


@pytest.mark.asyncio(loop_scope="session")
async def test_a_visitor_is_told_to_wait_as_json_and_as_a_page(platform: Platform) -> None:
    async with strict_gateway(platform) as gateway, known_guest(gateway.url) as guest:
        first = await guest.get("/api/v1/search", params={"q": "diabetes"})
        assert first.status_code == 200
        assert first.headers["ratelimit-policy"] == '"search";q=2;w=60'
        assert first.headers["ratelimit"].startswith('"search";r=1;t=')
        assert first.headers["cache-control"].startswith("private")
        await guest.get("/search", params={"q": "diabetes"})

        spent = await guest.get("/api/v1/search", params={"q": "diabetes"})
        assert spent.status_code == 429
        assert spent.headers["content-type"] == "application/problem+json"
        assert spent.json()["reason"] == "TOO_MANY_REQUESTS"
        assert spent.json()["type"].endswith("/problems/too-many-requests")
        assert 1 <= int(spent.headers["retry-after"]) <= 30
        assert spent.headers["ratelimit"].startswith('"search";r=0;t=')
        page = await guest.get("/search", params={"q": "diabetes"})
        assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert "Please try again in" in page.text

        assert (await guest.get("/api/v1/suggest", params={"q": "dia"})).status_code == 200
        assert (await guest.get("/icd-10-cm/I10")).status_code == 200
        metric = 'gateway_search_limits_total{action="search",outcome="refused"}'
        assert await gateway.metric(metric) == 2


@pytest.mark.asyncio(loop_scope="session")
async def test_a_widget_on_another_site_may_read_that_it_must_wait(platform: Platform) -> None:
    async with strict_gateway(platform) as gateway, known_guest(gateway.url) as guest:
        for _ in range(4):
            answer = await guest.get("/api/icd10cm/v3/search", params={"terms": "diab"})
        assert answer.status_code == 429
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.asyncio(loop_scope="session")
async def test_who_shows_no_cookie_is_counted_with_the_network(platform: Platform) -> None:
    async with (
        strict_gateway(platform, GATEWAY_PROXIES="1") as gateway,
        httpx.AsyncClient(base_url=gateway.url) as bot,
    ):
        statuses = [
            (
                await bot.get(
                    "/api/v1/search",
                    params={"q": "diabetes"},
                    headers={"x-forwarded-for": f"198.51.100.{n}"},
                )
            ).status_code
            for n in range(5)
        ]
        assert statuses == [200] * 4 + [429]
        local = [await bot.get("/api/v1/search", params={"q": "diabetes"}) for _ in range(9)]
        assert {answer.status_code for answer in local} == {200}


@pytest.mark.asyncio(loop_scope="session")
async def test_this_machine_is_no_network_in_local_mode(platform: Platform) -> None:
    async with (
        strict_gateway(platform) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        answers = [await client.get("/api/v1/search", params={"q": "diabetes"}) for _ in range(9)]
        assert {answer.status_code for answer in answers} == {200}
        assert "ratelimit" not in answers[-1].headers


@pytest.mark.asyncio(loop_scope="session")
async def test_searching_goes_on_without_redis(platform: Platform) -> None:
    async with (
        strict_gateway(platform, REDIS_URL="redis://127.0.0.1:1") as gateway,
        known_guest(gateway.url) as client,
    ):
        answers = [await client.get("/api/v1/search", params={"q": "diabetes"}) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}
        metric = 'gateway_search_limits_total{action="search",outcome="unchecked"}'
        assert await gateway.metric(metric) == 5


@pytest.mark.asyncio(loop_scope="session")
async def test_a_limit_that_is_none_is_said_at_the_start(platform: Platform) -> None:
    gateway = GatewayProcess(**{**platform.gateway.peers, "GATEWAY_SEARCH_LIMITS": "search=many"})
    code, said = await gateway.run_to_its_end()
    assert code != 0
    assert "a limit is a number from 1 to 1000000 a minute" in " ".join(said)
