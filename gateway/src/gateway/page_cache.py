"""Code pages rendered once per catalog and kept while they are asked for."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from servicekit.metrics import Counter, Gauge

LOOKED_UP = Counter("gateway_page_cache_total", "Code pages asked of the cache.", ["outcome"])
HELD = Gauge("gateway_page_cache_pages", "Code pages held.")

_HIT = LOOKED_UP.labels("hit")


@dataclass(frozen=True, slots=True)
class PageKey:
    """What a rendered page depends on: all days of a release share its page."""

    catalog_id: str
    system: str
    code: str
    release_id: str


class PageCache[P]:
    """The most recently used pages, at most *capacity*; each is made once at a time."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._pages: OrderedDict[PageKey, P] = OrderedDict()
        self._making: dict[PageKey, asyncio.Task[P]] = {}

    def get(self, key: PageKey) -> P | None:
        """The page under *key*, if it is held."""
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
            _HIT.inc()
        return page

    async def make(
        self, key: PageKey, make: Callable[[], Awaitable[P]], fits: Callable[[P], bool]
    ) -> P:
        """Make the page under *key* and hold it if it *fits*; who asks meanwhile shares the work.

        What *make* raises reaches all of them and nothing is held.
        """
        task = self._making.get(key)
        if task is None:
            LOOKED_UP.labels("miss").inc()
            task = asyncio.ensure_future(self._made(key, make, fits))
            self._making[key] = task
            task.add_done_callback(lambda _done: self._making.pop(key, None))
        else:
            LOOKED_UP.labels("shared").inc()
        # A visitor who leaves must not take the page from those who wait for it too.
        return await asyncio.shield(task)

    def clear(self) -> None:
        """Let go of every page."""
        self._pages.clear()
        HELD.set(0)

    async def _made(
        self, key: PageKey, make: Callable[[], Awaitable[P]], fits: Callable[[P], bool]
    ) -> P:
        page = await make()
        if not fits(page):
            return page
        self._pages[key] = page
        self._pages.move_to_end(key)
        while len(self._pages) > self._capacity:
            self._pages.popitem(last=False)
        HELD.set(len(self._pages))
        return page
