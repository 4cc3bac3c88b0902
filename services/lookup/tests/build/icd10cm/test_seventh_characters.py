"""7th characters: placeholders before them, and notes that bar some of them."""

import pytest

from lookup.icd10cm.facts import Extension
from lookup.icd10cm.seventh_characters import (
    applicable,
    bar_in,
    extended_code,
    extended_title,
    placeholders,
)

S06 = (
    "7th characters D and S do not apply to codes in category S06 with 6th character 7 - death "
    "due to brain injury prior to regaining consciousness, or 8 - death due to other cause prior "
    "to regaining consciousness."
)


@pytest.mark.parametrize(
    ("stem", "code", "gap"),
    [
        ("W19", "W19.XXXA", 3),
        ("T16.1", "T16.1XXA", 2),
        ("S05.01", "S05.01XA", 1),
        ("S52.521", "S52.521A", 0),
        ("T36.0X5", "T36.0X5A", 0),
    ],
)
def test_x_fills_the_places_before_a_7th_character(stem: str, code: str, gap: int) -> None:
    assert extended_code(stem, "A") == code
    assert placeholders(stem) == gap


def test_the_meaning_follows_the_title() -> None:
    assert extended_title("Unspecified fall", Extension("S", "sequela")) == (
        "Unspecified fall, sequela"
    )


def test_the_bar_of_s06_is_understood() -> None:
    bar = bar_in(S06)
    assert bar is not None
    assert (bar.category, *map(sorted, (bar.sixths, bar.sevenths))) == (
        "S06",
        ["7", "8"],
        ["D", "S"],
    )


@pytest.mark.parametrize(
    ("stem", "left"),
    [
        ("S06.1X7", ["A"]),
        ("S06.1X8", ["A"]),
        ("S06.1X1", ["A", "D", "S"]),
        ("S06.7", ["A", "D", "S"]),
        ("S07.1X7", ["A", "D", "S"]),
    ],
)
def test_a_bar_takes_out_what_it_names_and_nothing_else(stem: str, left: list[str]) -> None:
    bar = bar_in(S06)
    assert bar is not None
    three = [Extension(character, character) for character in "ADS"]
    assert [e.character for e in applicable(stem, three, [bar])] == left


@pytest.mark.parametrize(
    "note",
    [
        "The appropriate 7th character is to be added to each code from category S06",
        "A fracture not indicated as open or closed should be coded to closed",
    ],
)
def test_other_notes_bar_nothing(note: str) -> None:
    assert bar_in(note) is None
