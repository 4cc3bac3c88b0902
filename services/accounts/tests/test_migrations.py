"""Migrations: forward and back on a filled database, by one process at a time."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    Text,
    Uuid,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from accounts import tables
from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.migrate import MIGRATE_LOCK, MigrationFailed, config, migrate
from accounts.registrar import Registrar
from accounts.settings import database_at
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql
from tests.support.postgres_server import PostgresServer

NEWEST = f"{tables.REVISION:04}"
NAMES = [
    f"{script.revision} {script.doc}"
    for script in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))
]


async def migrated(database_url: str, to: str) -> list[str]:
    return await asyncio.to_thread(migrate, database_at(database_url), to)


@pytest.fixture
def empty_url(shared_postgres: PostgresServer, request: pytest.FixtureRequest) -> str:
    """A database nobody has migrated."""
    name = f"empty_{abs(hash(request.node.nodeid))}"
    shared_postgres.ask(f"CREATE DATABASE {name} TEMPLATE template0", database="postgres")
    return shared_postgres.url_of(name)


def test_the_code_needs_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == f"{tables.REVISION:04}"


async def test_migrations_make_the_tables_the_code_reads(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, tables.metadata))

    async def work(connection: AsyncConnection) -> list[object]:
        return await connection.run_sync(differences)

    assert await database.transact(work) == []


async def test_accounts_outlive_a_step_back_and_forward(
    database_url: str, registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    made = [await registrar.register(registration(f"p{n}@example.org")) for n in range(5)]
    assert await migrated(database_url, "0001") == [
        *(f"took back {name}" for name in reversed(NAMES[1:])),
        f"schema is at 0001, it was at {NEWEST}",
    ]
    assert await sql("SELECT count(*) FROM sessions") == [(5,)]
    assert await migrated(database_url, "head") == [
        *(f"applied {name}" for name in NAMES[1:]),
        f"schema is at {NEWEST}, it was at 0001",
    ]
    assert (await doorkeeper.log_in("p0@example.org", PASSWORD)).account == made[0].account
    for one in made:
        assert (await doorkeeper.resolve(one.session.token)).account == one.account
    await registrar.register(registration())
    assert await sql("SELECT count(*) FROM accounts") == [(6,)]


VALUES: dict[type[TypeEngine[Any]], Any] = {
    Text: "x",
    LargeBinary: b"x",
    BigInteger: 1,
    Integer: 1,
    Boolean: True,
    DateTime: datetime(2026, 11, 29, tzinfo=UTC),
    Uuid: UUID(int=1),
}


async def fill(database: Database, account_id: str) -> None:
    """A row in each table that has none."""

    async def work(connection: AsyncConnection) -> None:
        for table in tables.metadata.sorted_tables:
            if (await connection.execute(table.select().limit(1))).one_or_none() is not None:
                continue
            row = {
                column.name: account_id
                if column.name == "account_id"
                else VALUES[type(column.type)]
                for column in table.columns
                if column.identity is None
            }
            await connection.execute(table.insert().values(row))

    await database.transact(work)


async def test_a_filled_database_goes_all_the_way_back_and_forward(
    database_url: str, database: Database, registrar: Registrar, sql: Sql
) -> None:
    await fill(database, (await registrar.register(registration())).account.id)
    for earlier in reversed([name.split()[0] for name in NAMES[:-1]]):
        assert (await migrated(database_url, earlier))[-1].startswith(f"schema is at {earlier}")
    assert await sql("SELECT count(*) FROM accounts") == [(1,)]
    assert (await migrated(database_url, "base"))[-1] == "schema is at base, it was at 0001"
    left = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    assert await sql(left) == [("alembic_version",)]
    assert (await migrated(database_url, "head"))[-1] == f"schema is at {NEWEST}, it was at base"
    await registrar.register(registration())


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert await migrated(database_url, "head") == [f"schema is at {NEWEST} already"]


async def test_a_schema_from_the_future_is_left_alone(database_url: str, sql: Sql) -> None:
    await sql("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(MigrationFailed, match="0999, which this code does not know"):
        await migrated(database_url, "head")


async def test_one_process_migrates_at_a_time(
    empty_url: str, shared_postgres: PostgresServer
) -> None:
    answers = await asyncio.gather(*(migrated(empty_url, "head") for _ in range(3)))
    assert sorted(len(lines) for lines in answers) == [1, 1, len(NAMES) + 1]


async def test_a_migration_waits_for_whoever_migrates(empty_url: str) -> None:
    database = Database(database_at(empty_url), pool=1, seconds=10)
    waiting = asyncio.Event()

    async def hold(connection: AsyncConnection) -> None:
        await Sql(other)("SELECT 1")
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATE_LOCK})")
        waiting.set()
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while await Sql(other)(query) != [(1,)]:
            await asyncio.sleep(0.01)
        assert await Sql(other)("SELECT to_regclass('accounts')::text") == [(None,)]

    other = Database(database_at(empty_url), pool=1, seconds=10)
    holding = asyncio.create_task(database.transact(hold))
    await waiting.wait()
    lines = await migrated(empty_url, "head")
    assert lines[-1] == f"schema is at {NEWEST}, it was at base"
    await holding
    await asyncio.gather(database.close(), other.close())


async def test_the_command_migrates_and_says_what_it_did(empty_url: str) -> None:
    process = AccountsProcess(empty_url, "nats://127.0.0.1:1")
    assert await process.run("migrate") == (
        0,
        "".join(f"accounts: applied {name}\n" for name in NAMES)
        + f"accounts: schema is at {NEWEST}, it was at base\n",
        "",
    )


async def test_the_command_fails_in_one_line_and_tells_no_password(empty_url: str) -> None:
    url = empty_url.replace("postgres@", "postgres:s3cret@").rpartition("/")[0] + "/nowhere"
    code, out, err = await AccountsProcess(url, "nats://127.0.0.1:1").run("migrate")
    assert (code, out) == (1, "")
    assert err.startswith("accounts: cannot migrate postgresql+asyncpg://postgres:***@127.0.0.1")
    assert 'database "nowhere" does not exist' in err
    assert err.count("\n") == 1
