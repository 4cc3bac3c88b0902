"""What the packages say of the codes is loaded whole, count by count."""

import io
import sqlite3
from collections.abc import Iterator

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.icd10cm.parts import diagnosis_relations, tabular_lists
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.part import Part
from lookup.build.progress import Progress


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("relations") / "catalog"
    parts: list[Part] = [tabular_lists({}), MsDrgs(), *diagnosis_relations({})]
    with catalog_file(path, "installed", parts, Progress(len(parts), io.StringIO())):
        pass
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


BILLABLE = "(SELECT code_key FROM nodes WHERE billable = 1)"


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ("nodes WHERE code_key IS NOT NULL", 98_186),
        ("nodes WHERE billable = 1", 74_719),
        ("gems WHERE to_icd10 = 0", 78_838),
        ("gems WHERE to_icd10 = 1", 23_912),
        ("gems WHERE to_icd10 = 0 AND no_map = 1", 669),
        (
            f"(SELECT code_key FROM {BILLABLE} EXCEPT SELECT source_key FROM gems "
            "WHERE to_icd10 = 0 EXCEPT SELECT target_key FROM gems WHERE to_icd10 = 1)",
            5_879,
        ),
        ("icd9_codes", 14_567),
        ("ccsr_categories", 74_549),
        (f"(SELECT code_key FROM {BILLABLE} EXCEPT SELECT code_key FROM ccsr_categories)", 1_176),
        ("chronic_indicators", 74_549),
        ("hcc_mappings", 55_297),
        ("hcc_mappings WHERE model = 'CMS-HCC V28'", 8_317),
        ("(SELECT DISTINCT code_key FROM hcc_mappings WHERE model = 'CMS-HCC V28')", 8_037),
        ("hcc_edits", 486),
        ("severities", 18_391),
        ("severity_exclusions", 1_994),
        ("principal_drgs", 67_258),
        ("ms_drgs", 772),
        ("editor_flags WHERE manifestation = 1 AND expires = '2026-06-30'", 422),
        ("editor_flags WHERE unacceptable = 1 AND expires = '2026-06-30'", 2_716),
        ("editor_flags WHERE high_age = 0 AND expires = '2026-06-30'", 42),
        ("editor_gaps", 0),
    ],
)
def test_each_relation_has_as_many_rows_as_its_source(
    catalog: sqlite3.Connection, what: str, count: int
) -> None:
    assert catalog.execute(f"SELECT count(*) FROM {what}").fetchone() == (count,)


def test_a_code_that_is_new_has_no_hcc_gem_or_ccsr(catalog: sqlite3.Connection) -> None:
    for table, column in (
        ("hcc_mappings", "code_key"),
        ("ccsr_categories", "code_key"),
        ("gems", "source_key"),
        ("gems", "target_key"),
    ):
        rows = catalog.execute(f"SELECT count(*) FROM {table} WHERE {column} = 'E11A'")
        assert rows.fetchone() == (0,), table


def test_every_row_names_a_source_that_is_there(catalog: sqlite3.Connection) -> None:
    tables = [
        name
        for (name,) in catalog.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not name.startswith("sqlite_")
        and "source_id" in [column[1] for column in catalog.execute(f"PRAGMA table_info({name})")]
    ]
    assert len(tables) > 15
    for table in tables:
        unknown = catalog.execute(
            f"SELECT count(*) FROM {table} WHERE source_id NOT IN (SELECT source_id FROM sources)"
        )
        assert unknown.fetchone() == (0,), table


def test_severity_exclusions_name_all_their_codes(catalog: sqlite3.Connection) -> None:
    """As runs in tabular order: what lies between two neighbors is nothing else."""
    (runs, count) = catalog.execute(
        "SELECT principals, code_count FROM severity_exclusions WHERE collection = '0510'"
    ).fetchone()
    assert count == 50
    assert runs.startswith('[["D474", "D474"], ["D65", "D699"]')
