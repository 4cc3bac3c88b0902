"""A part taken away under load: what visitors saw meanwhile, and how soon it was back."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from deploy.local.platform import Platform
from tests.platform import people
from tests.platform.streams import until

HELD = "/icd-10-cm/E11.9"
"""A page that the load keeps in the gateway's cache."""
REPORTS: list[str] = []
"""A line for each outage."""

_PAUSE = 0.02


@dataclass(slots=True)
class Load:
    """Visitors who look at a page of theirs again and again, each waiting for its answer."""

    answers: list[tuple[str, str]] = field(default_factory=list)
    """Who looked, ``guest`` or ``member``, and what was shown: see :func:`people.shown`."""
    pages: int = 0
    """Code pages served, walls and degraded ones included."""
    _rounds: Counter[int] = field(default_factory=Counter)
    _workers: list[asyncio.Task[None]] = field(default_factory=list)

    def counts(self, since: int = 0) -> Counter[str]:
        """How often each thing was shown, from the answer numbered *since* on."""
        return Counter(shown for _, shown in self.answers[since:])

    async def each_has_looked(self, times: int = 5) -> None:
        """Wait until every visitor has been answered *times* more."""
        aims = {number: self._rounds[number] + times for number in range(len(self._workers))}
        async with asyncio.timeout(60):
            while any(self._rounds[number] < aim for number, aim in aims.items()):
                self.check()
                await asyncio.sleep(0.02)

    async def shows_normal(self) -> bool:
        """Whether everybody is shown all that is theirs."""
        since = len(self.answers)
        await self.each_has_looked(3)
        return set(self.answers[since:]) <= NORMAL

    def check(self) -> None:
        """Raise what ended a visitor: an answer that did not come, or came broken."""
        for worker in self._workers:
            if worker.done():
                worker.result()

    def start(self, who: str, visitor: httpx.AsyncClient, path: str) -> None:
        """Have *visitor* look at *path* until stopped."""
        looking = self._look(len(self._workers), who, visitor, path)
        self._workers.append(asyncio.create_task(looking))

    async def stop(self) -> None:
        """Have nobody look any more."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _look(self, number: int, who: str, visitor: httpx.AsyncClient, path: str) -> None:
        while True:
            answer = await visitor.get(path)
            self.answers.append((who, people.shown(answer)))
            self.pages += answer.status_code == 200
            if answer.status_code >= 500:
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) > 0
            self._rounds[number] += 1
            await asyncio.sleep(_PAUSE)


NORMAL = {("guest", "public"), ("member", "open")}


@asynccontextmanager
async def loaded(platform: Platform) -> AsyncIterator[Load]:
    """Two guests and two members, by page and by JSON; ends with every answer accounted for."""
    load = Load()
    async with AsyncExitStack() as stack:
        for path in (HELD, f"/api/v1/codes{HELD}"):
            for who in ("guest", "member"):
                visitor = await stack.enter_async_context(
                    people.guest(platform) if who == "guest" else people.member(platform)
                )
                load.start(who, visitor, path)
        try:
            await load.each_has_looked()
            assert set(load.answers) <= NORMAL
            yield load
            load.check()
        finally:
            await load.stop()


@asynccontextmanager
async def away(
    platform: Platform,
    part: str,
    how: str,
    load: Load,
    is_back: Callable[[], Awaitable[bool]],
) -> AsyncIterator[None]:
    """*part* is killed or stalled within, as *how* says; at the end *is_back* must come to hold."""
    since = len(load.answers)
    if how == "kill":
        await platform.kill(part)
    else:
        platform.stall(part)
    try:
        yield
        await load.each_has_looked()
    finally:
        if how == "kill":
            await platform.start_part(part)
        else:
            platform.resume(part)
    began = time.monotonic()
    await until(is_back)
    seconds = time.monotonic() - began
    meanwhile = load.counts(since)
    since = len(load.answers)
    await load.each_has_looked()
    assert set(load.answers[since:]) <= NORMAL
    report(f"{part} {how}ed", meanwhile, seconds)


def report(what: str, meanwhile: Counter[str], seconds: float) -> None:
    """Keep a line: code pages *meanwhile*, and *seconds* until all was well once it was back."""
    told = ", ".join(f"{count} {shown}" for shown, count in sorted(meanwhile.items()))
    REPORTS.append(
        f"{what:<20} code pages meanwhile: {told}; back {seconds:.1f} s after its return"
    )
