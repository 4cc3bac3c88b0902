"""Real servers for accounts' tests."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from accounts.confirmations import Confirmations
from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.federation import Federation
from accounts.freshness import Freshness
from accounts.hash_pool import HashPool
from accounts.known_devices import KnownDevices
from accounts.limit_counters import LimitCounters
from accounts.limits import parse_limits
from accounts.login_guard import LoginGuard
from accounts.mail_texts import MailTexts
from accounts.migrate import migrate
from accounts.password_changes import PasswordChanges
from accounts.passwords import Passwords
from accounts.registrar import Registrar
from accounts.settings import database_at
from accounts.store import Store
from servicekit.redis_client import open_redis
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.events_reader import make_stream
from services.accounts.tests.factor_people import Desk, Person, new_desk
from services.accounts.tests.rounds import Browser, federation_with
from services.accounts.tests.smtp_server import SmtpServer
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer
from tests.support.oidc_provider import OidcProvider, oidc_provider
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
async def guard(database: Database) -> AsyncIterator[LoginGuard]:
    """Counts for itself: there is no Redis."""
    redis = open_redis("redis://127.0.0.1:1", seconds=0.1)
    guard = LoginGuard(LimitCounters(redis), parse_limits(""), KnownDevices(database.transact))
    yield guard
    await guard.finish()
    await redis.aclose()


@pytest.fixture
def texts() -> MailTexts:
    return MailTexts("Coding Ahead", "https://codes.example")


@pytest.fixture
def confirmations(
    database: Database, guard: LoginGuard, texts: MailTexts, recorded: list[None], clock: Clock
) -> Confirmations:
    freshness = Freshness(database.transact, clock)
    return Confirmations(
        database.transact, freshness, guard, texts, lambda: recorded.append(None), clock
    )


@pytest.fixture
def password_changes(
    database: Database,
    passwords: Passwords,
    guard: LoginGuard,
    texts: MailTexts,
    recorded: list[None],
    clock: Clock,
) -> PasswordChanges:
    freshness = Freshness(database.transact, clock)
    return PasswordChanges(
        database.transact, passwords, freshness, guard, texts, lambda: recorded.append(None), clock
    )


@pytest.fixture
def registrar(
    store: Store,
    passwords: Passwords,
    guard: LoginGuard,
    confirmations: Confirmations,
    recorded: list[None],
    clock: Clock,
) -> Registrar:
    return Registrar(store, passwords, guard, confirmations, lambda: recorded.append(None), clock)


@pytest.fixture
def doorkeeper(
    store: Store, passwords: Passwords, guard: LoginGuard, recorded: list[None], clock: Clock
) -> Doorkeeper:
    return Doorkeeper(store, passwords, guard, lambda: recorded.append(None), clock)


@pytest.fixture
def desk(
    database: Database,
    passwords: Passwords,
    guard: LoginGuard,
    doorkeeper: Doorkeeper,
    registrar: Registrar,
    recorded: list[None],
    clock: Clock,
) -> Desk:
    """Everything that deals with factors."""
    return new_desk(database, passwords, guard, doorkeeper, registrar, recorded, clock)


@pytest.fixture
async def ann(desk: Desk) -> Person:
    """Somebody who has just registered."""
    return await desk.person()


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
async def mail_server(tmp_path: Path) -> AsyncIterator[SmtpServer]:
    server = SmtpServer(tmp_path)
    await server.start()
    yield server
    server.recipient_gate.set()
    server.data_gate.set()
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


@pytest.fixture(scope="session")
def shared_provider() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(shared_provider: OidcProvider, clock: Clock) -> OidcProvider:
    """A good OpenID Connect provider of a person nobody has seen, whose clock is the test's."""
    shared_provider.reset()
    shared_provider.now = lambda: clock().timestamp()
    return shared_provider


@pytest.fixture
async def browser(
    provider: OidcProvider,
    database: Database,
    passwords: Passwords,
    guard: LoginGuard,
    clock: Clock,
) -> AsyncIterator[Browser]:
    """Goes to ``provider`` and back."""
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Browser(federation_with(provider, http, database, passwords, guard, clock), http)


@pytest.fixture
def federation(browser: Browser) -> Federation:
    return browser.federation
