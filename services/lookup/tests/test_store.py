"""Reading a catalog, and refusing what is none."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lookup.facts import Release
from lookup.pointer import CATALOG_FILE
from lookup.store import Store, UnreadableCatalog


@pytest.fixture
def copy(built_catalog: Path, tmp_path: Path) -> Path:
    """A copy of the catalog that may be spoilt."""
    place = Path(shutil.copytree(built_catalog, tmp_path / built_catalog.name))
    (place / CATALOG_FILE).chmod(0o644)
    return place


def test_a_release_says_what_it_holds_and_when_it_applies(release: Release) -> None:
    assert (release.id, release.name) == ("icd-10-cm-2026-04", "ICD-10-CM April 2026")
    assert (release.effective.isoformat(), release.expires.isoformat()) == (
        "2026-04-01",
        "2026-09-30",
    )
    assert (release.code_count, release.billable_count) == (98_186, 74_719)


def test_a_code_is_found_by_its_key_and_by_nothing_else(store: Store, release: Release) -> None:
    code = store.code(release, "E119")
    assert code is not None
    assert (code.code, code.billable) == ("E11.9", True)
    assert store.code(release, "E11.9") is None
    earlier = replace(release, effective=date(2025, 10, 1), expires=date(2026, 3, 31))
    assert store.code(earlier, "E119") is None


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / CATALOG_FILE).unlink()
    with pytest.raises(UnreadableCatalog, match=CATALOG_FILE):
        Store.open(copy)


def test_what_is_no_database_is_named(copy: Path) -> None:
    (copy / CATALOG_FILE).write_bytes(b"no database" * 1000)
    with pytest.raises(UnreadableCatalog, match=CATALOG_FILE):
        Store.open(copy)


def test_a_file_cut_short_is_found_by_the_check(copy: Path) -> None:
    with (copy / CATALOG_FILE).open("r+b") as file:
        file.truncate(1 << 20)
    with pytest.raises(UnreadableCatalog, match=CATALOG_FILE), Store.open(copy) as store:
        store.check(copy.name)


def test_the_files_of_two_catalogs_do_not_go_together(copy: Path) -> None:
    with Store.open(copy) as store, pytest.raises(UnreadableCatalog, match="belongs to catalog"):
        store.check("20990101-0123456789abcdef")


def test_another_schema_asks_for_a_new_build(copy: Path) -> None:
    connection = sqlite3.connect(copy / CATALOG_FILE)
    connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    connection.commit()
    connection.close()
    with pytest.raises(UnreadableCatalog, match="lookup catalog build"):
        Store.open(copy)
