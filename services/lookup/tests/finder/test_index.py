"""An index on the disk: whole or refused, the same from the same documents, shared by threads."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lookup.finder.errors import UnreadableIndex
from lookup.finder.finder import Finder
from lookup.finder.write import write_index
from services.lookup.tests.finder.corpus import DAYS, FIRST, LAST, code_of, documents

QUERIES = ["type 2 diabetes", "knee", "COPD", "hypertenson", "E11", "Toradol", "chro nasophary"]


def answers(finder: Finder) -> list[object]:
    return [
        *(finder.search(text, DAYS, offset=0, limit=30) for text in QUERIES),
        *(finder.suggest(text, DAYS, 10) for text in QUERIES),
    ]


def test_the_same_documents_give_the_same_answers(index: Path, tmp_path: Path) -> None:
    write_index(tmp_path / "again", "catalog-1", documents())
    assert answers(Finder.open(tmp_path / "again")) == answers(Finder.open(index))
    columns = [folder / "columns.bin" for folder in (index, tmp_path / "again")]
    assert columns[0].read_bytes() == columns[1].read_bytes()


def test_an_index_says_what_it_holds(index: Path) -> None:
    meta = json.loads((index / "meta.json").read_text())
    assert (meta["catalog_id"], meta["schema"]) == ("catalog-1", 1)
    assert meta["documents"] == sum(1 for _ in documents())


def test_an_index_of_another_catalog_is_refused(finder: Finder) -> None:
    finder.check("catalog-1")
    with pytest.raises(UnreadableIndex, match="catalog-1, not of catalog-2"):
        finder.check("catalog-2")


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableIndex, match="build the catalog anew"):
        Finder.open(tmp_path)


@pytest.mark.parametrize("name", ["meta.json", "columns.bin", "full_text"])
def test_an_index_with_a_part_missing_is_refused(index: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "index"
    shutil.copytree(index, folder)
    part = folder / name
    shutil.rmtree(part) if part.is_dir() else part.unlink()
    with pytest.raises(UnreadableIndex):
        Finder.open(folder)


def test_an_index_cut_short_is_refused(index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(index, folder)
    content = (folder / "columns.bin").read_bytes()
    (folder / "columns.bin").write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableIndex, match="cut short"):
        Finder.open(folder)


def test_an_index_of_another_schema_is_refused(index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(index, folder)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "schema": 0}))
    with pytest.raises(UnreadableIndex, match="schema 0"):
        Finder.open(folder)


def test_an_index_is_not_written_over(index: Path) -> None:
    with pytest.raises(FileExistsError):
        write_index(index, "catalog-1", documents())


def test_an_index_of_nothing_answers_nothing(tmp_path: Path) -> None:
    write_index(tmp_path / "empty", "catalog-1", [])
    finder = Finder.open(tmp_path / "empty")
    assert finder.search("knee", DAYS, offset=0, limit=5).total == 0
    assert finder.search("E11", DAYS, offset=0, limit=5).total == 0
    assert finder.suggest("knee", DAYS, 5) == []


def test_the_smallest_index_answers(tmp_path: Path) -> None:
    write_index(tmp_path / "one", "c", [code_of("E0100", "Cane", FIRST, LAST)])
    finder = Finder.open(tmp_path / "one")
    assert [hit.code for hit in finder.search("cane", DAYS, offset=0, limit=5).hits] == ["E0100"]


def test_many_threads_share_one_finder(finder: Finder) -> None:
    expected = answers(finder)
    with ThreadPoolExecutor(8) as threads:
        for found in threads.map(lambda _: answers(finder), range(40)):
            assert found == expected
