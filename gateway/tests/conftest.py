"""A whole gateway for the tests that look at it from outside."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from accounts.migrate import migrate
from accounts.settings import database_at
from gateway.tests import code_sets
from gateway.tests.gateway_process import Platform, catalog, running
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.oidc_provider import OidcProvider, oidc_provider
from tests.support.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server whose database ``accounts`` is migrated, and the mould of each platform's own."""
    server = PostgresServer(tmp_path_factory.mktemp("postgres") / "data", durable=False)
    try:
        server.start()
        migrate(database_at(server.url))
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def shared_provider() -> Iterator[OidcProvider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(shared_provider: OidcProvider) -> OidcProvider:
    """The OpenID Connect provider that ``platform`` knows, of a person nobody has seen."""
    shared_provider.reset()
    return shared_provider


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
    shared_provider: OidcProvider,
) -> AsyncIterator[Platform]:
    """One for all tests that take nothing away: each comes as a visitor of its own."""
    folder = tmp_path_factory.mktemp("platform")
    async with running(folder, catalog(), postgres, provider=shared_provider) as platform:
        yield platform


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def wide_platform(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> AsyncIterator[Platform]:
    """One with several code sets and releases, but CPT; for tests that take nothing away."""
    others = [*code_sets.cm_older(), *code_sets.pcs(), *code_sets.hcpcs()]
    folder = tmp_path_factory.mktemp("wide")
    async with running(folder, catalog(), postgres, others=others) as platform:
        yield platform


@pytest.fixture
async def own_platform(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Platform]:
    """One for a single test, which may take parts of it away."""
    async with running(tmp_path, catalog(), postgres) as platform:
        yield platform


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[ValkeyServer]:
    """A Redis of a single test's own."""
    server = ValkeyServer(tmp_path / "valkey")
    await server.start()
    yield server
    await server.kill()
