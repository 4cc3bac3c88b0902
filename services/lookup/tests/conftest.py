"""A real catalog, built once for all tests, and real servers."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import nats
import pytest
from nats.js.api import StreamConfig

from lookup.build.builder import build, steps
from lookup.build.cpt.part import CptDescriptors
from lookup.build.icd10cm.parts import diagnosis_relations, tabular_lists
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.progress import Progress
from lookup.facts import Release
from lookup.finder.finder import Finder
from lookup.pointer import CatalogFolder
from lookup.served_catalog import open_finder
from lookup.store import Store
from services.lookup.tests.lookup_process import LookupProcess
from tests.support import catalogs as catalogs_for_tests
from tests.support.nats_server import NatsServer


@pytest.fixture(scope="session")
def built_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a catalog of ICD-10-CM alone; not to be written to."""
    folder = CatalogFolder(tmp_path_factory.mktemp("catalogs"))
    parts = [tabular_lists({}), MsDrgs(), *diagnosis_relations({}), CptDescriptors(None, [])]
    return build(folder, parts, Progress(steps(parts))).path


@pytest.fixture(scope="session")
def whole_catalog() -> Path:
    """The folder of a catalog of everything that is installed; not to be written to."""
    return catalogs_for_tests.whole_catalog()


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
def finder(built_catalog: Path, store: Store) -> Finder:
    return open_finder(built_catalog, store.search_id)


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
