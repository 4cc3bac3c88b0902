"""The pool: a bounded number of jobs, and none that nobody waits for any more."""

import asyncio
import threading

import pytest

from accounts.hash_pool import HashPool, PoolFull


async def test_a_job_given_up_before_it_began_never_runs() -> None:
    pool = HashPool(1, queue=1)
    go, ran = threading.Event(), threading.Event()
    first = asyncio.create_task(pool.run(go.wait, 10))
    await asyncio.sleep(0)
    with pytest.raises(PoolFull):
        await pool.run(ran.set, 0.05)
    # Its room is free at once.
    second = asyncio.create_task(pool.run(lambda: "second", 10))
    await asyncio.sleep(0)
    go.set()
    assert await first
    assert await second == "second"
    await pool.close()
    assert not ran.is_set()


async def test_a_job_that_runs_takes_room_until_it_ends() -> None:
    pool = HashPool(1, queue=0)
    go = threading.Event()
    with pytest.raises(PoolFull):
        await pool.run(go.wait, 0.05)
    with pytest.raises(PoolFull):
        await pool.run(lambda: None, 10)
    go.set()
    async with asyncio.timeout(10):
        while True:
            try:
                assert await pool.run(lambda: "again", 10) == "again"
                break
            except PoolFull:
                await asyncio.sleep(0.01)
    await pool.close()


async def test_a_failed_job_fails_its_caller_and_frees_its_room() -> None:
    pool = HashPool(1, queue=0)

    def fail() -> None:
        raise ValueError("wrong")

    for _ in range(3):
        with pytest.raises(ValueError, match="wrong"):
            await pool.run(fail, 10)
        await asyncio.sleep(0)
    await pool.close()
