"""A file that is cut short, shifted, in another encoding or undated stops the build, by name.

The catalog that was there goes on; nothing of the others in the folder is loaded.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from lookup.build.builder import build, steps
from lookup.build.command import build_command
from lookup.build.icd10cm.part import TabularLists
from lookup.build.official.official_file import OfficialFile
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.cpt.licence import CptLicence
from lookup.cpt.record import add_command
from lookup.pointer import CatalogFolder
from services.lookup.tests.build.icd10cm.small_release import small_release
from services.lookup.tests.build.icd10cm.test_releases import ORDER, WHOLE
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.hcpcs_layout import anweb, csv_file, csv_rows
from services.lookup.tests.build.official.icd_layouts import (
    CM_FROM_9,
    CM_TO_9,
    PCS_CODES,
    PCS_FROM_9,
    PCS_TO_9,
    gem_lines,
    order_lines,
    text_file,
)
from services.lookup.tests.build.official_folder import files, lay_out

LICENCE = CptLicence("Invented Clinic", "AMA-0000", 2026, 25, "C. Counsel", date(2026, 1, 2))
UNKNOWN = "release"


@dataclass(frozen=True)
class Layout:
    """A whole file in a layout; how one of an unknown release is called, and what it says."""

    name: str
    content: bytes
    undated: str
    undated_content: bytes
    undated_fault: str = "release is not known"


def dated_by_name(file: OfficialFile, fault: str = "release is not known") -> Layout:
    return Layout(file.name, file.content, "a file", file.content, fault)


def dated_by_text(name: str, text: str, wanted: str, put: str, fault: str) -> Layout:
    assert wanted in text
    return Layout(name, text.encode(), name, text.replace(wanted, put).encode(), fault)


def hcpcs(file: OfficialFile) -> Layout:
    wrong = file.name.replace("2026", "2024")
    return Layout(file.name, file.content, wrong, file.content, "name speaks of another quarter")


def gem(entries: tuple[tuple[str, ...], ...], width: int) -> Layout:
    return dated_by_name(text_file(gem_lines(entries, width), "2018.txt"), "its year is not known")


def index(text: str) -> Layout:
    return dated_by_name(published.file_of(text, "index 2026.xml"))


LAYOUTS = {
    "hcpcs text": hcpcs(anweb(name="HCPC2026_APR_ANWEB.txt")),
    "hcpcs csv": hcpcs(csv_file(csv_rows(whole_texts=True), name="HCPC2026_APR.csv")),
    "cm order": dated_by_name(text_file(order_lines(ORDER), "cm order 2026.txt")),
    "pcs order": dated_by_name(text_file(order_lines(PCS_CODES), "pcs order 2026.txt")),
    "tabular": dated_by_name(published.file_of(WHOLE, "tabular 2026.xml")),
    "index": index(published.INDEX),
    "external causes": index(published.EXTERNAL_CAUSES),
    "neoplasms": index(published.NEOPLASMS),
    "drugs": index(published.DRUGS),
    "pcs index": dated_by_text(
        "pcs.xml", published.PROCEDURES, "<version>2026", "<version>new", "of which year"
    ),
    "gem to 9": gem(CM_TO_9, 7),
    "gem from 9": gem(CM_FROM_9, 5),
    "pcs gem to 9": gem(PCS_TO_9, 7),
    "pcs gem from 9": gem(PCS_FROM_9, 5),
    "pprrvu": dated_by_text("v.csv", published.pprrvu(), "July Release", "Release", UNKNOWN),
    "gpci": dated_by_text("g.csv", published.gpci(), "2026", "the year", "year"),
    "ptp": dated_by_name(published.file_of(published.ptp(), "ccipra-v322r0-f1.TXT"), "nothing"),
    "mue": dated_by_name(published.file_of(published.mue(), published.MUE_NAME), UNKNOWN),
    "ncd": dated_by_text("n.csv", published.ncd(), "2026-08-28 11:49:28.133000", "", "last_updt"),
    "lcd": dated_by_text("l.csv", published.lcd(), "2026-03-01 10:00:00", "", "last_updated"),
    "cpt": dated_by_text(
        "LONGULT.txt",
        published.descriptors("\t", published.CPT_LONG),
        "CPT 2026, copyright 1995-2025",
        "CPT",
        "an unknown release",
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> CatalogFolder:
    """Catalogs with a small one that is current, and a CPT licence on record."""
    folder = CatalogFolder(tmp_path_factory.mktemp("catalogs"))
    parts: list[Part] = [TabularLists([small_release()])]
    build(folder, parts, Progress(steps(parts), io.StringIO()))
    assert add_command(folder.path, LICENCE) == 0
    return folder


@pytest.fixture(autouse=True)
def nothing_changes(folder: CatalogFolder) -> Iterator[None]:
    """Whatever a test tries, the catalog that was there goes on, and there is no other."""
    before = _contents(folder.path)
    yield
    assert _contents(folder.path) == before


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(
    folder: Path, place: Path, official: list[OfficialFile], capsys: pytest.CaptureFixture[str]
) -> str:
    """Why nothing was built of *official*: one line, the last one."""
    lay_out(place, official)
    capsys.readouterr()
    assert build_command(folder, place, "Site") == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.count("no catalog built") == 1
    last = said.splitlines()[-1]
    assert last.startswith("lookup: no catalog built: ")
    return last.removeprefix("lookup: no catalog built: ")


WHOLE_ONES = files()[-4:-2]
"""Files beside it that nothing is wrong with."""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_that_is_cut_short_is_refused_with_its_last_line(
    folder: CatalogFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], layout: str
) -> None:
    of = LAYOUTS[layout]
    cut = OfficialFile(of.name, of.content[: len(of.content) * 9 // 10])
    last = cut.content.count(b"\n") + 1
    why = refusal(folder.path, tmp_path / "in", [cut, *WHOLE_ONES], capsys)
    place, _, fault = why.partition(": ")
    name, _, line = place.rpartition(":")
    assert name == of.name
    assert 1 < int(line) <= last
    assert "cut short" in fault or "not complete" in fault


@pytest.mark.parametrize(
    ("layout", "before"),
    [
        (name, before)
        for name, of in LAYOUTS.items()
        for before in (b" ", b",")
        # Blanks beside the text of a cell say nothing.
        if not (before == b" " and of.name.endswith(".csv"))
    ],
)
def test_a_file_with_shifted_columns_is_refused_with_the_line(
    folder: CatalogFolder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    layout: str,
    before: bytes,
) -> None:
    of = LAYOUTS[layout]
    lines = of.content.splitlines(keepends=True)
    shifted = OfficialFile(of.name, b"".join(before + line for line in lines))
    why = refusal(folder.path, tmp_path / "in", [shifted, *WHOLE_ONES], capsys)
    assert why.startswith(f"{of.name}:"), why


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_in_another_encoding_is_refused(
    folder: CatalogFolder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    layout: str,
    encoding: str,
) -> None:
    of = LAYOUTS[layout]
    saved = OfficialFile(of.name, of.content.decode("cp1252").encode(encoding))
    why = refusal(folder.path, tmp_path / "in", [saved, *WHOLE_ONES], capsys)
    assert why == f"{of.name}:1: it is in UTF-16; use the file as its publisher ships it"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_byte_that_is_no_text_is_refused_with_its_line(
    folder: CatalogFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], layout: str
) -> None:
    of = LAYOUTS[layout]
    middle = of.content.index(b"\n", len(of.content) // 2) - 2
    line = of.content.count(b"\n", 0, middle) + 1
    spoilt = OfficialFile(of.name, of.content[:middle] + b"\x81" + of.content[middle:])
    why = refusal(folder.path, tmp_path / "in", [spoilt, *WHOLE_ONES], capsys)
    assert why.startswith(f"{of.name}:{line}: "), why


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_of_an_unknown_release_is_refused_with_what_to_do(
    folder: CatalogFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], layout: str
) -> None:
    of = LAYOUTS[layout]
    undated = OfficialFile(of.undated, of.undated_content)
    why = refusal(folder.path, tmp_path / "in", [undated, *WHOLE_ONES], capsys)
    assert why.startswith(of.undated), why
    assert of.undated_fault in why


@pytest.mark.parametrize(
    ("official", "fault"),
    [
        (
            [text_file(order_lines(ORDER), name) for name in ("a 2026.txt", "b 2026.txt")],
            "b 2026.txt: a 2026.txt is of the same release",
        ),
        (
            [
                text_file(gem_lines(CM_TO_9, 7), "a 2018.txt"),
                text_file(gem_lines((*CM_TO_9[:1], *CM_TO_9[2:]), 7), "b 2018.txt"),
            ],
            "is of the same year and direction as a 2018.txt",
        ),
        (
            [
                published.file_of(published.PROCEDURES, "a.xml"),
                published.file_of(published.PROCEDURES, "b.xml"),
            ],
            "is of the same year as a.xml",
        ),
        (
            [published.file_of(published.ptp(), f"ccipra-v322r0-f{part}.TXT") for part in (1, 3)],
            "ccipra-v322r0-f3.TXT: part 2 of the table is missing",
        ),
        (
            [anweb(name="a.txt"), anweb(notice=(), name="b.txt")],
            "b.txt: is of the same release as a.txt",
        ),
        (
            [published.file_of(published.INDEX, "index 2023.xml")],
            "says it is version 2026, but its name speaks of fiscal year 2023",
        ),
    ],
)
def test_files_that_do_not_go_together_are_refused(
    folder: CatalogFolder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    official: list[OfficialFile],
    fault: str,
) -> None:
    assert fault in refusal(folder.path, tmp_path / "in", official, capsys)


def test_a_cpt_file_without_a_licence_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cpt = LAYOUTS["cpt"]
    official = [OfficialFile("from the AMA.zip!LONGULT.txt", cpt.content)]
    why = refusal(tmp_path / "catalog", tmp_path / "in", official, capsys)
    assert why.startswith("from the AMA.zip!LONGULT.txt: is a file of CPT descriptors")
    assert "`lookup licence add`" in why
    assert published.INVENTED not in why
