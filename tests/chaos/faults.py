"""Everything that may befall: each fault strikes on entering, and is healed on leaving."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from operator import attrgetter

from tests.chaos.site import Node, Site
from tests.chaos.tcp_proxy import TcpProxy, Weather

type Fault = Callable[[Site], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def redis_killed(site: Site) -> AsyncIterator[None]:
    await site.valkey.kill()
    yield
    await site.valkey.start()


@asynccontextmanager
async def redis_stalled(site: Site) -> AsyncIterator[None]:
    site.valkey.stall()
    yield
    site.valkey.resume()


@asynccontextmanager
async def redis_emptied(site: Site) -> AsyncIterator[None]:
    await site.empty_redis()
    yield


@asynccontextmanager
async def nats_killed(site: Site) -> AsyncIterator[None]:
    await site.bus.kill()
    yield
    await site.bus.start()


@asynccontextmanager
async def nats_restarted(site: Site) -> AsyncIterator[None]:
    await site.bus.stop()
    await site.bus.start()
    yield


@asynccontextmanager
async def nats_stalled(site: Site) -> AsyncIterator[None]:
    site.bus.stall()
    yield
    site.bus.resume()


@asynccontextmanager
async def metering_killed(site: Site) -> AsyncIterator[None]:
    struck = site.struck()
    for node in struck:
        await node.process.kill()
    yield
    await _started(struck)


@asynccontextmanager
async def metering_restarted(site: Site) -> AsyncIterator[None]:
    """As a release is rolled out: one after the other."""
    for node in site.nodes:
        await node.process.stop()
        await _started([node])
    yield


@asynccontextmanager
async def metering_stalled(site: Site) -> AsyncIterator[None]:
    struck = site.struck()
    for node in struck:
        node.process.stall()
    yield
    for node in struck:
        node.process.resume()


@asynccontextmanager
async def relay_killed_between_publish_and_trim(site: Site) -> AsyncIterator[None]:
    """What was published stays in Redis: the next relay publishes it again."""
    waiting = {asyncio.create_task(node.redis.trapped.wait()): node for node in site.nodes}
    for node in site.nodes:
        node.redis.trap(b"XDEL")
    try:
        async with asyncio.timeout(20):
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    struck = waiting[done.pop()]
    await struck.process.kill()
    for node in site.nodes:
        await node.redis.turn(Weather.CLEAR)
    yield
    await _started([struck])


def link(of: str, weather: Weather) -> Fault:
    """A link, *of* a node's proxies that of this name, in such *weather*."""
    proxy_of: Callable[[Node], TcpProxy] = attrgetter(of)

    @asynccontextmanager
    async def bad(site: Site) -> AsyncIterator[None]:
        struck = site.struck()
        for node in struck:
            await proxy_of(node).turn(weather)
        yield
        for node in struck:
            await proxy_of(node).turn(Weather.CLEAR)

    return bad


async def _started(nodes: list[Node]) -> None:
    await asyncio.gather(*(node.process.start(until="listening") for node in nodes))


FAULTS: dict[str, Fault] = {
    "redis: kill -9": redis_killed,
    "redis: SIGSTOP": redis_stalled,
    "redis: link cut": link("redis", Weather.CUT),
    "redis: link slow": link("redis", Weather.SLOW),
    "redis: link silent": link("redis", Weather.BLACK_HOLE),
    "redis: FLUSHALL": redis_emptied,
    "nats: kill -9": nats_killed,
    "nats: restart": nats_restarted,
    "nats: SIGSTOP": nats_stalled,
    "nats: link cut": link("nats", Weather.CUT),
    "nats: link slow": link("nats", Weather.SLOW),
    "nats: link silent": link("nats", Weather.BLACK_HOLE),
    "metering: kill -9": metering_killed,
    "metering: rolling restart": metering_restarted,
    "metering: SIGSTOP": metering_stalled,
    "metering: link cut": link("front", Weather.CUT),
    "metering: link slow": link("front", Weather.SLOW),
    "metering: link silent": link("front", Weather.BLACK_HOLE),
    "relay: kill -9 between publish and trim": relay_killed_between_publish_and_trim,
}
"""Every fault by the name under which it is reported."""
