"""The tables of the outpatient code editor are read with their quarters, or refused."""

import sys
from datetime import date
from pathlib import Path

import pytest

from lookup.build.errors import SourceError
from lookup.build.ioce import IocePackage, Quarter, installed
from services.lookup.tests.build.hcpcs.small_tables import QUARTERS, code, package, pair


def test_versions_are_quarters_and_the_last_one_ends(tmp_path: Path) -> None:
    with package(tmp_path, {}).opened() as tables:
        assert tables.quarters == (
            Quarter(76, "20.2", date(2019, 7, 1), date(2019, 9, 30)),
            Quarter(77, "20.3", date(2019, 10, 1), date(2019, 12, 31)),
            Quarter(78, "21.0", date(2020, 1, 1), date(2020, 3, 31)),
        )
        assert tables.begins_by == date(2019, 7, 1)


def test_rows_come_by_key_and_then_by_time(tmp_path: Path) -> None:
    rows = (code("A0021", "Later", 77, 78), code("A0021", "Early", 76, 76), code("A0001", "First"))
    with package(tmp_path, {"data_hcpcs": rows}).opened() as tables:
        found = list(tables.rows("data_hcpcs"))
    assert [(row.key, row.text("description")) for row in found] == [
        (("A0001",), "First"),
        (("A0021",), "Early"),
        (("A0021",), "Later"),
    ]
    assert (found[2].effective, found[2].expires) == (date(2019, 10, 1), date(2020, 3, 31))


def test_0_and_1_are_stored_as_false_and_true(tmp_path: Path) -> None:
    rows = (code("A0021", "Text", lo_age=False, hi_age=True, covered=True),)
    with package(tmp_path, {"data_hcpcs": rows}).opened() as tables:
        (row,) = tables.rows("data_hcpcs")
    assert (row.number("lo_age"), row.number("hi_age")) == (0, 1)
    assert row.flag("covered")
    with pytest.raises(SourceError, match=r"data_hcpcs A0021\|76\|78: description is not a number"):
        row.number("description")


def test_pairs_come_with_their_days(tmp_path: Path) -> None:
    packed = package(tmp_path, {}, [pair("A0021", "A0001", may=True, begin=77)])
    with packed.opened() as tables:
        (found,) = tables.pairs()
    assert (found.first, found.second, found.may) == ("A0021", "A0001", True)
    assert (found.effective, found.expires) == (date(2019, 10, 1), date(2020, 3, 31))


def test_versions_with_a_gap_are_refused(tmp_path: Path) -> None:
    gap = {76: QUARTERS[76], 78: QUARTERS[78]}
    with (
        pytest.raises(SourceError, match="versions 76 and 78 do not follow one another"),
        package(tmp_path, {}, quarters=gap).opened(),
    ):
        pass


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    with package(tmp_path, {}).opened() as tables, pytest.raises(SourceError, match="no table x"):
        list(tables.rows("x"))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    whole = package(tmp_path, {}).file.read_bytes()
    cut = tmp_path / "cut.mdb.xz"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match="it is damaged"), IocePackage("0", cut).opened():
        pass


def test_the_installed_package_is_found_without_being_run() -> None:
    found = installed()
    assert "pyoce" not in sys.modules
    assert found.origin.startswith(f"pyoce {found.version}; pyoce.mdb.xz, SHA-256 ")
