"""The installed release, built once for all tests of pages."""

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lookup.build.builder import STEPS, build
from lookup.build.progress import Progress
from lookup.build.source import installed
from lookup.content import Page
from lookup.facts import Node, Release
from lookup.page import compose_page
from lookup.page_facts import PageFacts
from lookup.pointer import CATALOG_FILE, CatalogFolder
from lookup.spelling import code_key
from lookup.store import Store


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = CatalogFolder(tmp_path_factory.mktemp("catalog"))
    return build(folder, installed(), Progress(STEPS, io.StringIO())).path


@pytest.fixture(scope="session")
def labels(catalog: Path) -> dict[str, int]:
    """Every code of the release, with its place in tabular order."""
    with closing(sqlite3.connect(catalog / CATALOG_FILE)) as database:
        rows = database.execute("SELECT label, node_id FROM codes JOIN nodes USING (node_id)")
        return dict(rows.fetchall())


@pytest.fixture(scope="session")
def store(catalog: Path) -> Iterator[Store]:
    with Store.open(catalog) as store:
        yield store


@pytest.fixture(scope="session")
def release(store: Store) -> Release:
    return store.releases()[0]


@pytest.fixture(scope="session")
def find_code(store: Store, release: Release) -> Callable[[str], Node]:
    def find(label: str) -> Node:
        node = store.code(release.id, code_key(label))
        assert node is not None, label
        return node

    return find


@pytest.fixture(scope="session")
def facts(
    store: Store, release: Release, find_code: Callable[[str], Node]
) -> Callable[[str], PageFacts]:
    return lambda label: store.page_facts(find_code(label), release)


@pytest.fixture(scope="session")
def page(facts: Callable[[str], PageFacts]) -> Callable[[str], Page]:
    return lambda label: compose_page(facts(label))
