"""Completions while a code or words are being typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.facts import Release
from lookup.finder.finder import Finder
from services.lookup.tests.hostile_texts import HOSTILE


def labels(finder: Finder, release: Release, text: str, limit: int = 8) -> list[str]:
    days = {release.system: release.effective}
    return [hit.code for hit in finder.suggest(text, days, limit)]


@pytest.mark.parametrize("text", ["E11.6", "e116", "E116", " e11.6"])
def test_a_code_is_completed_however_it_is_typed(
    finder: Finder, release: Release, text: str
) -> None:
    assert labels(finder, release, text, 3) == ["E11.6", "E11.61", "E11.610"]


def test_a_code_is_completed_to_its_7th_character(finder: Finder, release: Release) -> None:
    assert labels(finder, release, "s52.521a") == ["S52.521A"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("type 2 diab", "E11.9"),
        ("heart fail", "I50.9"),
        ("chest p", "R07.9"),
        ("chro nasophary", "J31.1"),
        ("Ménière", "H81.03"),
    ],
)
def test_words_are_completed(finder: Finder, release: Release, text: str, first: str) -> None:
    assert labels(finder, release, text)[0] == first


def test_a_single_letter_is_the_beginning_of_a_word(finder: Finder, release: Release) -> None:
    assert len(labels(finder, release, "e")) == 8


def test_no_more_than_wanted(finder: Finder, release: Release) -> None:
    assert len(labels(finder, release, "E11", 25)) == 25
    assert len(labels(finder, release, "diabetes", 25)) == 25


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered(finder: Finder, release: Release, text: str) -> None:
    assert len(labels(finder, release, text)) <= 8


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_answered(finder: Finder, release: Release, text: str) -> None:
    assert len(labels(finder, release, text)) <= 8
