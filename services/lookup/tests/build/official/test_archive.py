"""Every file in a folder and its archives is found; what cannot be trusted is refused by name."""

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from lookup.build.errors import SourceError
from lookup.build.official.archive import Bounds, files_in


def zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def put(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def found(folder: Path, bounds: Bounds | None = None) -> dict[str, bytes]:
    return {file.name: file.content for file in files_in(folder, bounds or Bounds())}


def test_files_are_found_below_the_folder_and_in_archives_in_order(tmp_path: Path) -> None:
    inner = zipped({"deep.txt": b"deep"})
    put(tmp_path, "b.txt", b"b")
    put(tmp_path, "2026/april.zip", zipped({"z.txt": b"z", "dir/a.txt": b"a", "n.zip": inner}))
    assert list(found(tmp_path).items()) == [
        ("2026/april.zip!dir/a.txt", b"a"),
        ("2026/april.zip!n.zip!deep.txt", b"deep"),
        ("2026/april.zip!z.txt", b"z"),
        ("b.txt", b"b"),
    ]


def test_what_operating_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, ".DS_Store", b"x")
    put(tmp_path, ".git/config", b"x")
    put(tmp_path, "a.zip", zipped({"__MACOSX/._a.txt": b"x", "a.txt": b"a"}))
    assert found(tmp_path) == {"a.zip!a.txt": b"a"}


def test_an_archive_by_another_name_is_one_and_an_office_document_is_a_file(
    tmp_path: Path,
) -> None:
    document = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    put(tmp_path, "release", zipped({"a.txt": b"a", "a.xlsx": document}))
    put(tmp_path, "notes.docx", document)
    assert found(tmp_path) == {
        "notes.docx": document,
        "release!a.txt": b"a",
        "release!a.xlsx": document,
    }


def test_what_only_begins_like_an_archive_is_a_file(tmp_path: Path) -> None:
    put(tmp_path, "odd.xlsx", b"PK\x03\x04 and so on")
    assert list(found(tmp_path)) == ["odd.xlsx"]


@pytest.mark.parametrize("kept", [0, 10, 60, -30])
def test_an_archive_that_is_cut_short_is_refused_by_name(tmp_path: Path, kept: int) -> None:
    put(tmp_path, "a.zip", zipped({"a.txt": b"a" * 1000})[:kept])
    with pytest.raises(SourceError, match=r"^a\.zip: the archive is damaged or not complete"):
        found(tmp_path)


def test_a_damaged_file_in_an_archive_is_refused_by_name(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": os.urandom(1000)}))
    content[200] ^= 0xFF
    put(tmp_path, "a.zip", bytes(content))
    with pytest.raises(SourceError, match=r"^a\.zip!a\.txt: the archive is damaged"):
        found(tmp_path)


def test_a_damaged_archive_in_an_archive_is_refused_by_name(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", zipped({"n.zip": zipped({"a.txt": b"a"})[:-5]}))
    with pytest.raises(SourceError, match=r"^a\.zip!n\.zip: the archive is damaged"):
        found(tmp_path)


def test_an_encrypted_file_is_refused_by_name(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": b"a"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    put(tmp_path, "a.zip", bytes(content))
    with pytest.raises(SourceError, match=r"^a\.zip!a\.txt: it is encrypted"):
        found(tmp_path)


def test_a_third_level_of_archives_is_refused(tmp_path: Path) -> None:
    third = zipped({"a.txt": b"a"})
    put(tmp_path, "a.zip", zipped({"b.zip": zipped({"c.zip": third})}))
    with pytest.raises(SourceError, match=r"^a\.zip!b\.zip!c\.zip: an archive in an archive in"):
        found(tmp_path)


def test_what_unpacks_beyond_bounds_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    put(tmp_path, "bomb.zip", zipped({"zeros.txt": bytes(5_000_000)}))
    with pytest.raises(SourceError, match=r"^bomb\.zip!zeros\.txt: it is larger than 1 MB"):
        found(tmp_path, Bounds(file_bytes=1024**2))


def test_an_archive_is_bounded_together_with_the_archives_in_it(tmp_path: Path) -> None:
    inner = zipped({f"{n}.txt": bytes(700_000) for n in range(2)})
    put(tmp_path, "bomb.zip", zipped({"n.zip": inner, "o.zip": inner}))
    with pytest.raises(SourceError, match=r"^bomb\.zip: it is larger than 2 MB"):
        found(tmp_path, Bounds(file_bytes=1024**2, archive_bytes=2 * 1024**2))


def test_an_archive_of_very_many_files_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "many.zip", zipped({f"{n}.txt": b"" for n in range(12)}))
    with pytest.raises(SourceError, match=r"^many\.zip: it holds more than 10 files"):
        found(tmp_path, Bounds(entries=10))


def test_a_file_larger_than_any_published_one_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "big.txt", bytes(1024**2 + 1))
    with pytest.raises(SourceError, match=r"^big\.txt: it is larger than 1 MB"):
        found(tmp_path, Bounds(file_bytes=1024**2))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere: there is no such folder"):
        found(tmp_path / "nowhere")
