"""A release of ICD-10-CM of which the codes are loaded, but not its tabular list."""

from collections.abc import Iterator
from datetime import date

import pytest

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.cpt.part import CptDescriptors
from lookup.build.part import Part
from lookup.facts import Code, Release, Source
from lookup.icd10cm import schema as icd10cm
from lookup.reader import Reader
from lookup.store import Store
from lookup.systems import ICD_10_CM
from services.lookup.tests.claims.asking import PROFESSIONAL, Ask, asking, dx, found, not_checked
from services.lookup.tests.claims.conftest import write_catalog
from services.lookup.tests.claims.empty_tables import EmptyTables


class CodesAlone(EmptyTables):
    """Two codes, as an order file has them."""

    def __init__(self) -> None:
        super().__init__(icd10cm.TABLES)

    def write(self, writer: CatalogWriter) -> None:
        days = (date(2026, 4, 1), date(2026, 9, 30))
        writer.source(Source("order", "Order file", "test", "", "", "public domain", "tests"))
        writer.release(Release("icd", ICD_10_CM, "ICD-10-CM April 2026", *days, 0, 0, "order"))
        writer.codes(
            Code(ICD_10_CM, code, "Diabetes", True, *days, "order") for code in ("E10.9", "E11.9")
        )


@pytest.fixture
def ask_codes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    parts: list[Part] = [CodesAlone(), CptDescriptors(None, [])]
    with Store.open(write_catalog(tmp_path_factory.mktemp("codes"), parts)) as store:
        yield asking(Reader(store))


def test_what_rests_on_the_list_is_not_checked(ask_codes: Ask) -> None:
    checked = ask_codes(PROFESSIONAL, dx("E11.9"), dx("E10.9"), dx("E11.9"))
    assert not checked.findings
    for rule in ("EXCLUDES1", "NOT_BILLABLE", "USE_ADDITIONAL", "AGE_CONFLICT"):
        assert "the tabular list is not" in not_checked(checked, rule)


def test_codes_are_still_looked_up(ask_codes: Ask) -> None:
    assert found(ask_codes(PROFESSIONAL, dx("E12.9")), "CODE_UNKNOWN")
