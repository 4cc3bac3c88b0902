"""One connection for all: answers reach whoever asked, and an outage is told in time."""

import asyncio
import time

import pytest
from hiredis import ReplyError

from metering.redis_connection import Address, RedisAway, RedisConnection
from services.metering.tests.valkey_server import ValkeyServer


def test_an_address_is_read_from_a_url() -> None:
    address = Address.parse("rediss://ann:s%40lt@cache.example:6380/2")
    assert address == Address("cache.example", 6380, True, "ann", "s@lt", 2)
    assert address.greeting() == [("AUTH", "ann", "s@lt"), ("SELECT", 2)]
    assert "s@lt" not in repr(address)
    assert Address.parse("redis://h") == Address("h", 6379, False, "", "", 0)


@pytest.mark.parametrize("url", ["", "localhost:6379", "http://h", "redis://", "redis://h/x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        Address.parse(url)


async def test_answers_reach_whoever_asked(redis: RedisConnection) -> None:
    async def echo(name: int) -> bool:
        said = await redis.execute([("ECHO", f"{name}:{i}") for i in range(name % 7 + 1)])
        return said == [f"{name}:{i}" for i in range(name % 7 + 1)]

    assert all(await asyncio.gather(*(echo(name) for name in range(500))))


async def test_a_refused_command_spoils_nothing_but_itself(redis: RedisConnection) -> None:
    first, second, third = await redis.execute([("PING",), ("NONSENSE",), ("PING",)])
    assert isinstance(second, ReplyError)
    assert (first, third) == ("PONG", "PONG")


async def test_who_gives_up_does_not_shift_the_answers_of_others(redis: RedisConnection) -> None:
    await redis.execute([("PING",)])
    impatient = asyncio.create_task(redis.execute([("ECHO", "impatient")]))
    patient = asyncio.create_task(redis.execute([("ECHO", "patient")]))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == ["patient"]
    assert await redis.execute([("ECHO", "after")]) == ["after"]


async def test_a_stalled_redis_is_told_in_time_and_comes_back(valkey: ValkeyServer) -> None:
    redis = RedisConnection(valkey.url, seconds=0.1)
    await redis.execute([("PING",)])
    valkey.stall()
    began = time.monotonic()
    asked = [redis.execute([("PING",)]) for _ in range(20)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(answer, RedisAway) for answer in answers)
    assert time.monotonic() - began < 0.5
    valkey.resume()
    assert await redis.execute([("PING",)]) == ["PONG"]
    await redis.close()


async def test_a_killed_redis_is_told_at_once_and_comes_back(valkey: ValkeyServer) -> None:
    redis = RedisConnection(valkey.url, seconds=1)
    await redis.execute([("PING",)])
    await valkey.kill()
    began = time.monotonic()
    with pytest.raises(RedisAway):
        await redis.execute([("PING",)])
    assert time.monotonic() - began < 0.5
    await valkey.start()
    assert await redis.execute([("PING",)]) == ["PONG"]
    await redis.close()


async def test_a_wrong_password_is_named(valkey: ValkeyServer) -> None:
    await valkey.ask("CONFIG", "SET", "requirepass", "right")
    redis = RedisConnection(valkey.url.replace("//", "//:wrong@"), seconds=1)
    with pytest.raises(RedisAway, match="WRONGPASS"):
        await redis.execute([("PING",)])
    redis = RedisConnection(valkey.url.replace("//", "//:right@"), seconds=1)
    assert await redis.execute([("PING",)]) == ["PONG"]
    await redis.close()
