"""Guessing and stuffing: how many wrong passwords reach the hash, and who still gets in.

Replaced: argon2id, which would take ten minutes for 10,000 pairs, by a count of who came to it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from accounts.clients import Client
from accounts.database import Database
from accounts.doorkeeper import CredentialsRejected, Doorkeeper
from accounts.hash_pool import HashPool, PoolFull
from accounts.known_devices import KnownDevices
from accounts.limit_counters import LimitCounters
from accounts.limits import parse_limits
from accounts.login_guard import LoginGuard, TooManyAttempts
from accounts.passwords import Match, Passwords
from accounts.registrar import Registrar
from accounts.store import Store
from servicekit.redis_client import open_redis
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, registration
from services.metering.tests.valkey_server import ValkeyServer

PAIRS = 10_000
FIVE_MINUTES = 300.0


class CountingPasswords(Passwords):
    """Hashes nothing: takes the one right password, and counts all that come."""

    def __init__(self, pool: HashPool) -> None:
        super().__init__(pool)
        self.reached = 0
        self.full = False

    async def match(self, password: str, first: str | None, second: str | None) -> Match | None:
        if self.full:
            raise PoolFull
        self.reached += 1
        right = password == PASSWORD and (first or second)
        return Match(0 if first else 1, None) if right else None


class Minutes:
    """A clock of seconds that moves when it is told to."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
async def counting() -> AsyncIterator[CountingPasswords]:
    pool = HashPool(1, queue=100_000)
    yield CountingPasswords(pool)
    await pool.close()


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


@pytest.fixture
async def counters(minutes: Minutes) -> AsyncIterator[LimitCounters]:
    """Count for themselves, by a clock of the test's."""
    redis = open_redis("redis://127.0.0.1:1", seconds=0.1)
    yield LimitCounters(redis, clock=minutes)
    await redis.aclose()


@pytest.fixture
async def door(
    database: Database,
    store: Store,
    counting: CountingPasswords,
    counters: LimitCounters,
    clock: Clock,
) -> AsyncIterator[Doorkeeper]:
    guard = LoginGuard(counters, parse_limits(""), KnownDevices(database.transact))
    yield Doorkeeper(store, counting, guard, lambda: None, clock)
    await guard.finish()


def network(number: int) -> Client:
    return Client(network=f"10.{number // 256 % 256}.{number % 256}.0/24")


async def turned_away(door: Doorkeeper, email: str, password: str, client: Client) -> bool:
    """Whether an attempt came no further than the guard."""
    try:
        await door.log_in(email, password, client)
    except TooManyAttempts as refused:
        return refused.retry_seconds >= 1
    except CredentialsRejected:
        pass
    return False


async def test_of_10_000_stuffed_pairs_at_most_1_000_reach_the_hash_in_five_minutes(
    door: Doorkeeper, registrar: Registrar, counting: CountingPasswords, minutes: Minutes
) -> None:
    await registrar.register(registration("owner@example.org"))
    at_home = await door.log_in("owner@example.org", PASSWORD, network(9_999))
    device = Client(network="10.200.0.0/24", secret=at_home.device)
    counting.reached = 0
    # Each pair for another address, from another network: only the limit on all together helps.
    for number in range(PAIRS):
        await turned_away(door, f"p{number}@example.org", f"stolen {number}", network(number))
        minutes.time += FIVE_MINUTES / PAIRS
    assert 600 < counting.reached <= 1_000
    # Whoever logged in on this device before is let in all the same, in the middle of it.
    minutes.time -= 1.0
    assert await turned_away(door, "owner@example.org", PASSWORD, network(20_000))
    assert (await door.log_in("owner@example.org", PASSWORD, device)).session


async def test_from_one_network_a_few_dozen_do(
    door: Doorkeeper, counting: CountingPasswords, minutes: Minutes
) -> None:
    for number in range(2_000):
        await turned_away(door, f"p{number}@example.org", f"stolen {number}", network(7))
        minutes.time += FIVE_MINUTES / 2_000
    assert 50 <= counting.reached <= 80


@pytest.mark.parametrize("email", ["owner@example.org", "nobody@example.org", "no address at all"])
async def test_one_address_is_guessed_at_ten_times_whether_or_not_anybody_has_it(
    door: Doorkeeper, registrar: Registrar, counting: CountingPasswords, email: str
) -> None:
    await registrar.register(registration("owner@example.org"))
    refused = [await turned_away(door, email, f"guess {n}", network(n)) for n in range(40)]
    assert refused == [False] * 10 + [True] * 30
    assert counting.reached == 10


