"""The tables of abbreviations, lay terms, former terms, brands and words that mean the same."""

from collections import Counter
from pathlib import Path

import pytest

import lookup.finder.knowledge
from lookup.finder.knowledge import Knowledge, words_of_tables
from lookup.finder.words import Stemmer, fold

FOLDER = Path(lookup.finder.knowledge.__file__).parent / "terms"
TABLES = sorted(path.name for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("name", TABLES)
def test_every_line_says_what_it_stands_for(name: str) -> None:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    entries = [line for line in lines if not line.startswith("#")]
    assert all(line.count(" = ") >= 1 and not line.endswith("=") for line in entries)
    said = Counter(fold(line.split(" = ")[0]) for line in entries)
    assert [term for term, count in said.items() if count > 1] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_whence_it_comes(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert "# Source" in text


def test_entries_are_known_by_their_stems() -> None:
    knowledge = Knowledge.shipped(Stemmer())
    assert "hypertension" in knowledge.phrases["high", "blood", "pressur"]
    assert "chronic obstructive pulmonary disease" in knowledge.abbreviations["copd"]
    assert "kidney" in knowledge.same["renal"]
    assert "renal" in knowledge.same["kidney"]


def test_words_of_the_tables_are_known_words() -> None:
    assert {"shingles", "hypertension", "toradol"} <= set(words_of_tables())
