"""Transactions: whole or not at all, in time, and silent about what people sent."""

import asyncio
import traceback

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.database import Database, DatabaseAway, DatabaseBusy, DatabaseFault
from accounts.registrar import Registrar
from accounts.settings import database_at
from services.accounts.tests.people import registration
from services.accounts.tests.sql import Sql
from tests.support.nats_server import free_port


async def test_a_refused_statement_tells_none_of_its_values(registrar: Registrar, sql: Sql) -> None:
    address = "zelda@" + "example.org"
    for _ in range(2):
        await registrar.register(registration(address))
    with pytest.raises(DatabaseFault) as refused:
        await sql("UPDATE accounts SET confirmed_at = now() WHERE email = :email", email=address)
    told = "".join(traceback.format_exception(refused.value))
    assert "UniqueViolationError (23505)" in told
    assert address not in told


async def test_what_is_given_up_is_not_committed(database_url: str, sql: Sql) -> None:
    hasty = Database(database_at(database_url), pool=1, seconds=0.3)

    async def work(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("CREATE TABLE left_behind (x int)")
        await asyncio.Event().wait()

    with pytest.raises(DatabaseAway, match="no answer within"):
        await hasty.transact(work)
    await hasty.close()
    assert await sql("SELECT to_regclass('left_behind')::text") == [(None,)]


async def test_a_call_that_finds_no_free_connection_is_told_so(database_url: str) -> None:
    database = Database(database_at(database_url), pool=1, seconds=1.0)
    taken, over = asyncio.Event(), asyncio.Event()

    async def hold(connection: AsyncConnection) -> None:
        taken.set()
        await over.wait()

    async def nothing(connection: AsyncConnection) -> None:
        raise AssertionError("there was a connection")

    holding = asyncio.create_task(database.transact(hold))
    await taken.wait()
    with pytest.raises(DatabaseBusy):
        await database.transact(nothing)
    over.set()
    await holding
    await database.close()


@pytest.mark.parametrize("place", ["nowhere", "refused"])
async def test_a_database_that_is_not_there_is_away(database_url: str, place: str) -> None:
    url = database_at(database_url)
    url = url.set(database=place) if place == "nowhere" else url.set(port=free_port())
    database = Database(url, pool=1, seconds=5.0)
    with pytest.raises(DatabaseAway):
        await Sql(database)("SELECT 1")
    await database.close()
