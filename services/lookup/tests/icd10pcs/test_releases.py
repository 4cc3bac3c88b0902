"""Releases and codes against what the packages are known to hold."""

from lookup.facts import Release
from lookup.store import Store

PCS = "icd-10-pcs"


def test_there_is_a_release_for_each_half_year_since_the_whole_list(
    releases: dict[str, Release],
) -> None:
    assert {on: (of.id, of.expires.isoformat(), of.code_count) for on, of in releases.items()} == {
        "2024-04-01": ("icd-10-pcs-2024-04", "2024-09-30", 78_638),
        "2024-10-01": ("icd-10-pcs-2024-10", "2025-03-31", 78_916),
        "2025-04-01": ("icd-10-pcs-2025-04", "2025-09-30", 78_957),
        "2025-10-01": ("icd-10-pcs-2025-10", "2026-03-31", 79_076),
        "2026-04-01": ("icd-10-pcs-2026-04", "2026-09-30", 79_125),
    }
    assert releases["2026-04-01"].name == "ICD-10-PCS April 2026"


def test_each_code_has_one_stretch_for_as_long_as_it_reads_the_same(pcs_store: Store) -> None:
    (appendix,) = pcs_store.stretches(PCS, "0DTJ4ZZ")
    assert appendix.title == "Resection of Appendix, Percutaneous Endoscopic Approach"
    assert (appendix.effective.isoformat(), appendix.expires.isoformat()) == (
        "2024-04-01",
        "2026-09-30",
    )
    assert appendix.source_id == "icd-10-pcs-tables-2025-04"


def test_texts_come_from_the_newest_list_that_has_them(pcs_store: Store) -> None:
    rows = pcs_store.catalog.execute(
        "SELECT source_id, count(*) FROM codes WHERE expires = '2026-09-30' GROUP BY 1"
    )
    counts = dict(rows.fetchall())
    assert counts["icd-10-pcs-tables-2025-04"] == 68_366
    # 263 codes have a description nowhere.
    undescribed = sum(n for source, n in counts.items() if source.startswith("icd-10-pcs-ms-drg"))
    assert undescribed == 263
    assert counts["icd-10-pcs-descriptions-2024-04"] == 79_125 - 68_366 - 263


def test_codes_that_ended_say_when(pcs_store: Store, releases: dict[str, Release]) -> None:
    newest = releases["2026-04-01"]
    for code, ended in (
        ("X27H385", "2024-09-30"),
        ("0SG604Z", "2025-03-31"),
        ("30233AZ", "2026-03-31"),
        # It was gone before the first whole list; only an old grouper names it.
        ("03700D6", "2019-03-31"),
    ):
        assert pcs_store.code(newest, code) is None
        assert pcs_store.stretches(PCS, code)[-1].expires.isoformat() == ended


def test_every_row_names_a_source(pcs_store: Store) -> None:
    known = {of.id for of in pcs_store.sources()}
    tables = [
        name
        for (name,) in pcs_store.catalog.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'pcs%'"
        )
    ]
    assert len(tables) == 11
    for table in tables:
        rows = pcs_store.catalog.execute(f"SELECT DISTINCT source_id FROM {table}")
        assert {source for (source,) in rows} <= known, table


def test_relations_count_what_is_loaded(pcs_store: Store) -> None:
    held = {of.name: of.rows_held for of in pcs_store.relations() if of.system == PCS}
    assert held["List of all codes, April 2024"] == 78_638
    assert held["Tables of sections 0 and 1, about April 2025"] == 68_672
    assert held["Procedure lists of MS-DRG v43.1"] == 56_718
    assert held["Codes of April 2026 that only an earlier list confirms"] == 22_407
    assert held["GEM from ICD-9-CM"] == 73_383
    assert held["Guidelines"] == 60
