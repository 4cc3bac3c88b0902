"""CPT content is there under a licence, with its notices, and is not there at all without one.

All codes in CPT form here are invented, and so are their texts.
"""

import io
from collections.abc import AsyncIterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup import answers
from lookup.build.builder import build, steps
from lookup.build.cpt.part import CptDescriptors
from lookup.build.errors import SourceError
from lookup.build.icd10cm.part import TabularLists
from lookup.build.official.official_file import OfficialFile
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.cpt.licence import CptLicence, is_cpt_form
from lookup.cpt.record import add_command, recorded, remove_command, show_command
from lookup.pointer import CATALOG_FILE, CatalogFolder
from lookup.served_catalog import ServedCatalog
from services.lookup.tests.build.icd10cm.small_release import small_release
from services.lookup.tests.build.official.published_files import INVENTED, descriptors, file_of

LICENCE = CptLicence("Invented Clinic", "AMA-0000", 2026, 25, "C. Counsel", date(2026, 1, 2))
LONG = [
    ("00001", f"{INVENTED}: polishing of a spoon, first"),
    ("00002", f"{INVENTED}: polishing of a spoon, each further"),
    ("0001F", f"{INVENTED}: spoon counted"),
]


def long_file(year: int = 2026) -> OfficialFile:
    text = descriptors("\t", LONG, notice=f"CPT {year}. Copyright {year - 1}. {INVENTED}.\r\n")
    return file_of(text, "LONGULT.txt")


def consumer_file() -> OfficialFile:
    rows = "".join(f"100000{n}\t{code}\t{text} (lay)\r\n" for n, (code, text) in enumerate(LONG))
    return file_of(f"Concept Id\tCPT Code\tConsumer Friendly Descriptor\r\n{rows}", "Consumer.txt")


def catalog(
    tmp_path: Path, licence: CptLicence | None, files: Sequence[OfficialFile]
) -> ServedCatalog:
    folder = CatalogFolder(tmp_path / "catalog")
    parts: list[Part] = [TabularLists([small_release()]), CptDescriptors(licence, files)]
    built = build(folder, parts, Progress(steps(parts), io.StringIO()))
    return ServedCatalog.open(folder, built.catalog_id, 1)


@pytest.fixture
async def licensed(tmp_path: Path) -> AsyncIterator[ServedCatalog]:
    served = catalog(tmp_path, LICENCE, [long_file(), consumer_file()])
    yield served
    await served.close()


@pytest.fixture
async def unlicensed(tmp_path: Path) -> AsyncIterator[ServedCatalog]:
    served = catalog(tmp_path, None, [])
    yield served
    await served.close()


async def asked[Q, A](answer: answers.Answer[Q, A], served: ServedCatalog, request: Q) -> A:
    return await served.read(partial(answer, served, request=request))


def test_a_descriptor_file_is_refused_by_name_without_a_licence() -> None:
    with pytest.raises(SourceError, match=r"LONGULT.txt: .*lookup licence add"):
        CptDescriptors(None, [long_file()])


def test_a_file_of_another_release_than_the_licence_covers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"release 2025, .*covers 2026"):
        catalog(tmp_path, LICENCE, [long_file(2025)])
    assert CatalogFolder(tmp_path / "catalog").current() is None


async def test_a_licence_alone_loads_nothing(tmp_path: Path) -> None:
    served = catalog(tmp_path, LICENCE, [])
    told = await asked(answers.catalog, served, pb.GetCatalogRequest())
    await served.close()
    assert [system.system for system in told.systems] == ["icd-10-cm"]
    assert not told.HasField("cpt_licence")


async def test_a_licensed_page_has_nine_sections_and_the_notices(
    licensed: ServedCatalog, tmp_path: Path
) -> None:
    request = pb.GetCodePageRequest(system="cpt", code="00001")
    page = (await asked(answers.page, licensed, request)).page
    assert page.code.display == LONG[0][1]
    assert len(page.sections) == 9
    assert all(section.blocks for section in page.sections)
    assert list(page.licence_notices) == [
        "CPT copyright 2026 American Medical Association. All rights reserved.",
        "CPT is a registered trademark of the American Medical Association.",
    ]
    texts = {section.key: str(section) for section in page.sections}
    assert f"{LONG[0][1]} (lay)" in texts["common_language"]
    assert "not assigned by the American Medical Association" in texts["payment"]
    assert (page.HasField("previous"), page.next.code) == (False, "00002")


