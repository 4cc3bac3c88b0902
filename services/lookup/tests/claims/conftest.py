"""Catalogs to check claims against: the real tabular list, and rows made for tests."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lookup.build import ioce
from lookup.build.catalog_file import catalog_file
from lookup.build.cpt.part import CptDescriptors
from lookup.build.icd10cm.outpatient_edits import OutpatientEdits
from lookup.build.icd10cm.part import TabularLists
from lookup.build.icd10cm.source import installed
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.icd10cm import schema as icd10cm
from lookup.pointer import CATALOG_FILE
from lookup.reader import Reader
from lookup.store import Store
from services.lookup.tests.claims.asking import Ask, asking
from services.lookup.tests.claims.empty_tables import EmptyTables
from services.lookup.tests.claims.pcs_rows import PcsRows
from services.lookup.tests.claims.procedure_rows import ProcedureRows


def write_catalog(place: Path, parts: Sequence[Part]) -> Path:
    with catalog_file(place / CATALOG_FILE, "claims", parts, Progress(9, io.StringIO())):
        pass
    return place


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """ICD-10-CM and its flags from the packages; HCPCS and ICD-10-PCS rows of tests."""
    parts: list[Part] = [
        *(TabularLists([installed()]), OutpatientEdits(ioce.installed())),
        *(ProcedureRows(), PcsRows(), CptDescriptors(None, [])),
    ]
    with Store.open(write_catalog(tmp_path_factory.mktemp("full"), parts)) as store:
        yield Reader(store)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Codes of HCPCS and nothing about them; no ICD-10-CM, no ICD-10-PCS."""
    parts: list[Part] = [
        *(EmptyTables(icd10cm.TABLES), ProcedureRows(bare=True), CptDescriptors(None, [])),
    ]
    with Store.open(write_catalog(tmp_path_factory.mktemp("bare"), parts)) as store:
        yield Reader(store)


@pytest.fixture(scope="session")
def ask(full: Reader) -> Ask:
    return asking(full)


@pytest.fixture(scope="session")
def ask_bare(bare: Reader) -> Ask:
    return asking(bare)
