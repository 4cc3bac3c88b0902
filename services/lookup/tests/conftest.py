"""A real catalog, built once for all tests, and real servers."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import nats
import pytest
from nats.js.api import StreamConfig

from lookup.build.builder import STEPS, build
from lookup.build.progress import Progress
from lookup.build.source import installed
from lookup.facts import Release
from lookup.pointer import CatalogFolder
from lookup.store import Store
from services.lookup.tests.lookup_process import LookupProcess
from tests.support.nats_server import NatsServer


@pytest.fixture(scope="session")
def built_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the catalog that the installed package makes; not to be written to."""
    folder = CatalogFolder(tmp_path_factory.mktemp("catalogs"))
    return build(folder, installed(), Progress(STEPS)).path


@pytest.fixture
def catalogs(built_catalog: Path, tmp_path: Path) -> CatalogFolder:
    """A folder of its own for a test, in which the built catalog is current."""
    folder = CatalogFolder(tmp_path / "catalogs")
    shutil.copytree(built_catalog, folder.place(built_catalog.name))
    folder.switch(built_catalog.name)
    return folder


@pytest.fixture(scope="session")
def store(built_catalog: Path) -> Iterator[Store]:
    with Store.open(built_catalog) as store:
        yield store


@pytest.fixture(scope="session")
def release(store: Store) -> Release:
    (release,) = store.releases()
    return release


@pytest.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A bus with lookup's stream."""
    server = NatsServer(tmp_path / "nats")
    await server.start()
    client = await nats.connect(server.url)
    await client.jetstream().add_stream(
        StreamConfig(name="LOOKUP", subjects=["codingahead.lookup.v1.>"])
    )
    await client.close()
    yield server
    await server.stop()


@pytest.fixture
async def lookup(built_catalog: Path, nats_server: NatsServer) -> AsyncIterator[LookupProcess]:
    """A whole lookup process that serves the built catalog."""
    process = LookupProcess(built_catalog.parent, nats_server.url)
    try:
        await process.start()
        yield process
    finally:
        await process.kill()
