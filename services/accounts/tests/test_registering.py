"""Registering: always a new account, once for each request, whoever has the address."""

import asyncio
import uuid

import pytest

from accounts.doorkeeper import Doorkeeper
from accounts.passwords import HASHES
from accounts.registrar import Registrar, RequestReused
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import registration
from services.accounts.tests.sql import Sql


def hashes() -> tuple[float, float]:
    """So many hashes were made, so many verified."""
    made, verified = (HASHES.labels(kind)._value.get() for kind in ("made", "verified"))
    return made, verified


async def test_a_new_account_is_free_unconfirmed_and_signed_in(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql, recorded: list[None], clock: Clock
) -> None:
    made = await registrar.register(registration("Ann@Example.org"))
    assert (made.account.plan, made.account.name) == ("free", "Ann")
    assert not made.account.confirmed
    session = await doorkeeper.resolve(made.session.token)
    assert (session.account, session.id) == (made.account, made.session.id)
    assert await sql("SELECT account_id, email, email_key, plan, registered_at FROM accounts") == [
        (made.account.id, "Ann@example.org", "ann@example.org", "free", clock())
    ]
    assert recorded == [None]


async def test_ids_tell_nothing_and_never_repeat(registrar: Registrar) -> None:
    made = [await registrar.register(registration()) for _ in range(3)]
    ids = {name for one in made for name in (one.account.id, one.session.id, one.session.token)}
    assert len(ids) == 9
    assert all(len(one.account.id) == len(one.session.id) == 22 for one in made)
    assert all(len(one.session.token) == 43 for one in made)


async def test_an_address_may_be_registered_again_by_anyone(registrar: Registrar, sql: Sql) -> None:
    first = await registrar.register(registration())
    await sql.confirm(first.account.id)
    second = await registrar.register(registration())
    third = await registrar.register(registration(password="another good one"))
    assert len({first.account.id, second.account.id, third.account.id}) == 3
    assert not second.account.confirmed
    assert await sql("SELECT count(*) FROM accounts") == [(3,)]


async def test_registering_costs_the_same_whether_the_address_is_known(
    registrar: Registrar, sql: Sql
) -> None:
    spent: list[tuple[float, float]] = []
    for email in ("new@example.org", "new@example.org", "other@example.org", "new@example.org"):
        before = hashes()
        made = await registrar.register(registration(email))
        spent.append((hashes()[0] - before[0], hashes()[1] - before[1]))
        await sql.confirm(made.account.id) if len(spent) == 1 else None
    assert spent == [(1, 0)] * 4


async def test_a_repeated_request_signs_the_same_account_in(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql, recorded: list[None]
) -> None:
    request_id = str(uuid.uuid4())
    first = await registrar.register(registration(request_id=request_id))
    again = await registrar.register(registration("ANN@example.org", request_id=request_id))
    assert again.account == first.account
    assert again.session.id != first.session.id
    for made in (first, again):
        assert (await doorkeeper.resolve(made.session.token)).account == first.account
    assert await sql("SELECT count(*) FROM accounts") == [(1,)]
    assert await sql("SELECT count(*) FROM outbox") == [(1,)]
    assert recorded == [None]


@pytest.mark.parametrize(
    ("email", "password"),
    [("bob@example.org", "correct horse battery"), ("ann@example.org", "incorrect horse battery")],
)
async def test_a_request_id_stands_for_one_address_and_password(
    registrar: Registrar, sql: Sql, email: str, password: str
) -> None:
    request_id = str(uuid.uuid4())
    await registrar.register(registration(request_id=request_id))
    with pytest.raises(RequestReused):
        await registrar.register(registration(email, password, request_id=request_id))
    assert await sql("SELECT count(*) FROM accounts") == [(1,)]
    assert await sql("SELECT count(*) FROM sessions") == [(1,)]


async def test_a_request_sent_many_times_at_once_makes_one_account(
    registrar: Registrar, sql: Sql
) -> None:
    request_id = str(uuid.uuid4())
    made = await asyncio.gather(
        *(registrar.register(registration(request_id=request_id)) for _ in range(8))
    )
    assert len({one.account.id for one in made}) == 1
    assert len({one.session.id for one in made}) == 8
    assert await sql("SELECT count(*) FROM accounts") == [(1,)]
    assert await sql("SELECT count(*) FROM outbox") == [(1,)]
