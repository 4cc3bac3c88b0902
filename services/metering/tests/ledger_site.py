"""Redis and the ledger with what joins them, in one place for tests."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from metering.availability import Availability
from metering.decision import Question, Subject, Use
from metering.keeper import Keeper
from metering.ledger_reader import Ledger
from metering.merge import Merge, Merged, carry_over
from metering.merge_store import MergeStore
from metering.outbox import Outbox
from metering.plans import Limit, load_plans
from metering.redis_cluster import open_redis
from metering.redis_connection import RedisAway
from metering.relay import Relay
from metering.store import Store
from metering.verify import Drift, uses_in, verify
from servicekit.bus import Bus
from servicekit.health import Readiness
from services.metering.tests.conftest import PLANS
from services.metering.tests.questions import FIVE_A_MONTH
from tests.support.nats_server import NatsServer

SHIPPED = load_plans(PLANS)


def now_ms() -> int:
    return int(time.time() * 1000)


class LedgerSite:
    """What one metering process has of Redis and the ledger; nothing of it runs by itself."""

    def __init__(self, redis_url: str, bus: Bus) -> None:
        self.redis = open_redis(redis_url, seconds=10)
        self.ledger = Ledger(bus)
        self.outbox = Outbox(self.redis, lease_seconds=1.0)
        self.relay = Relay(self.outbox, bus)
        self.noticed = asyncio.Event()
        self.store = Store(self.redis, outbox_capacity=10**6, seconds=10, closed=self.noticed.set)
        self.merges = MergeStore(self.redis, outbox_capacity=10**6)
        self.readiness = Readiness()
        self.availability = Availability(self.store, self.readiness)
        self.keeper = Keeper(
            self.redis,
            self.ledger,
            lambda: SHIPPED,
            self.availability,
            self.readiness,
            self.noticed,
        )

    async def count(
        self, asked: Question, limit: Limit = FIVE_A_MONTH, at: int | None = None
    ) -> Use | None:
        (use,) = await self.store.count([(asked, limit)], at or now_ms())
        return use

    async def counted(
        self, asked: Question, limit: Limit = FIVE_A_MONTH, at: int | None = None
    ) -> Use:
        """The count, once the shard is open."""
        async with asyncio.timeout(20):
            while (use := await self.count(asked, limit, at)) is None:
                await asyncio.sleep(0.02)
        return use

    async def merge(self, guest: str, account: str) -> Merged:
        """Merge, once the shards are open."""
        async with asyncio.timeout(20):
            while True:
                try:
                    return await carry_over(
                        Merge(guest, account, "free"), self.merges, SHIPPED, now_ms()
                    )
                except RedisAway:
                    await asyncio.sleep(0.02)

    async def relayed(self) -> None:
        """Wait until the ledger has everything."""
        async with asyncio.timeout(20):
            while await self.outbox.size():
                await asyncio.sleep(0.02)

    async def drift(self, shards: Sequence[int] = range(64)) -> Drift:
        found = Drift()
        uses = await uses_in(self.redis)
        for shard in shards:
            keys = uses.get(shard, ())
            found.add(
                await verify(self.redis, self.ledger, shard, SHIPPED, now_ms=now_ms(), keys=keys)
            )
        return found

    @asynccontextmanager
    async def running(self, *, relay: bool = True) -> AsyncIterator[None]:
        """With everything that runs in a process."""
        work = [self.availability.probe(), self.keeper.run()]
        if relay:
            work.append(self.relay.run())
        tasks = [asyncio.create_task(each) for each in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task


@asynccontextmanager
async def ledger_site(redis_url: str, nats_server: NatsServer) -> AsyncIterator[LedgerSite]:
    bus = await Bus.connect(nats_server.url, "test")
    site = LedgerSite(redis_url, bus)
    try:
        yield site
    finally:
        await site.redis.close()
        await bus.close()


def account(name: str) -> Subject:
    return Subject("account", name)


def guest(name: str) -> Subject:
    return Subject("guest", name)
