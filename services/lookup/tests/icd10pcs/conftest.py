"""The installed ICD-10-PCS with MS-DRGs, built once for all tests of its pages."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.icd10pcs.part import ProcedureCodes
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.progress import Progress
from lookup.content import Page
from lookup.documents import SearchDocument
from lookup.facts import Release
from lookup.icd10pcs.code_set import Icd10Pcs
from lookup.pointer import CATALOG_FILE
from lookup.store import Store


@pytest.fixture(scope="session")
def pcs_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SearchDocument]]:
    """The folder of the catalog, and what may be searched of it."""
    folder = tmp_path_factory.mktemp("icd10pcs")
    part = ProcedureCodes()
    progress = Progress(2, io.StringIO())
    with catalog_file(folder / CATALOG_FILE, "test", [part, MsDrgs()], progress) as writer:
        documents = list(part.documents(writer))
    return folder, documents


@pytest.fixture(scope="session")
def pcs_store(pcs_build: tuple[Path, list[SearchDocument]]) -> Iterator[Store]:
    with Store.open(pcs_build[0]) as store:
        yield store


@pytest.fixture(scope="session")
def pcs(pcs_store: Store) -> Icd10Pcs:
    return Icd10Pcs(pcs_store)


@pytest.fixture(scope="session")
def releases(pcs_store: Store) -> dict[str, Release]:
    """By the first day, "2026-04-01"."""
    return {of.effective.isoformat(): of for of in pcs_store.releases()}


@pytest.fixture(scope="session")
def page(pcs: Icd10Pcs, pcs_store: Store, releases: dict[str, Release]) -> Callable[..., Page]:
    def of(code: str, on: str = "2026-04-01") -> Page:
        found = pcs_store.code(releases[on], code)
        assert found is not None, (code, on)
        return pcs.page(found, releases[on], ())

    return of
