"""The installed release with everything that the packages say of it, built once."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.icd10cm.parts import diagnosis_relations, tabular_lists
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.content import Page
from lookup.facts import Release
from lookup.icd10cm.code_set import Icd10Cm
from lookup.icd10cm.facts import Node
from lookup.icd10cm.page_facts import History, PageFacts
from lookup.icd10cm.relations_store import RelationsStore
from lookup.icd10cm.store import TabularStore
from lookup.pointer import CATALOG_FILE
from lookup.spelling import code_key
from lookup.store import Store
from lookup.systems import ICD_10_CM


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("icd-10-cm")
    parts: list[Part] = [tabular_lists({}), MsDrgs(), *diagnosis_relations({})]
    with catalog_file(
        folder / CATALOG_FILE, "installed", parts, Progress(len(parts), io.StringIO())
    ):
        pass
    return folder


@pytest.fixture(scope="session")
def store(catalog: Path) -> Iterator[Store]:
    with Store.open(catalog) as store:
        yield store


@pytest.fixture(scope="session")
def tabular(store: Store) -> TabularStore:
    return TabularStore(store.catalog)


@pytest.fixture(scope="session")
def release(store: Store) -> Release:
    (release,) = store.releases()
    return release


@pytest.fixture(scope="session")
def labels(store: Store) -> dict[str, int]:
    """Every code of the release, with its place in tabular order."""
    rows = store.catalog.execute("SELECT label, node_id FROM nodes WHERE code_key IS NOT NULL")
    return dict(rows.fetchall())


@pytest.fixture(scope="session")
def find_code(tabular: TabularStore, release: Release) -> Callable[[str], Node]:
    def find(label: str) -> Node:
        node = tabular.code(release.id, code_key(label))
        assert node is not None, label
        return node

    return find


@pytest.fixture(scope="session")
def facts(
    store: Store, tabular: TabularStore, release: Release, find_code: Callable[[str], Node]
) -> Callable[[str], PageFacts]:
    relations = RelationsStore(store.catalog)

    def facts_of(label: str) -> PageFacts:
        node = find_code(label)
        stretches = tuple(store.stretches(ICD_10_CM, code_key(label)))
        return tabular.page_facts(
            node, release, relations.of(node, release), History((release,), stretches)
        )

    return facts_of


@pytest.fixture(scope="session")
def page(store: Store, release: Release) -> Callable[[str], Page]:
    code_set = Icd10Cm(store)

    def page_of(label: str) -> Page:
        code = store.code(release, code_key(label))
        assert code is not None, label
        return code_set.page(code, release, ())

    return page_of
