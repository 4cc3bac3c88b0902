"""MS-DRGs as read back from a catalog: by version, with the weights of its fiscal year."""

import io
from collections.abc import Iterator
from datetime import date

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.icd10cm.part import TabularLists
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.ms_drg.store import MsDrgStore
from lookup.pointer import CATALOG_FILE
from lookup.store import Store
from services.lookup.tests.build.icd10cm.small_release import small_release


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("ms-drg")
    parts: list[Part] = [TabularLists([small_release()]), MsDrgs()]
    with catalog_file(folder / CATALOG_FILE, "small", parts, Progress(2, io.StringIO())):
        pass
    with Store.open(folder) as store:
        yield store


@pytest.fixture
def drgs(catalog: Store) -> MsDrgStore:
    return MsDrgStore(catalog.catalog)


def test_the_version_of_the_releases_is_the_one_that_is_loaded(drgs: MsDrgStore) -> None:
    version = drgs.version_on(date(2026, 9, 30))
    assert version is not None
    assert (version.name, version.source_id) == ("43.1", "ms-drg-43.1")
    assert drgs.version_on(date(2026, 3, 31)) is None
    assert drgs.version_on(date(2026, 10, 1)) is None


def test_groups_come_with_their_weight_in_order(drgs: MsDrgStore) -> None:
    version = drgs.version_on(date(2026, 4, 1))
    assert version is not None
    found = drgs.drgs(version, ["639", "637", "000"])
    assert [(drg.number, drg.title, drg.mdc, drg.medical) for drg in found] == [
        ("637", "Diabetes with MCC", "10", True),
        ("639", "Diabetes without CC/MCC", "10", True),
    ]
    (weight,) = [drg.weight for drg in found if drg.number == "637"]
    assert weight is not None
    assert (weight.weight, weight.fiscal_year, weight.post_acute) == ("1.4367", 2026, True)
    assert weight.source_id == "ms-drg-weights-2026"


def test_what_was_loaded_is_counted_with_its_source(catalog: Store) -> None:
    counts = {(of.system, of.name): of.rows_held for of in catalog.relations()}
    for system in ("icd-10-cm", "icd-10-pcs"):
        assert counts[system, "MS-DRGs"] == 772
        assert counts[system, "MS-DRG relative weights"] == 772
    assert catalog.source("ms-drg-43.1").release == "Version 43.1 (FY 2026)"
