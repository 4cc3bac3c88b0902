"""The commands: everything is checked first, and nothing is kept where anything is wrong."""

from pathlib import Path

import pytest

from lookup.packs.command import check_command, import_command, remove_command
from services.lookup.tests.packs.written_pack import pack, text


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_check_says_what_a_pack_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = pack(tmp_path / "house", one=text(), two=text(code="E11.8", status="draft") + "More.")
    assert check_command(folder) == 0
    assert capsys.readouterr().out == "house: 2 texts (1 published, 1 draft); nothing wrong\n"


def test_check_names_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = pack(tmp_path / "house", one=text(status="ready"), two=text(code="e11.8"))
    assert check_command(folder) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in told] == ["house/one.md:7", "house/two.md:3", "lookup"]
    assert told[-1].startswith("lookup: the pack cannot be imported; ")


def test_a_pack_with_a_fault_leaves_what_was_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog_dir = tmp_path / "catalog"
    folder = pack(tmp_path / "house", one=text())
    assert import_command(catalog_dir, folder) == 0
    kept = contents(catalog_dir)
    pack(folder, two=text(code="E11.8", reviewed_on="soon"))
    assert import_command(catalog_dir, folder) == 1
    assert "house/two.md:6: “soon” is no date" in capsys.readouterr().err
    assert contents(catalog_dir) == kept


def test_a_code_that_another_pack_publishes_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog_dir = tmp_path / "catalog"
    assert import_command(catalog_dir, pack(tmp_path / "house", one=text())) == 0
    rival = pack(tmp_path / "guests", one=text("A word. " * 20))
    assert import_command(catalog_dir, rival) == 1
    told = capsys.readouterr().err
    assert "guests/one.md:3: icd-10-cm E11.9 is published in house/one.md already" in told
    pack(rival, one=text("A word. " * 20, status="draft"))
    assert import_command(catalog_dir, rival) == 0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("starter", "starter: is the name of the pack that is shipped"),
        ("My Pack", "My Pack: cannot name a pack; name the folder with small letters"),
    ],
)
def test_a_folder_that_cannot_name_a_pack_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    catalog_dir = tmp_path / "catalog"
    assert import_command(catalog_dir, pack(tmp_path / name, one=text())) == 1
    assert told in capsys.readouterr().err
    assert not catalog_dir.exists()


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert import_command(tmp_path / "file", pack(tmp_path / "house", one=text())) == 1
    told = capsys.readouterr().err
    assert told.startswith("lookup: nothing imported: ")
    assert str(tmp_path / "file") in told


def test_the_name_comes_from_the_folder_however_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pack(tmp_path / "house", one=text()))
    assert import_command(tmp_path / "catalog", Path()) == 0
    assert (tmp_path / "catalog" / "content" / "house").is_dir()


def test_removing_what_is_not_there_names_what_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert remove_command(tmp_path / "catalog", "house") == 1
    assert "no imported pack is named “house”; packs: there are none" in capsys.readouterr().err
    assert import_command(tmp_path / "catalog", pack(tmp_path / "house", one=text())) == 0
    assert remove_command(tmp_path / "catalog", "../house") == 1
    assert "packs: house" in capsys.readouterr().err
