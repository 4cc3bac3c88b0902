"""Editors' texts are taken into what is served, and out again, without reading sources anew."""

import asyncio
import io
from pathlib import Path

import pytest

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup import answers
from lookup.build.builder import build, steps
from lookup.build.content_commands import import_command, remove_command
from lookup.build.cpt.part import CptDescriptors
from lookup.build.editors_texts import EditorsTexts
from lookup.build.icd10cm.part import TabularLists
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.packs.published import published
from lookup.pointer import CatalogFolder
from lookup.reader import Reader
from lookup.served_catalog import ServedCatalog
from lookup.store import Store
from services.lookup.tests.build.icd10cm.small_release import small_release

WORDS = (
    "When somebody keeps sulking although the reason for it has long gone, and it does not last "
    "more than a short while, the people around usually call it a passing mood. This entry is "
    "for such a mood when a clinician has written it down as a thing of its own.\n\n"
    "- It may follow a quarrel.\n- It may also come from nowhere.\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> CatalogFolder:
    """A folder with a catalog of the small release in which no editor's text is."""
    folder = CatalogFolder(tmp_path / "catalog")
    parts: list[Part] = [
        TabularLists([small_release()]),
        CptDescriptors(None, []),
        EditorsTexts([], "Site", lambda _fault: None),
    ]
    build(folder, parts, Progress(steps(parts), io.StringIO()))
    return folder


def pack(tmp_path: Path, code: str = "K01.0", status: str = "published") -> Path:
    place = tmp_path / "moods"
    place.mkdir(exist_ok=True)
    (place / "sulk.md").write_text(
        f"---\nsystem: icd-10-cm\ncode: {code}\nsection: common_language\nauthor: Ed Itor\n"
        f"reviewed_on: 2026-11-02\nstatus: {status}\n---\n{WORDS}"
    )
    return place


def common_language(folder: CatalogFolder) -> pb.Section:
    current = folder.current()
    assert current is not None
    served = ServedCatalog.open(folder, current, 1)
    asyncio.run(served.close())
    request = pb.GetCodePageRequest(system="icd-10-cm", code="K01.0", sections=["common_language"])
    with Store.open(folder.place(current)) as store:
        answer = answers.page(served, Reader(store), request)
    assert answer.catalog_id == current
    (section,) = answer.page.sections
    assert {block.source_id for block in section.blocks} == {s.id for s in answer.page.sources}
    return section


def test_an_imported_text_stands_where_one_was_composed(
    folder: CatalogFolder, tmp_path: Path
) -> None:
    first = folder.current()
    composed = common_language(folder)
    assert import_command(folder.path, pack(tmp_path), "Site") == 0
    assert folder.current() != first
    section = common_language(folder)
    running, points, note = section.blocks
    assert running.text.startswith("When somebody keeps sulking")
    assert [span.text for item in points.items for span in item.spans] == [
        "It may follow a quarrel.",
        "It may also come from nowhere.",
    ]
    assert note.text == "Written by Ed Itor, reviewed on November 2, 2026."
    assert remove_command(folder.path, "moods", "Site") == 0
    assert common_language(folder) == composed


def test_what_is_not_published_is_kept_and_not_served(
    folder: CatalogFolder, tmp_path: Path
) -> None:
    composed = common_language(folder)
    assert import_command(folder.path, pack(tmp_path, status="draft"), "Site") == 0
    assert common_language(folder) == composed


def test_a_text_about_a_code_that_is_not_there_is_refused_and_nothing_changes(
    folder: CatalogFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = folder.current()
    assert import_command(folder.path, pack(tmp_path, code="K01.9"), "Site") == 1
    assert "sulk.md:3: " in capsys.readouterr().err
    assert folder.current() == first
    assert "moods" not in {text.file.split("/")[0] for text in published(folder.path)}


def test_without_a_catalog_the_first_build_reads_the_pack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_command(tmp_path / "empty", pack(tmp_path), "Site") == 0
    assert "lookup catalog build" in capsys.readouterr().out


def test_a_build_passes_over_texts_about_codes_that_are_gone(tmp_path: Path) -> None:
    passed_over: list[str] = []
    texts = published(tmp_path / "no packs")
    parts: list[Part] = [
        TabularLists([small_release()]),
        CptDescriptors(None, []),
        EditorsTexts(texts, "Site", passed_over.append),
    ]
    folder = CatalogFolder(tmp_path / "catalog")
    build(folder, parts, Progress(steps(parts), io.StringIO()))
    # Of the code sets that are not loaded nothing is said.
    about = [text for text in texts if text.system == "icd-10-cm"]
    assert len(passed_over) == len(about) > 0
    assert all("no loaded release of icd-10-cm" in fault for fault in passed_over)
