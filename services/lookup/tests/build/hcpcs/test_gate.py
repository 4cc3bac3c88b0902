"""CPT-numbered rows are kept under a licence only, dental codes never, texts of CPT never."""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.hcpcs.gate import Gate, is_level_ii_modifier
from lookup.build.hcpcs.part import HcpcsLevelII
from lookup.build.progress import Progress
from services.lookup.tests.build.hcpcs.small_tables import code, package, pair

TABLES = {
    "data_hcpcs": (
        code("A0021", "Outside state ambulance serv"),
        code("99998", "Invented, not CPT", apc="05012"),
        code("D9999", "Invented, not CDT"),
    ),
    "data_apc": (
        ("05012", {"status_indicator": "V", "apc_payment": 12_345}, 76, 78),
    ),
    "map_addon_type1": (
        ("A0021|99998", {}, 76, 76),
        ("A0021|99997", {}, 76, 77),
        ("99998|A0021", {}, 78, 78),
    ),
    "data_modifier": (("59", {}, 76, 78), ("P1", {}, 76, 78), ("XE", {"ncci": True}, 76, 78)),
}  # fmt: skip
PAIRS = (pair("A0021", "99998", may=True, begin=77), pair("99997", "99998", may=False))


@contextmanager
def catalog(folder: Path, *, licensed: bool) -> Iterator[sqlite3.Connection]:
    part = HcpcsLevelII(package(folder, TABLES, PAIRS), licensed=licensed)
    place = folder / "catalog.sqlite"
    with catalog_file(place, "test", [part], Progress(1, io.StringIO())):
        pass
    with closing(sqlite3.connect(place)) as database:
        yield database


def test_without_a_licence_cpt_rows_are_counted_by_quarter(tmp_path: Path) -> None:
    with catalog(tmp_path, licensed=False) as database:
        assert database.execute("SELECT code_key FROM hcpcs_statuses").fetchall() == [("A0021",)]
        assert not database.execute("SELECT * FROM hcpcs_pairs").fetchall()
        withheld = database.execute(
            "SELECT relation, effective, expires, row_count FROM hcpcs_withheld "
            "ORDER BY relation, effective"
        ).fetchall()
    assert withheld == [
        ("NCCI pairs/1", "2019-10-01", "2020-03-31", 1),
        ("add-on of type I and primary/1", "2019-07-01", "2019-09-30", 2),
        ("add-on of type I and primary/1", "2019-10-01", "2019-12-31", 1),
        ("add-on of type I and primary/2", "2020-01-01", "2020-03-31", 1),
    ]


def test_with_a_licence_cpt_rows_are_kept_without_the_package_s_texts(tmp_path: Path) -> None:
    with catalog(tmp_path, licensed=True) as database:
        statuses = database.execute(
            "SELECT code_key, short_text, apc FROM hcpcs_statuses ORDER BY code_key"
        ).fetchall()
        pairs = database.execute("SELECT first, second FROM hcpcs_pairs ORDER BY first").fetchall()
        codes = database.execute("SELECT system, code FROM codes").fetchall()
    assert statuses == [("99998", "", "5012"), ("A0021", "Outside state ambulance serv", "")]
    assert pairs == [("99997", "99998"), ("A0021", "99998")]
    assert codes == [("hcpcs", "A0021")]


@pytest.mark.parametrize("licensed", [False, True])
def test_dental_codes_are_never_kept(tmp_path: Path, licensed: bool) -> None:
    with catalog(tmp_path, licensed=licensed) as database:
        dumped = "\n".join(database.iterdump())
    assert "D9999" not in dumped
    assert "not CDT" not in dumped
    assert "Invented, not CPT" not in dumped


@pytest.mark.parametrize("licensed", [False, True])
def test_modifiers_are_those_of_level_ii(tmp_path: Path, licensed: bool) -> None:
    with catalog(tmp_path, licensed=licensed) as database:
        held = database.execute("SELECT modifier, flags FROM hcpcs_modifiers").fetchall()
    assert held == [("XE", "ncci")]


def test_a_modifier_of_level_ii_has_a_letter_first() -> None:
    assert [m for m in ("GT", "E1", "P1", "P7", "59", "8P", "#0") if is_level_ii_modifier(m)] == [
        *("GT", "E1", "P7")
    ]


def test_numbers_of_cpt_are_masked_in_texts_without_a_licence() -> None:
    name = "Trauma response without revenue code 068x and CPT 99998"
    assert Gate(licensed=False).text(name) == (
        "Trauma response without revenue code 068x and a CPT code (not loaded)"
    )
    assert Gate(licensed=True).text(name) == name


def test_two_builds_of_the_same_package_are_the_same(tmp_path: Path) -> None:
    dumps = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        with catalog(folder, licensed=False) as database:
            dumps.append("\n".join(database.iterdump()))
    # The packed files differ in what LMDB leaves unused, and so do their digests.
    assert [d for d in dumps[0].splitlines() if "sources" not in d] == [
        d for d in dumps[1].splitlines() if "sources" not in d
    ]
