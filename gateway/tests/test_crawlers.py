"""Crawlers: believed when their address leads to a name of their operator's and back, only then."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import httpx
import nats
import pytest
from prometheus_client import REGISTRY

from gateway.crawler_checks import Crawlers, ResolverAway
from gateway.crawlers import host_name, is_within, operator_claimed
from gateway.system_resolver import SystemResolver
from gateway.tests import table_gateway
from gateway.tests.gateway_process import GatewayProcess, Platform
from gateway.tests.table_gateway import VARIABLE, Table
from tests.support.html_outline import outline

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
BING = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CRAWL = "66.249.66.1"
HOST = "crawl-66-249-66-1.googlebot.com"
FIVE = ("E11.9", "I10", "J45.909", "E10", "E11")


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def googles(name: str = HOST, back: str = CRAWL) -> Table:
    """An address whose owner calls it *name*, a name that has the address *back*."""
    return Table({CRAWL: name}, {host_name(name): [back, "66.249.66.2"]})


def request(agent: str = GOOGLE, address: str = CRAWL) -> dict[str, Any]:
    return {"client": (address, 1), "headers": [(b"user-agent", agent.encode())]}


def outcomes(outcome: str) -> float:
    labels = {"operator": "google", "outcome": outcome}
    return REGISTRY.get_sample_value("gateway_crawlers_total", labels) or 0.0


# The rules


@pytest.mark.parametrize(
    ("agent", "operator"),
    [
        (GOOGLE, "google"),
        (GOOGLE.upper(), "google"),
        ("Googlebot-Image/1.0", "google"),
        (BING, "bing"),
        ("Mozilla/5.0 (Macintosh) Safari/600.2.5 (Applebot/0.1)", "apple"),
        (PERSON, None),
        ("DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)", None),
        ("", None),
    ],
)
def test_a_crawler_is_known_by_what_it_says_of_itself(agent: str, operator: str | None) -> None:
    claimed = operator_claimed(agent)
    assert (claimed.key if claimed else None) == operator


@pytest.mark.parametrize(
    ("told", "within"),
    [
        (HOST, True),
        ("Crawl-66-249-66-1.GoogleBot.COM.", True),
        ("geo-crawl-1.geo.googlebot.com", True),
        ("googlebot.com", False),
        ("crawl-66-249-66-1.googlebot.com.evil.example", False),
        ("crawl-66-249-66-1.evilgooglebot.com", False),
        ("crawl.googlebot.com..", False),
        (".googlebot.com", False),
        ("a b.googlebot.com", False),
        ("evil.example\n.googlebot.com", False),
        ("ｇooglebot.com", False),
        ("a." * 130 + "googlebot.com", False),
        ("google-proxy-66-249-81-1.google.com", False),
        ("66-249-66-1.search.msn.com", False),
        ("", False),
    ],
)
def test_a_name_is_within_a_domain_only_by_its_end_and_whole_labels(
    told: str, within: bool
) -> None:
    assert is_within(host_name(told), ("googlebot.com",)) is within


# The check


async def test_an_address_that_leads_there_and_back_is_the_crawler() -> None:
    table = googles("Crawl-66-249-66-1.GoogleBot.com.")
    crawlers = Crawlers(table, proxies=0)
    before = outcomes("verified")

    assert await crawlers.is_one(request())
    assert await crawlers.is_one(request(address=f"::ffff:{CRAWL}"))
    assert table.asked == {CRAWL: 1, HOST: 1}, "asked once, held from then on"
    assert outcomes("verified") == before + 2


@pytest.mark.parametrize(
    "table",
    [
        googles("crawl-66-249-66-1.googlebot.com.evil.example"),
        googles("host-1.isp.example"),
        googles(back="203.0.113.7"),
        googles(""),
        Table({CRAWL: HOST}, {}),
    ],
    ids=["domain in front", "another domain", "does not lead back", "no name", "no address"],
)
async def test_whoever_only_says_so_is_no_crawler(table: Table) -> None:
    before = outcomes("refused")
    assert not await Crawlers(table, proxies=0).is_one(request())
    assert outcomes("refused") == before + 1


async def test_a_crawler_of_one_operator_is_none_of_another() -> None:
    table = googles()
    crawlers = Crawlers(table, proxies=0)
    assert await crawlers.is_one(request())
    assert not await crawlers.is_one(request(BING))


async def test_dns_is_not_asked_about_people_nor_about_addresses_of_no_public_host() -> None:
    table = googles()
    crawlers = Crawlers(table, proxies=0)
    assert not await crawlers.is_one(request(PERSON))
    assert not await crawlers.is_one(request(address="127.0.0.1"))
    assert not await crawlers.is_one(request(address="10.1.2.3"))
    assert not await crawlers.is_one({"client": None, "headers": request()["headers"]})
    assert not table.asked


async def test_the_address_is_the_one_our_proxy_saw() -> None:
    crawlers = Crawlers(googles(), proxies=1)
    through = request(address="10.0.0.1")
    through["headers"].append((b"x-forwarded-for", f"203.0.113.9, {CRAWL}".encode()))
    pretending = request(address="10.0.0.1")
    pretending["headers"].append((b"x-forwarded-for", f"{CRAWL}, 203.0.113.9".encode()))
    assert await crawlers.is_one(through)
    assert not await crawlers.is_one(pretending)


async def test_what_was_found_out_is_held_a_day_and_what_was_refused_an_hour() -> None:
    table, clock = googles(), Seconds()
    crawlers = Crawlers(table, proxies=0, clock=clock)
    false = "203.0.114.7"
    for seconds, asked in (
        (0, (1, 1)),
        (3_599, (1, 1)),
        (2, (1, 2)),
        (82_798, (1, 3)),
        (2, (2, 3)),
    ):
        clock.now += seconds
        assert await crawlers.is_one(request())
        assert not await crawlers.is_one(request(address=false))
        assert (table.asked[CRAWL], table.asked[false]) == asked, clock.now


async def test_an_outage_of_dns_makes_guests_of_crawlers_for_a_minute() -> None:
    table, clock = googles(), Seconds()
    crawlers = Crawlers(table, proxies=0, clock=clock)
    table.away = True
    before = outcomes("unchecked")
    assert [await crawlers.is_one(request()) for _ in range(3)] == [False] * 3
    assert (table.asked[CRAWL], outcomes("unchecked")) == (1, before + 3)
    table.away = False
    clock.now += 61
    assert await crawlers.is_one(request())


async def test_a_slow_check_holds_no_request_up_and_helps_the_next_one() -> None:
    table = googles()
    table.gate = asyncio.Event()
    crawlers = Crawlers(table, proxies=0)
    assert [await crawlers.is_one(request()) for _ in range(2)] == [False, False]
    table.gate.set()
    async with asyncio.timeout(5):
        while not await crawlers.is_one(request()):
            await asyncio.sleep(0.01)
    assert table.asked == {CRAWL: 1, HOST: 1}


async def test_a_flood_of_claims_is_checked_few_at_a_time_and_forgets_no_crawler() -> None:
    table = googles()
    crawlers = Crawlers(table, proxies=0, capacity=4)
    assert await crawlers.is_one(request())
    table.gate = asyncio.Event()
    flood = [request(address=f"203.0.114.{number}") for number in range(40)]
    assert not any(await asyncio.gather(*map(crawlers.is_one, flood)))
    assert sum(table.asked[it["client"][0]] for it in flood) == 8
    table.gate.set()
    for each in flood:
        assert not await crawlers.is_one(each)
    assert await crawlers.is_one(request())
    assert table.asked[CRAWL] == 1


# DNS of the machine


async def test_the_machine_is_asked_there_and_back_within_its_threads() -> None:
    resolver = SystemResolver(threads=1)
    here = ip_address("127.0.0.1")
    assert here in await resolver.addresses_of("localhost")
    assert isinstance(await resolver.name_of(here), str)
    assert await resolver.addresses_of("..") == frozenset(), "no name at all"


async def test_no_more_threads_wait_than_there_may() -> None:
    resolver = SystemResolver(threads=1)
    first = asyncio.create_task(resolver.addresses_of("localhost"))
    await asyncio.sleep(0)
    with pytest.raises(ResolverAway):
        await resolver.addresses_of("localhost")
    assert await first
    assert await resolver.addresses_of("localhost")


# The page


@asynccontextmanager
async def gateway_with(
    platform: Platform, table: Table, **environment: str
) -> AsyncIterator[GatewayProcess]:
    """Another gateway of *platform*, behind a proxy, with *table* for its DNS."""
    told = json.dumps({"names": table.names, "addresses": table.addresses})
    settings = {"GATEWAY_PROXIES": "1", "GATEWAY_REDIS_SECONDS": "5", VARIABLE: told}
    peers = {**platform.gateway.peers, **settings, **environment}
    gateway = GatewayProcess(table_gateway.__file__, **peers)
    try:
        await gateway.start()
        await gateway.until(status="ready", lookup="up", metering="up")
        yield gateway
    finally:
        await gateway.kill()


def client_of(gateway: GatewayProcess, agent: str) -> httpx.AsyncClient:
    """Whoever comes from the crawler's address and says to be *agent*."""
    told = {"User-Agent": agent, "X-Forwarded-For": CRAWL}
    return httpx.AsyncClient(base_url=gateway.url, timeout=20, headers=told)


