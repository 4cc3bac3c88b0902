"""With CPT loaded its codes are checked like others. The codes here are invented, in CPT form."""

from collections.abc import Iterator
from datetime import date

import pytest

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.cpt.part import CptDescriptors
from lookup.build.part import Part
from lookup.claims.findings import Severity
from lookup.facts import Code, Release
from lookup.hcpcs.facts import Claims, Companionship
from lookup.icd10cm import schema as icd10cm
from lookup.reader import Reader
from lookup.store import Store
from lookup.systems import CPT
from services.lookup.tests.claims.asking import (
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    asking,
    cpt,
    found,
    not_checked,
    px,
)
from services.lookup.tests.claims.conftest import write_catalog
from services.lookup.tests.claims.empty_tables import EmptyTables
from services.lookup.tests.claims.procedure_rows import EDITOR, FIRST, LAST, ProcedureRows

FIRST_CODE, SECOND_CODE = "0000T", "0000F"


class LicensedRows(EmptyTables):
    """Two invented codes, a pair of them and an add-on with its primary."""

    def __init__(self) -> None:
        super().__init__("")

    def write(self, writer: CatalogWriter) -> None:
        days = (date(2026, 1, 1), date(2026, 12, 31))
        writer.release(Release("cpt-2026", CPT, "CPT 2026", *days, 0, 0, EDITOR))
        writer.codes(
            Code(CPT, code, "Invented", True, *days, EDITOR) for code in (SECOND_CODE, FIRST_CODE)
        )
        writer.connection.execute(
            "INSERT INTO hcpcs_pairs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (FIRST_CODE, SECOND_CODE, Claims.HOSPITAL, FIRST, LAST, "yes", 0, "", EDITOR),
        )
        writer.connection.execute(
            "INSERT INTO hcpcs_companions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (Companionship.ADD_ON_1, SECOND_CODE, FIRST_CODE, FIRST, LAST, None, "", EDITOR),
        )


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    parts: list[Part] = [
        *(EmptyTables(icd10cm.TABLES), ProcedureRows(), CptDescriptors(None, [])),
        LicensedRows(),
    ]
    with Store.open(write_catalog(tmp_path_factory.mktemp("licensed"), parts)) as store:
        yield asking(Reader(store))


def test_codes_pairs_and_add_ons_of_cpt_are_checked(licensed: Ask) -> None:
    together = licensed(OUTPATIENT, px(FIRST_CODE), cpt(SECOND_CODE))
    (pair,) = found(together, "NCCI_PAIR")
    assert (pair.severity, pair.lines) == (Severity.ERROR, (0, 1))
    assert not found(together, "ADD_ON_WITHOUT_PRIMARY")
    alone = licensed(OUTPATIENT, cpt(SECOND_CODE))
    assert found(alone, "ADD_ON_WITHOUT_PRIMARY")
    assert "not loaded" not in not_checked(together, "CODE_UNKNOWN")


def test_a_code_that_the_release_does_not_have_is_unknown(licensed: Ask) -> None:
    (finding,) = found(licensed(PROFESSIONAL, cpt("0009T")), "CODE_UNKNOWN")
    assert "CPT 2026" in finding.message


def test_a_day_that_the_release_does_not_cover_is_not_checked(licensed: Ask) -> None:
    checked = licensed(PROFESSIONAL, cpt(FIRST_CODE), on=date(2025, 12, 1))
    assert not checked.findings
    assert "CPT is not known for December 1, 2025" in not_checked(checked, "CODE_UNKNOWN")