async def test_each_section_that_names_cpt_marks_the_first_as_registered(
    licensed: ServedCatalog, tmp_path: Path
) -> None:
    request = pb.GetCodePageRequest(system="cpt", code="00002")
    page = (await asked(answers.page, licensed, request)).page
    for section in page.sections:
        said = " ".join(f"{block.title} {block.text}" for block in section.blocks)
        own = said.replace(INVENTED, "")
        if "CPT" in own:
            first = own.index("CPT")
            marked = own[first : first + 4] == "CPT®" or "(CPT®)" in own
            assert marked, (section.key, own)


async def test_licensed_codes_are_found_with_the_notices(
    licensed: ServedCatalog, tmp_path: Path
) -> None:
    found = await asked(answers.results, licensed, pb.SearchRequest(query="spoon polishing"))
    assert {hit.code.code for hit in found.results} >= {"00001", "00002"}
    assert "CPT copyright 2026" in found.licence_notices[0]
    other = await asked(answers.results, licensed, pb.SearchRequest(query="sulk"))
    assert other.results
    assert not other.licence_notices


async def test_the_catalog_tells_the_terms_that_must_be_accepted(
    licensed: ServedCatalog, tmp_path: Path
) -> None:
    told = await asked(answers.catalog, licensed, pb.GetCatalogRequest())
    assert told.cpt_licence.release_year == 2026
    assert "Invented Clinic" in told.cpt_licence.terms
    assert told.cpt_licence.terms_version == LICENCE.terms_version
    later = CptLicence("Invented Clinic", "AMA-0000", 2027, 25, "C. Counsel", date(2027, 1, 2))
    assert later.terms_version != LICENCE.terms_version


async def test_without_a_licence_nothing_answers_for_cpt(
    unlicensed: ServedCatalog, tmp_path: Path
) -> None:
    resolved = await asked(
        answers.resolution, unlicensed, pb.ResolveCodeRequest(system="cpt", text="00001")
    )
    assert resolved.outcome == pb.ResolveCodeResponse.OUTCOME_CODE_SET_NOT_LOADED
    told = await asked(answers.catalog, unlicensed, pb.GetCatalogRequest())
    assert not told.HasField("cpt_licence")
    assert "cpt" not in [system.system for system in told.systems]
    assert (
        INVENTED.encode() not in (tmp_path / "catalog" / unlicensed.id / CATALOG_FILE).read_bytes()
    )


async def test_licensed_codes_are_browsed_by_their_first_digits(
    licensed: ServedCatalog, tmp_path: Path
) -> None:
    top = await asked(answers.browsed, licensed, pb.BrowseRequest(system="cpt"))
    (group,) = top.entries
    assert (group.place.label, group.billable_count) == ("00001-0001F", 3)
    below = await asked(
        answers.browsed, licensed, pb.BrowseRequest(system="cpt", range="00001-0001f")
    )
    assert [entry.place.label for entry in below.entries] == ["00001", "00002", "0001F"]


def test_a_licence_is_recorded_shown_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert recorded(tmp_path) is None
    assert add_command(tmp_path, LICENCE) == 0
    assert recorded(tmp_path) == LICENCE
    assert show_command(tmp_path) == 0
    assert "Invented Clinic, agreement AMA-0000, 25 users" in capsys.readouterr().out
    assert remove_command(tmp_path) == 0
    assert recorded(tmp_path) is None
    (tmp_path / "cpt-licence.json").write_text("{}")
    assert show_command(tmp_path) == 1
    assert "lookup licence add" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        CptLicence("", "A", 2026, 1, "C", date(2026, 1, 1)),
        CptLicence("H", " ", 2026, 1, "C", date(2026, 1, 1)),
        CptLicence("H", "A", 1999, 1, "C", date(2026, 1, 1)),
        CptLicence("H", "A", 2031, 1, "C", date(2026, 1, 1)),
        CptLicence("H", "A", 2026, 0, "C", date(2026, 1, 1)),
        CptLicence("H", "A", 2026, 1, "", date(2026, 1, 1)),
    ],
)
def test_a_record_without_sense_is_not_made(tmp_path: Path, wrong: CptLicence) -> None:
    assert add_command(tmp_path, wrong) == 1
    assert recorded(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "is_cpt"),
    [
        *((code, True) for code in ("00001", "0001F", "0001T", "0001U", "0001M", "0001A")),
        *((code, False) for code in ("J0001", "E11.9", "0001", "000011", "0001B", "0001f")),
    ],
)
def test_the_form_of_a_cpt_code(text: str, is_cpt: bool) -> None:
    assert is_cpt_form(text) is is_cpt
