"""Official order files and mappings outdo the packages."""

import io
from collections.abc import Iterator
from datetime import date

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.errors import SourceError
from lookup.build.icd10pcs.part import OfficialList, OfficialMapping, ProcedureCodes
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.official.gem import GemEntry, GemFile
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.order_file import OrderCode, OrderFile
from lookup.build.progress import Progress
from lookup.icd10pcs.code_set import Icd10Pcs
from lookup.pointer import CATALOG_FILE
from lookup.store import Store
from services.lookup.tests.icd10pcs.reading import rows, text, titled


def order(effective: date, codes: dict[str, str], system: str = "icd-10-pcs") -> OfficialList:
    lines = tuple(
        OrderCode(code, True, long_text, long_text, line)
        for line, (code, long_text) in enumerate(codes.items(), 1)
    )
    file = OfficialFile(f"order {effective}.txt", repr(codes).encode())
    return OfficialList(file, OrderFile(system, effective, lines))


APPENDIX = "Resection of Appendix, Percutaneous Endoscopic Approach"
NEW = "Resection of Imagined Part, Open Approach"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("official")
    part = ProcedureCodes(
        [
            order(date(2026, 4, 1), {"0DTJ4ZZ": APPENDIX, "0DTJ4ZY": NEW}),
            order(date(2020, 10, 1), {"0DTJ4ZZ": "Taking out of Appendix"}),
        ],
        [
            OfficialMapping(
                OfficialFile("2018_pcsgem.txt", b"x"),
                GemFile(
                    "icd-10-pcs",
                    "icd-9-cm-procedures",
                    2018,
                    (GemEntry("0DTJ4ZZ", "4701", False, False, False, 0, 0, 1),),
                ),
            )
        ],
    )
    progress = Progress(2, io.StringIO())
    with catalog_file(folder / CATALOG_FILE, "test", [part, MsDrgs()], progress):
        pass
    with Store.open(folder) as store:
        yield store


def test_an_official_list_makes_its_release(loaded: Store) -> None:
    held = {release.id: release for release in loaded.releases()}
    assert held["icd-10-pcs-2026-04"].code_count == 2
    assert held["icd-10-pcs-2020-10"].code_count == 1
    # Where there is none, the release follows from the last whole list before it.
    assert held["icd-10-pcs-2024-04"].code_count == 78_638
    assert held["icd-10-pcs-2025-10"].code_count == 79_076


def test_texts_are_those_of_the_release(loaded: Store) -> None:
    stretches = loaded.stretches("icd-10-pcs", "0DTJ4ZZ")
    assert stretches[0].title == "Taking out of Appendix"
    assert stretches[-1].title == APPENDIX
    assert stretches[-1].source_id == "icd-10-pcs-order-2026-04"
    (new,) = loaded.stretches("icd-10-pcs", "0DTJ4ZY")
    assert (new.title, new.effective) == (NEW, date(2026, 4, 1))


def test_an_official_mapping_is_shown_beside_the_packaged_one(loaded: Store) -> None:
    release = next(of for of in loaded.releases() if of.id == "icd-10-pcs-2026-04")
    code = loaded.code(release, "0DTJ4ZZ")
    assert code is not None
    page = Icd10Pcs(loaded).page(code, release, ())
    forward = titled(page, "crosswalks", "General Equivalence Mapping, ICD-10-PCS to ICD-9-CM")
    assert rows(forward) == [("47.01", "exact", "no")]
    assert titled(page, "crosswalks", "General Equivalence Mapping, ICD-9-CM to ICD-10-PCS")
    said = text(page, "official_description")
    assert "confirmed by “Order file of April 2026” and" in said
    assert "as published for" not in said


def test_lists_that_cannot_be_right_are_refused_by_name() -> None:
    one = order(date(2026, 4, 1), {"0DTJ4ZZ": APPENDIX})
    with pytest.raises(SourceError, match="another order file for 2026-04-01"):
        ProcedureCodes([one, one])
    with pytest.raises(SourceError, match="a list of icd-10-cm, not of ICD-10-PCS"):
        ProcedureCodes([order(date(2026, 4, 1), {"E119": "x"}, "icd-10-cm")])
