"""An equivalence mapping is read with its direction and flags, whole, or is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.build.errors import SourceError
from lookup.build.official.gem import GemEntry, read, recognises
from lookup.build.official.official_file import OfficialFile
from services.lookup.tests.build.official.icd_layouts import (
    CM_FROM_9,
    CM_TO_9,
    PCS_FROM_9,
    PCS_TO_9,
    gem_lines,
    text_file,
)

Entries = tuple[tuple[str, ...], ...]
NAME = "2018_I10gem.txt"


def changed(number: int, line: str) -> OfficialFile:
    lines = gem_lines(CM_TO_9, 7)
    lines[number - 1] = line
    return text_file(lines, NAME)


@pytest.mark.parametrize(
    ("entries", "width", "source", "target"),
    [
        (CM_TO_9, 7, "icd-10-cm", "icd-9-cm"),
        (CM_FROM_9, 5, "icd-9-cm", "icd-10-cm"),
        (PCS_TO_9, 7, "icd-10-pcs", "icd-9-cm-procedures"),
        (PCS_FROM_9, 5, "icd-9-cm-procedures", "icd-10-pcs"),
    ],
)
def test_the_pair_of_systems_is_told_from_the_codes(
    entries: Entries, width: int, source: str, target: str
) -> None:
    file = text_file(gem_lines(entries, width), "2018-mappings.zip!gem.txt")
    assert recognises(file.head)
    found = read(file)
    assert (found.source_system, found.target_system, found.year) == (source, target, 2018)
    assert len(found.entries) == len(entries)


def test_flags_come_out_one_by_one() -> None:
    entries = read(text_file(gem_lines(CM_TO_9, 7), NAME)).entries
    assert entries[0] == GemEntry("A000", "0010", False, False, False, 0, 0, 1)
    assert entries[4] == GemEntry("T500X6A", None, True, True, False, 0, 0, 5)
    assert entries[6] == GemEntry("Z7901", "V5863", True, False, True, 1, 2, 7)


def test_what_is_odd_in_the_published_files_is_read_as_meant() -> None:
    assert read(text_file(gem_lines(CM_TO_9, 7), NAME)).entries[3].target == "V5889"
    no_target, stray_choice = read(text_file(gem_lines(PCS_TO_9, 7), NAME)).entries[2:4]
    assert (no_target.target, no_target.no_map) == (None, False)
    assert (stray_choice.combination, stray_choice.choice_list) == (False, 1)


@pytest.mark.parametrize("name", ["gem_pcsi9.txt", "2017-2018/gem_pcsi9.txt"])
def test_a_year_that_cannot_be_known_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match=rf"^{name}: its year is not known"):
        read(text_file(gem_lines(PCS_TO_9, 7), name))


@pytest.mark.parametrize(
    ("number", "line", "fault"),
    [
        (2, "E1165   25080 1000", "not a source, a target and five flags"),
        (2, "E1165   25080 10200", "not a source, a target and five flags"),
        (2, "E1165   25080 10000 9", "not a source, a target and five flags"),
        (2, "E1165   25080", "not a source, a target and five flags"),
        (2, "", "not a source, a target and five flags"),
        (2, "E1165  25080  10000", "or not in the columns"),
        (2, "E1165   25080  10000", "or not in the columns"),
        (2, "0020    A010  10000", "no codes of ICD-10-CM to ICD-9-CM diagnoses"),
        (2, "A000    0010  00000", "it repeats line 1"),
        (2, "E1165   25080 11000", "E1165 has a target and the flag for none"),
        (2, "E1165   25080 10100", "E1165 is a combination without"),
        (2, "E1165   NoDx  11111", "E1165 is a combination without"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line(number: int, line: str, fault: str) -> None:
    with pytest.raises(SourceError, match=rf"^{NAME}:{number}: .*{fault}"):
        read(changed(number, line))


def test_a_file_that_lacks_codes_at_an_end_is_refused() -> None:
    with pytest.raises(SourceError, match=r":6: it ends with Q999, but ICD-10-CM goes on to Z"):
        read(text_file([*gem_lines(CM_TO_9[:5], 7), "Q999    7599  10000"], NAME))
    with pytest.raises(SourceError, match=r":1: it begins with E1165, not with the first"):
        read(text_file(gem_lines(CM_TO_9[1:], 7), NAME))


def test_codes_that_could_be_of_two_pairs_are_refused() -> None:
    with pytest.raises(SourceError, match="do not show which systems"):
        read(text_file(gem_lines((("0010", "B000000", "10000"),), 5), NAME))


@settings(deadline=None)
@given(st.data())
def test_a_file_cut_anywhere_is_refused(data: st.DataObject) -> None:
    whole = text_file(gem_lines(CM_FROM_9, 5), NAME)
    length = data.draw(st.integers(0, len(whole.content) - 3))
    with pytest.raises(SourceError):
        read(OfficialFile(NAME, whole.content[:length]))
