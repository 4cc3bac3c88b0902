"""The page cache: each page made once, the least used let go, failures not kept."""

import asyncio

import pytest

from gateway.page_cache import PageCache, PageKey


def key(code: str) -> PageKey:
    return PageKey("catalog", "icd-10-cm", code, "")


def fits(_page: str) -> bool:
    return True


class Maker:
    """Makes pages and counts them."""

    def __init__(self) -> None:
        self.made = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> str:
        self.made += 1
        await self.gate.wait()
        return f"page {self.made}"


async def test_a_page_is_made_once_for_all_who_ask_meanwhile() -> None:
    cache: PageCache[str] = PageCache(10)
    maker = Maker()
    maker.gate.clear()
    asked = [asyncio.create_task(cache.make(key("A"), maker, fits)) for _ in range(5)]
    await asyncio.sleep(0)
    asked[0].cancel()
    await asyncio.sleep(0)
    maker.gate.set()

    assert await asyncio.gather(*asked[1:]) == ["page 1"] * 4
    assert maker.made == 1
    assert cache.get(key("A")) == "page 1"


async def test_the_least_recently_used_page_is_let_go() -> None:
    cache: PageCache[str] = PageCache(2)
    maker = Maker()
    await cache.make(key("A"), maker, fits)
    await cache.make(key("B"), maker, fits)
    cache.get(key("A"))
    await cache.make(key("C"), maker, fits)

    assert cache.get(key("A")) is not None
    assert cache.get(key("B")) is None


async def test_a_failure_reaches_everyone_and_is_not_kept() -> None:
    cache: PageCache[str] = PageCache(2)

    async def fail() -> str:
        raise LookupError("away")

    with pytest.raises(LookupError):
        await cache.make(key("A"), fail, fits)

    assert await cache.make(key("A"), Maker(), fits) == "page 1"


async def test_pages_of_another_catalog_or_date_are_other_pages() -> None:
    cache: PageCache[str] = PageCache(10)
    await cache.make(key("A"), Maker(), fits)

    assert cache.get(PageKey("newer", "icd-10-cm", "A", "")) is None
    assert cache.get(PageKey("catalog", "icd-10-cm", "A", "2026-04-01")) is None
    cache.clear()
    assert cache.get(key("A")) is None


async def test_a_page_that_does_not_fit_is_answered_and_not_held() -> None:
    cache: PageCache[str] = PageCache(10)
    maker = Maker()

    assert await cache.make(key("A"), maker, lambda page: page != "page 1") == "page 1"
    assert cache.get(key("A")) is None
    assert await cache.make(key("A"), maker, fits) == "page 2"
    assert cache.get(key("A")) == "page 2"