async def page_views_published(platform: Platform) -> int:
    client = await nats.connect(platform.nats.url)
    try:
        return (await client.jetstream().stream_info("GATEWAY")).state.messages
    finally:
        await client.close()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_verified_crawler_reads_public_sections_of_any_page_and_is_nobodys_guest(
    platform: Platform,
) -> None:
    before = await page_views_published(platform)
    async with gateway_with(platform, googles(), GATEWAY_GUEST_CEILING="2") as gateway:
        async with client_of(gateway, GOOGLE) as crawler:
            pages = [await crawler.get(f"/icd-10-cm/{code}") for code in FIVE]
            assert not crawler.cookies
            missing = await crawler.get("/icd-10-cm/E99.99")
            ahead = await crawler.get("/icd-10-cm/E13", headers={"Sec-Purpose": "prefetch"})
        # It has taken no place of its network, of which there are two: one for a person, one for
        # whoever uses the API in its name, as that is none of a crawler's business.
        async with client_of(gateway, PERSON) as person:
            first = await person.get("/icd-10-cm/E11.9")
        async with client_of(gateway, GOOGLE) as program:
            codes = [await program.get(f"/api/v1/codes/icd-10-cm/{code}") for code in FIVE[:2]]
        verified = 'gateway_crawlers_total{operator="google",outcome="verified"}'
        assert await gateway.metric(verified) == len(FIVE)
        # What has been handed to the bus is on it once the gateway has stopped.
        assert await gateway.stop() == 0
        said = str(gateway.lines)

    for page in pages:
        assert page.status_code == 200
        assert page.headers["cache-control"] == "private, no-store"
        assert "Common Language Description" in page.text
        assert page.text.count("Register to view content") == 7
        assert "remaining" not in page.text
        assert '"isAccessibleForFree": false' in outline(page.text).structured[0]
    assert "Excludes1" not in pages[0].text
    assert (missing.status_code, ahead.status_code) == (404, 503)
    assert "0 code page views remaining." in first.text
    assert "guest" in first.headers["set-cookie"]
    assert [answer.json().get("reason") for answer in codes] == [None, "VIEWS_SPENT"]
    assert await page_views_published(platform) == before + 3, "the person's and the API's"
    assert CRAWL not in said


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("table", "environment"),
    [(googles(back="203.0.113.7"), {}), (googles(), {"GATEWAY_CRAWLERS": "off"})],
    ids=["pretended", "off"],
)
async def test_whoever_pretends_and_everybody_where_it_is_off_is_a_guest(
    platform: Platform, table: Table, environment: dict[str, str]
) -> None:
    async with (
        gateway_with(platform, table, **environment) as gateway,
        client_of(gateway, GOOGLE) as crawler,
    ):
        first = await crawler.get("/icd-10-cm/E11.9")
        wall = await crawler.get("/icd-10-cm/I10")

    assert "guest" in first.headers["set-cookie"]
    assert "Register to view content" in wall.text
    assert "Common Language Description" not in wall.text
