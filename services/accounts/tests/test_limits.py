"""Limits on attempts: what buckets hold, and that Redis and a process by itself count alike."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.limit_counters import LimitCounters
from accounts.limits import DEFAULTS, Limit, parse_limits, take
from servicekit.redis_client import Client, open_redis
from services.metering.tests.valkey_server import ValkeyServer

THREE = Limit("login-account", 3, 3600)
FIVE = Limit("login-network", 5, 3600)


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[ValkeyServer]:
    server = ValkeyServer(tmp_path / "valkey")
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[Client]:
    client = open_redis(valkey.url, seconds=2.0)
    yield client
    await client.aclose()


@given(
    st.integers(1, 20),
    st.integers(1, 10_000),
    st.lists(st.floats(0, 5_000, allow_nan=False), max_size=60),
)
def test_no_stretch_of_time_lets_more_through_than_it_holds_and_makes_up(
    holds: int, seconds: int, pauses: list[float]
) -> None:
    limit, full_at, now = Limit("x-y", holds, seconds), 0.0, 1_000.0
    let_through: list[float] = []
    for pause in pauses:
        now += pause
        taken, full_at = take(limit, full_at, now)
        if taken.allowed:
            let_through.append(now)
        else:
            # Whoever waits as long as they are told gets through.
            assert take(limit, full_at, now + taken.retry_seconds + 1e-3)[0].allowed
    for first, begin in enumerate(let_through):
        for last in range(first, len(let_through)):
            stretch = let_through[last] - begin
            assert last - first + 1 <= holds + stretch / limit.each + 1e-3


def test_limits_are_read_and_what_is_not_named_stays() -> None:
    limits = parse_limits("login-account=2/60")
    assert limits["login-account"] == Limit("login-account", 2, 60)
    assert limits["login-global"] == parse_limits(DEFAULTS)["login-global"]
    for wrong, says in (
        ("login-account", "not of the form"),
        ("login-account=0/60", "not of the form"),
        ("login-account=1/1,,", "not of the form"),
        ("nothing-here=1/1", "there is no limit"),
        ("login-account=1/1,login-account=2/2", "named twice"),
    ):
        with pytest.raises(ValueError, match=says):
            parse_limits(wrong)


@pytest.mark.parametrize("away", [False, True])
async def test_an_attempt_takes_from_all_its_buckets_or_from_none(
    redis: Client, valkey: ValkeyServer, *, away: bool
) -> None:
    if away:
        await valkey.kill()
    counters = LimitCounters(redis)
    both = [(THREE, "ann@example.org"), (FIVE, "203.0.113.0/24")]
    for _ in range(3):
        assert (await counters.take(both)).allowed
    refused = await counters.take(both)
    assert not refused.allowed
    assert 1190 < refused.retry_seconds <= 1200
    # The refused attempt took nothing from the network's bucket: two are left of five.
    network = [(FIVE, "203.0.113.0/24")]
    assert [(await counters.take(network)).allowed for _ in range(3)] == [True, True, False]
    # One given back can be taken again, once.
    await counters.give_back([(THREE, "ann@example.org")])
    alone = [(THREE, "ann@example.org")]
    assert [(await counters.take(alone)).allowed for _ in range(2)] == [True, False]
    # Nobody else is touched.
    assert (await counters.take([(THREE, "bob@example.org")])).allowed


async def test_two_processes_let_exactly_as_many_through_as_one(redis: Client) -> None:
    processes = [LimitCounters(redis), LimitCounters(redis)]
    taken = await asyncio.gather(
        *(processes[n % 2].take([(FIVE, "ann@example.org")]) for n in range(60))
    )
    assert sum(one.allowed for one in taken) == 5


async def test_redis_holds_no_address_and_forgets_the_salt_after_the_day(redis: Client) -> None:
    evening = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    counters = LimitCounters(redis, today=lambda: evening)
    await counters.take([(THREE, "ann@example.org"), (FIVE, "203.0.113.0/24")])
    keys = [key.decode() if isinstance(key, bytes) else key for key in await redis.keys("*")]
    assert len(keys) == 3
    assert not [key for key in keys if "ann@" in key or "203.0" in key]
    (salt,) = [key for key in keys if "salt" in key]
    assert 0 < await redis.ttl(salt) <= 2 * 3600
    for key in keys:
        assert await redis.ttl(key) > 0


async def test_a_lost_redis_is_asked_again_once_it_is_back(
    redis: Client, valkey: ValkeyServer
) -> None:
    time = 100.0
    counters = LimitCounters(redis, clock=lambda: time)
    for _ in range(3):
        await counters.take([(THREE, "ann@example.org")])
    await valkey.kill()
    # By itself it has counted none yet, and holds to the limit all the same.
    alone = [(await counters.take([(THREE, "ann@example.org")])).allowed for _ in range(5)]
    assert alone == [True, True, True, False, False]
    await valkey.start()
    time += 5.0
    await counters.take([(THREE, "bob@example.org")])
    assert await redis.keys("accounts:{limits}:login-account:*")
