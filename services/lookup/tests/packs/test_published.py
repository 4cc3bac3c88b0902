"""What is served: imported packs over the starter pack, published texts only."""

from pathlib import Path

import pytest

from lookup.build.errors import SourceError
from lookup.packs.command import import_command, remove_command
from lookup.packs.pack_text import digest
from lookup.packs.published import published
from services.lookup.tests.packs.written_pack import BODY, pack, text


def spoken(catalog_dir: Path, code: str) -> tuple[str, ...] | None:
    """What is published about *code*."""
    return next((text.paragraphs for text in published(catalog_dir) if text.code == code), None)


def test_an_imported_text_wins_over_the_starter_pack_until_it_is_removed(tmp_path: Path) -> None:
    catalog_dir = tmp_path / "catalog"
    shipped = published(catalog_dir)
    assert len(shipped) == 40
    folder = pack(tmp_path / "house", one=text(), two=text(f"Another. {BODY}", code="E11.8"))
    assert import_command(catalog_dir, folder) == 0
    assert spoken(catalog_dir, "E11.9") == (BODY,)
    served = published(catalog_dir)
    assert len(served) == 41
    assert served == sorted(served, key=lambda text: text.key)
    assert digest(served) != digest(shipped)
    assert remove_command(catalog_dir, "house") == 0
    assert published(catalog_dir) == shipped
    assert digest(published(catalog_dir)) == digest(shipped)


@pytest.mark.parametrize("status", ["draft", "reviewed"])
def test_only_published_text_is_served(tmp_path: Path, status: str) -> None:
    catalog_dir = tmp_path / "catalog"
    shipped = published(catalog_dir)
    folder = pack(tmp_path / "house", one=text(status=status), two=text(code="E11.8") + "More.")
    assert import_command(catalog_dir, folder) == 0
    assert spoken(catalog_dir, "E11.9") != (BODY,)
    assert len(published(catalog_dir)) == len(shipped) + 1


def test_importing_again_replaces_the_whole_pack(tmp_path: Path) -> None:
    catalog_dir = tmp_path / "catalog"
    folder = pack(tmp_path / "house", one=text(code="E11.8"))
    assert import_command(catalog_dir, folder) == 0
    (folder / "one.md").unlink()
    pack(folder, two=text(code="E11.7"))
    assert import_command(catalog_dir, folder) == 0
    assert spoken(catalog_dir, "E11.8") is None
    assert spoken(catalog_dir, "E11.7") == (BODY,)
    kept = list((catalog_dir / "content" / "house").rglob("*.md"))
    assert [path.name for path in kept] == ["two.md"]


def test_importing_the_same_again_mends_what_was_damaged(tmp_path: Path) -> None:
    catalog_dir = tmp_path / "catalog"
    folder = pack(tmp_path / "house", one=text())
    assert import_command(catalog_dir, folder) == 0
    (stored,) = (catalog_dir / "content" / "house").rglob("one.md")
    stored.write_text("nothing of it is left")
    with pytest.raises(SourceError, match=r"house/one\.md:1: .*; then import the pack again"):
        published(catalog_dir)
    assert import_command(catalog_dir, folder) == 0
    assert spoken(catalog_dir, "E11.9") == (BODY,)


def test_what_a_write_that_was_cut_short_left_is_not_served(tmp_path: Path) -> None:
    catalog_dir = tmp_path / "catalog"
    folder = pack(tmp_path / "house", one=text())
    assert import_command(catalog_dir, folder) == 0
    place = catalog_dir / "content" / "house"
    half = place / f".writing-{'0' * 64}"
    half.mkdir()
    (half / "one.md").write_text("half a te")
    (place / ".current").write_text("0" * 64)
    assert spoken(catalog_dir, "E11.9") == (BODY,)
    pack(folder, two=text(f"Another. {BODY}", code="E11.8"))
    assert import_command(catalog_dir, folder) == 0
    assert spoken(catalog_dir, "E11.8") == (f"Another. {BODY}",)
    assert not half.exists()


def test_two_packs_that_write_about_one_code_are_never_chosen_between(tmp_path: Path) -> None:
    catalog_dir = tmp_path / "catalog"
    assert import_command(catalog_dir, pack(tmp_path / "house", one=text())) == 0
    # Imports refuse this; it can only come about by hand.
    content = catalog_dir / "content"
    (content / "house").rename(content / "other")
    assert import_command(catalog_dir, pack(tmp_path / "house", one=text(code="E11.8"))) == 0
    (version,) = [entry for entry in (content / "house").iterdir() if entry.is_dir()]
    (version / "one.md").write_text(text())
    with pytest.raises(SourceError, match=r"E11\.9 is written in house/one\.md too; remove one"):
        published(catalog_dir)


def test_the_digest_knows_every_word_and_no_order(tmp_path: Path) -> None:
    texts = published(tmp_path)
    assert digest(texts) == digest(texts[::-1])
    assert digest(texts) != digest(texts[1:])
