"""Threads for password hashing: few at once, and few that wait."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from servicekit.metrics import Counter, Gauge, Histogram

WAITING = Gauge("accounts_hash_jobs", "Hashing jobs that run or wait.")
REFUSED = Counter("accounts_hash_refused_total", "Hashing jobs refused or given up.", ["why"])
WAIT_SECONDS = Histogram(
    "accounts_hash_wait_seconds",
    "Time a hashing job waits for a thread.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
)
SECONDS = Histogram(
    "accounts_hash_seconds",
    "Time a hashing job takes once it runs.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
)


class PoolFull(Exception):  # noqa: N818 - it says what was met
    """There is no room for another job, or none became free in time."""


class HashPool:
    """Runs jobs in *workers* threads; at most *queue* more wait.

    Hashing is meant to be slow: without a bound, whoever sends passwords decides how much memory
    and time everyone else has left.
    """

    def __init__(self, workers: int, queue: int) -> None:
        self._room = workers + queue
        self._taken = 0
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="hash")

    def admit(self) -> None:
        """See that a job would be taken now.

        Raises:
            PoolFull: when it would not.
        """
        if self._taken >= self._room:
            REFUSED.labels("full").inc()
            raise PoolFull

    async def run[T](self, job: Callable[[], T], seconds: float) -> T:
        """Run *job* in a thread and wait for at most *seconds*.

        A job that is given up before it began never runs.

        Raises:
            PoolFull: when it was not taken, or not done in time.
        """
        self.admit()
        self._taken += 1
        WAITING.set(self._taken)
        loop = asyncio.get_running_loop()
        future = self._threads.submit(_timed, job, time.perf_counter())

        def done(_: Future[T]) -> None:
            loop.call_soon_threadsafe(self._release)

        future.add_done_callback(done)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            REFUSED.labels("late").inc()
            raise PoolFull from None

    async def close(self) -> None:
        """Finish what runs and forget what waits."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _release(self) -> None:
        self._taken -= 1
        WAITING.set(self._taken)


def _timed[T](job: Callable[[], T], submitted: float) -> T:
    began = time.perf_counter()
    WAIT_SECONDS.observe(began - submitted)
    try:
        return job()
    finally:
        SECONDS.observe(time.perf_counter() - began)
