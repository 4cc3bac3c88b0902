"""Procedures and supplies are candidates where the words say so, after diagnoses."""

from datetime import date

import pytest

from lookup.case_note.read import read_note
from lookup.documents import SearchDocument
from lookup.finder.finder import Finder
from lookup.finder.write import write_index
from lookup.systems import HCPCS, ICD_10_CM, ICD_10_PCS

_BEGIN, _END = date(2026, 4, 1), date(2026, 9, 30)
_CODES = (
    (ICD_10_CM, "Z99.3", "Dependence on wheelchair"),
    (ICD_10_CM, "G82.20", "Paraplegia, unspecified"),
    (ICD_10_CM, "J18.9", "Pneumonia, unspecified organism"),
    (HCPCS, "K0001", "Standard wheelchair"),
    (HCPCS, "E0114", "Crutches underarm, pair"),
    (HCPCS, "A9999", "Pneumonia detection device"),
    (ICD_10_PCS, "0DTJ4ZZ", "Resection of Appendix, Percutaneous Endoscopic Approach"),
)
_ALL = dict.fromkeys((ICD_10_CM, HCPCS, ICD_10_PCS), _BEGIN)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Finder:
    """A search engine over a few codes of several systems."""
    folder = tmp_path_factory.mktemp("small") / "search"
    write_index(
        folder,
        "small",
        [SearchDocument(system, code, title, True, _BEGIN, _END) for system, code, title in _CODES],
    )
    return Finder.open(folder)


def codes(finder: Finder, note: str, days: dict[str, date]) -> list[list[str]]:
    return [[c.code for c in finding.candidates] for finding in read_note(finder, note, days)]


def test_diagnoses_come_before_supplies(small: Finder) -> None:
    assert codes(small, "Dependence on wheelchair.", _ALL)[0][:2] == ["Z99.3", "K0001"]


def test_a_supply_alone_is_found(small: Finder) -> None:
    assert codes(small, "Needs a standard wheelchair.", _ALL)[0][0] == "K0001"
    assert codes(small, "Crutches, pair.", _ALL) == [["E0114"]]


def test_no_supply_is_named_where_the_words_name_none(small: Finder) -> None:
    assert codes(small, "Pneumonia and paraplegia.", _ALL) == [["J18.9"], ["G82.20"]]


def test_only_the_systems_asked_for_are_searched(small: Finder) -> None:
    note = "Resection of appendix. Paraplegia. Standard wheelchair."
    assert codes(small, note, {ICD_10_PCS: _BEGIN}) == [["0DTJ4ZZ"]]
    assert codes(small, note, {HCPCS: _BEGIN}) == [["K0001"]]


def test_codes_must_hold_on_the_day(small: Finder) -> None:
    assert codes(small, "Paraplegia.", {ICD_10_CM: date(2027, 1, 1)}) == []
