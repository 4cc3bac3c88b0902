"""Real servers for accounts' tests."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.hash_pool import HashPool
from accounts.migrate import migrate
from accounts.passwords import Passwords
from accounts.registrar import Registrar
from accounts.settings import database_at
from accounts.store import Store
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.events_reader import make_stream
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer
from tests.support.postgres_server import PostgresServer

_numbers = itertools.count()


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, span: timedelta) -> None:
        self.time += span


@pytest.fixture(scope="session")
def shared_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server for all tests that leave it as it is; ``accounts`` in it is migrated."""
    server = PostgresServer(tmp_path_factory.mktemp("postgres") / "data", durable=False)
    try:
        server.start()
        migrate(database_at(server.url))
        yield server
    finally:
        server.stop()


@pytest.fixture
def database_url(shared_postgres: PostgresServer) -> str:
    """A migrated, empty database of the test's own."""
    name = f"test{next(_numbers)}"
    shared_postgres.ask(f"CREATE DATABASE {name} TEMPLATE accounts", database="postgres")
    return shared_postgres.url_of(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    url = database_at(database_url)
    database = Database(url, pool=10, seconds=10)
    yield database
    await database.close()


@pytest.fixture
def sql(database: Database) -> Sql:
    return Sql(database)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database.transact)


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    pool = HashPool(2, queue=100)
    yield Passwords(pool)
    await pool.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorded() -> list[None]:
    """Grows when the relay is told of an event."""
    return []


@pytest.fixture
def registrar(store: Store, passwords: Passwords, recorded: list[None], clock: Clock) -> Registrar:
    return Registrar(store, passwords, lambda: recorded.append(None), clock)


@pytest.fixture
def doorkeeper(
    store: Store, passwords: Passwords, recorded: list[None], clock: Clock
) -> Doorkeeper:
    return Doorkeeper(store, passwords, lambda: recorded.append(None), clock)


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[PostgresServer]:
    """A migrated server of the test's own, to be taken away and brought back."""
    async with _migrated(PostgresServer(tmp_path / "postgres", durable=False)) as server:
        yield server


@pytest.fixture
async def durable_postgres(tmp_path: Path) -> AsyncIterator[PostgresServer]:
    """As ``postgres``, and what it has answered is on the disk, as in production."""
    async with _migrated(PostgresServer(tmp_path / "postgres")) as server:
        yield server


@asynccontextmanager
async def _migrated(server: PostgresServer) -> AsyncIterator[PostgresServer]:
    try:
        server.start()
        await asyncio.to_thread(migrate, database_at(server.url))
        yield server
    finally:
        server.resume()
        server.kill()


@pytest.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A bus with the stream of accounts."""
    server = NatsServer(tmp_path / "nats")
    await server.start()
    await make_stream(server.url)
    yield server
    await server.stop()


@pytest.fixture
async def process(database_url: str, nats_server: NatsServer) -> AsyncIterator[AccountsProcess]:
    """A whole accounts process that serves."""
    process = AccountsProcess(database_url, nats_server.url)
    try:
        await process.start()
        yield process
    finally:
        await process.kill()
