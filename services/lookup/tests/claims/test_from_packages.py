"""Claims against HCPCS as the installed package has it, so that the words of its tables fit."""

from collections.abc import Iterator
from datetime import date

import pytest

from lookup.build import ioce
from lookup.build.cpt.part import CptDescriptors
from lookup.build.hcpcs.part import HcpcsLevelII
from lookup.build.part import Part
from lookup.claims.findings import Severity
from lookup.icd10cm import schema as icd10cm
from lookup.reader import Reader
from lookup.store import Store
from services.lookup.tests.claims.asking import (
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    asking,
    found,
    not_checked,
    px,
)
from services.lookup.tests.claims.conftest import write_catalog
from services.lookup.tests.claims.empty_tables import EmptyTables


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    parts: list[Part] = [
        *(EmptyTables(icd10cm.TABLES), HcpcsLevelII(ioce.installed()), CptDescriptors(None, [])),
    ]
    with Store.open(write_catalog(tmp_path_factory.mktemp("packaged"), parts)) as store:
        yield asking(Reader(store))


def test_a_code_that_left_and_came_back_is_told_with_both_stretches(packaged: Ask) -> None:
    (finding,) = found(packaged(OUTPATIENT, px("J0570"), on=date(2025, 5, 1)), "NOT_VALID_ON_DATE")
    assert (
        "from July 1, 2019 or earlier to December 31, 2024 and from October 1, 2025 to "
        "June 30, 2026" in finding.message
    )


def test_pairs_and_modifiers_of_the_hospital_outpatient_table(packaged: Ask) -> None:
    (absolute,) = found(packaged(OUTPATIENT, px("A9501"), px("A9512", "LT")), "NCCI_PAIR")
    assert absolute.severity is Severity.ERROR
    (open_,) = found(packaged(OUTPATIENT, px("G0463"), px("G0102")), "NCCI_PAIR")
    assert open_.severity is Severity.ERROR
    (separated,) = found(packaged(OUTPATIENT, px("G0463", "XU"), px("G0102")), "NCCI_PAIR")
    assert separated.severity is Severity.INFO
    assert "practitioner table is not loaded" in not_checked(
        packaged(PROFESSIONAL, px("G0463"), px("G0102")), "NCCI_PAIR"
    )


def test_primaries_that_are_withheld_are_counted(packaged: Ask) -> None:
    rule = "ADD_ON_WITHOUT_PRIMARY"
    alone = packaged(OUTPATIENT, px("G2211"))
    assert not found(alone, rule)
    assert "17 of the 18 primaries of G2211 are withheld" in not_checked(alone, rule)
    assert not not_checked(packaged(OUTPATIENT, px("G2211"), px("G0463")), rule)
    (complete,) = found(packaged(OUTPATIENT, px("G0022")), rule)
    assert "G0019" in complete.message
    assert "type II" in not_checked(packaged(OUTPATIENT, px("G0501")), rule)


def test_modifiers_are_dated_and_paired(packaged: Ask) -> None:
    ended = packaged(OUTPATIENT, px("J1885", "JG"))
    assert found(ended, "MODIFIER_NOT_VALID_ON_DATE")
    assert found(packaged(OUTPATIENT, px("J1885", "PN", "PO")), "MODIFIER_CONFLICT")


def test_mue_is_not_loaded_rather_than_unlimited(packaged: Ask) -> None:
    checked = packaged(OUTPATIENT, px("J1885", units=99_999))
    assert not found(checked, "MUE")
    assert "MUE not loaded" in not_checked(checked, "MUE")