async def test_right_passwords_are_not_counted(
    door: Doorkeeper, registrar: Registrar, minutes: Minutes
) -> None:
    await registrar.register(registration("owner@example.org"))
    for _ in range(60):
        await door.log_in("owner@example.org", PASSWORD, network(1))
        await asyncio.sleep(0)
    refused = [
        await turned_away(door, "owner@example.org", f"guess {n}", network(1)) for n in range(11)
    ]
    assert refused == [False] * 10 + [True]


async def test_a_known_device_has_a_budget_of_its_own_and_for_one_address(
    door: Doorkeeper, registrar: Registrar, counting: CountingPasswords
) -> None:
    await registrar.register(registration("owner@example.org"))
    secret = (await door.log_in("owner@example.org", PASSWORD, network(1))).device
    device = replace(network(1), secret=secret)
    # The device keeps its secret, and gets no other.
    assert (await door.log_in("owner@example.org", PASSWORD, device)).device == ""
    for n in range(12):
        await turned_away(door, "owner@example.org", f"guess {n}", network(n))
    counting.reached = 0
    # It is stolen: twenty more guesses, no more.
    for n in range(60):
        await turned_away(door, "owner@example.org", f"guess {n}", device)
    assert counting.reached == 20
    # At another address it is a stranger's.
    for n in range(60):
        await turned_away(door, "other@example.org", f"guess {n}", replace(device, network=""))
    assert counting.reached == 30


async def test_a_secret_that_somebody_planted_is_not_taken_on(
    door: Doorkeeper, registrar: Registrar
) -> None:
    await registrar.register(registration("attacker@example.org"))
    await registrar.register(registration("victim@example.org"))
    planted = (await door.log_in("attacker@example.org", PASSWORD, network(1))).device
    for secret in (planted, "A" * 43, "no secret"):
        client = replace(network(2), secret=secret)
        given = (await door.log_in("victim@example.org", PASSWORD, client)).device
        assert given not in ("", secret)
    # With it the attacker is no known device of the victim's.
    attacker = replace(network(3), secret=planted)
    refused = [
        await turned_away(door, "victim@example.org", f"guess {n}", attacker) for n in range(12)
    ]
    assert refused.count(False) == 10


async def test_an_attempt_there_was_no_room_for_is_not_counted(
    door: Doorkeeper, registrar: Registrar, counting: CountingPasswords
) -> None:
    await registrar.register(registration("owner@example.org"))
    counting.full = True
    for _ in range(30):
        with pytest.raises(PoolFull):
            await door.log_in("owner@example.org", PASSWORD, network(1))
        await asyncio.sleep(0)
    counting.full = False
    assert (await door.log_in("owner@example.org", PASSWORD, network(1))).session


async def test_over_redis_thousands_at_once_come_no_further(
    tmp_path: Path, database: Database, store: Store, counting: CountingPasswords, clock: Clock
) -> None:
    valkey = ValkeyServer(tmp_path / "valkey")
    await valkey.start()
    redis = open_redis(valkey.url, seconds=5.0)
    limits, devices = parse_limits(""), KnownDevices(database.transact)
    # Two processes, which share what they count.
    doors = [
        Doorkeeper(
            store, counting, LoginGuard(LimitCounters(redis), limits, devices), lambda: None, clock
        )
        for _ in range(2)
    ]
    room = asyncio.Semaphore(64)

    async def attempt(number: int) -> None:
        async with room:
            await turned_away(
                doors[number % 2], f"p{number}@example.org", f"stolen {number}", network(number)
            )

    try:
        await asyncio.gather(*(attempt(number) for number in range(3_000)))
        # 600, and one for each second that it took.
        assert 600 <= counting.reached <= 700
    finally:
        await redis.aclose()
        await valkey.kill()


async def test_registrations_have_a_ceiling_by_address_and_by_network(
    registrar: Registrar,
) -> None:
    for n in range(10):
        await registrar.register(registration("ann@example.org"), network(n))
    with pytest.raises(TooManyAttempts):
        await registrar.register(registration("Ann@Example.org"), network(99))
    # Another address from one of these networks is welcome, until its network has its fill.
    for n in range(30):
        await registrar.register(registration(f"p{n}@example.org"), network(200))
    with pytest.raises(TooManyAttempts):
        await registrar.register(registration("p30@example.org"), network(200))
    # This machine's own network is nobody's in particular.
    await registrar.register(registration("bob@example.org"), Client(network="127.0.0.0/24"))
