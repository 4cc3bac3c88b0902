"""One merge in a process of its own, which dies before the step of a number.

``python -m services.metering.tests.merge_driver REDIS_URL STEP``: with 1 it dies before the claim,
with 4 after all three steps and before it could answer.
"""

import asyncio
import os
import signal
import sys
import time
from typing import NoReturn

from metering.merge import Merge, Merged, carry_over
from metering.merge_store import MergeStore
from metering.periods import Period
from metering.plans import load_plans
from metering.redis_connection import RedisConnection
from services.metering.tests.conftest import PLANS


class Dying:
    """The steps of a merge, up to one."""

    def __init__(self, steps: MergeStore, step: int) -> None:
        self._steps = steps
        self._left = step

    async def claim(self, merge: Merge) -> Merged | None:
        self._step()
        return await self._steps.claim(merge)

    async def give_back(self, merge: Merge) -> None:
        self._step()
        await self._steps.give_back(merge)

    async def spend(self, merge: Merge, period: Period, now_ms: int) -> list[str] | None:
        self._step()
        return await self._steps.spend(merge, period, now_ms)

    async def unite(
        self, merge: Merge, resources: list[str], period: Period, now_ms: int
    ) -> Merged:
        self._step()
        return await self._steps.unite(merge, resources, period, now_ms)

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            die()


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


async def main() -> None:
    redis = RedisConnection(sys.argv[1], seconds=10)
    steps = Dying(MergeStore(redis, outbox_capacity=10**6), int(sys.argv[2]))
    merge = Merge(sys.argv[3], sys.argv[4], "free")
    await carry_over(merge, steps, load_plans(PLANS), int(time.time() * 1000))
    die()


if __name__ == "__main__":
    asyncio.run(main())
