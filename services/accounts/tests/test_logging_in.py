"""Logging in: two hashes whatever the address, one answer whatever was wrong."""

import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters

from accounts.doorkeeper import CredentialsRejected, Doorkeeper
from accounts.hash_pool import HashPool, PoolFull
from accounts.login_guard import LoginGuard
from accounts.passwords import HASHES, LANES, MEMORY_KIB, PASSES, Passwords
from accounts.registrar import Registrar
from accounts.store import Store
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql


def verified() -> float:
    count: float = HASHES.labels("verified")._value.get()
    return count


async def test_the_newest_unconfirmed_account_is_signed_in(
    registrar: Registrar, doorkeeper: Doorkeeper
) -> None:
    older = await registrar.register(registration(password="the older password"))
    newer = await registrar.register(registration(password="the newer password"))
    signed_in = await doorkeeper.log_in("ann@example.org", "the newer password")
    assert signed_in.account == newer.account != older.account
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in("ann@example.org", "the older password")


async def test_the_confirmed_account_is_signed_in_beside_any_rival(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    owner = await registrar.register(registration(password="the owner's password"))
    await sql.confirm(owner.account.id)
    for _ in range(3):
        rival = await registrar.register(registration(password="the rival's password"))
    signed_in = await doorkeeper.log_in("ann@example.org", "the owner's password")
    assert signed_in.account.id == owner.account.id
    assert signed_in.account.confirmed
    signed_in = await doorkeeper.log_in("ann@example.org", "the rival's password")
    assert signed_in.account == rival.account


async def test_the_confirmed_account_is_meant_where_both_have_the_password(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    owner = await registrar.register(registration())
    await sql.confirm(owner.account.id)
    await registrar.register(registration())
    assert (await doorkeeper.log_in("ann@example.org", PASSWORD)).account.id == owner.account.id


async def test_an_address_is_found_however_it_is_written(
    registrar: Registrar, doorkeeper: Doorkeeper
) -> None:
    made = await registrar.register(registration("zoë@bücher.example", "café crème brûlée"))
    signed_in = await doorkeeper.log_in(" ZOË@Bücher.example ", "café crème brûlée")
    assert signed_in.account == made.account


async def test_each_log_in_begins_a_session_of_its_own(
    registrar: Registrar, doorkeeper: Doorkeeper
) -> None:
    made = await registrar.register(registration())
    first, second = [await doorkeeper.log_in("ann@example.org", PASSWORD) for _ in range(2)]
    assert len({made.session.token, first.session.token, second.session.token}) == 3
    assert len({made.session.id, first.session.id, second.session.id}) == 3


@pytest.mark.parametrize(
    ("email", "password", "accepted"),
    [
        ("both@example.org", PASSWORD, True),
        ("both@example.org", "a wrong password", False),
        ("confirmed@example.org", PASSWORD, True),
        ("confirmed@example.org", "a wrong password", False),
        ("unconfirmed@example.org", PASSWORD, True),
        ("unconfirmed@example.org", "a wrong password", False),
        ("nobody@example.org", PASSWORD, False),
        ("not an address", PASSWORD, False),
        ("both@example.org", "short", False),
        ("both@example.org", "x" * 1_000_000, False),
        ("", "", False),
    ],
)
async def test_two_hashes_are_verified_whatever_the_address(
    registrar: Registrar,
    doorkeeper: Doorkeeper,
    sql: Sql,
    email: str,
    password: str,
    accepted: bool,
) -> None:
    for known in ("both@example.org", "confirmed@example.org"):
        await sql.confirm((await registrar.register(registration(known))).account.id)
    for known in ("both@example.org", "unconfirmed@example.org"):
        await registrar.register(registration(known))
    before = verified()
    if accepted:
        await doorkeeper.log_in(email, password)
    else:
        with pytest.raises(CredentialsRejected) as rejected:
            await doorkeeper.log_in(email, password)
        assert rejected.value.args == ()
    assert verified() - before == 2


async def test_hashes_cost_what_was_settled(registrar: Registrar, sql: Sql) -> None:
    await registrar.register(registration())
    ((stored,),) = await sql("SELECT password_hash FROM accounts")
    costs = extract_parameters(stored)
    assert stored.startswith("$argon2id$")
    assert (costs.memory_cost, costs.time_cost, costs.parallelism) == (19 * 1024, 2, 1)
    assert (MEMORY_KIB, PASSES, LANES) == (19 * 1024, 2, 1)


async def test_a_hash_of_other_costs_is_replaced_when_its_password_is_known(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    await registrar.register(registration())
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    await sql("UPDATE accounts SET password_hash = :old", old=old)
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in("ann@example.org", "a wrong password")
    assert await sql("SELECT password_hash FROM accounts") == [(old,)]
    await doorkeeper.log_in("ann@example.org", PASSWORD)
    ((new,),) = await sql("SELECT password_hash FROM accounts")
    assert extract_parameters(new).memory_cost == 19 * 1024
    await doorkeeper.log_in("ann@example.org", PASSWORD)
    assert await sql("SELECT password_hash FROM accounts") == [(new,)]


async def test_more_attempts_than_there_is_room_for_are_refused(
    store: Store, registrar: Registrar, guard: LoginGuard, clock: Clock
) -> None:
    await registrar.register(registration())
    pool = HashPool(1, queue=2)
    crowded = Doorkeeper(store, Passwords(pool), guard, lambda: None, clock)
    answers = await asyncio.gather(
        *(crowded.log_in("ann@example.org", PASSWORD) for _ in range(10)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, PoolFull)]
    assert len(refused) == 7
    assert all(isinstance(a, PoolFull) or not isinstance(a, Exception) for a in answers)
    # There is room again for whoever comes later.
    await crowded.log_in("ann@example.org", PASSWORD)
    await pool.close()
