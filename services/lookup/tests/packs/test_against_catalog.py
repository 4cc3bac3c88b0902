"""What only the builder of a catalog can say against a text."""

from pathlib import Path

from lookup.packs.against_catalog import repeated_titles, unknown_codes
from lookup.packs.read import read_pack
from services.lookup.tests.packs.written_pack import BODY, pack, text


def test_a_code_that_no_release_has_is_named(tmp_path: Path) -> None:
    texts = read_pack(pack(tmp_path / "house", one=text(), two=text(code="E11.8") + "More.")).texts
    faults = unknown_codes(texts, lambda system, code: (system, code) == ("icd-10-cm", "E11.9"))
    assert [str(fault) for fault in faults] == [
        "house/two.md:3: no loaded release of icd-10-cm has the code E11.8; mend the code, or "
        "take the text out"
    ]


def test_a_text_that_only_repeats_the_title_is_named(tmp_path: Path) -> None:
    title = "Type 2 diabetes mellitus without complications"
    padded = f"E11.9 is the code for {title}. " * 4
    folder = pack(tmp_path / "house", one=text(padded), two=text(BODY, code="E11.8"))
    faults = repeated_titles(read_pack(folder).texts, lambda _, code: title)
    assert [str(fault) for fault in faults] == [
        "house/one.md:3: only repeats the official text of E11.9; say in plain words what the "
        "code stands for"
    ]
    assert repeated_titles(read_pack(folder).texts, lambda _, code: None) == []
