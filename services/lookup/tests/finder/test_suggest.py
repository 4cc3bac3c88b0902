"""Completions while a code or words are being typed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.finder.finder import Finder
from services.lookup.tests.finder.corpus import DAYS
from services.lookup.tests.finder.reading import HCPCS, HOSTILE, ICD, PCS


def codes(finder: Finder, text: str, limit: int = 8) -> list[str]:
    return [hit.code for hit in finder.suggest(text, ICD, limit)]


@pytest.mark.parametrize("text", ["E11.6", "e116", "E116", " e11.6"])
def test_a_code_is_completed_however_it_is_typed(finder: Finder, text: str) -> None:
    assert codes(finder, text, 3) == ["E11.6", "E11.62", "E11.621"]


def test_a_code_is_completed_to_its_7th_character(finder: Finder) -> None:
    assert codes(finder, "s52.521a") == ["S52.521A"]
    assert "S52.521A" not in codes(finder, "s52.5", 50)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("type 2 diab", "E11.9"),
        ("heart fail", "I50.9"),
        ("chest p", "R07.9"),
        ("chro nasophary", "J31.1"),
        ("Ménière", "H81.03"),
        ("sepsis unspe", "A41.9"),
    ],
)
def test_words_are_completed(finder: Finder, text: str, first: str) -> None:
    assert codes(finder, text)[0] == first


def test_titles_that_begin_as_typed_come_first(finder: Finder) -> None:
    titles = [hit.title for hit in finder.suggest("pain", ICD, 20)]
    begins = [title.startswith("Pain") for title in titles]
    assert begins == sorted(begins, reverse=True)


@pytest.mark.parametrize("text", ["e", "di", "kne", "1"])
def test_few_letters_complete_to_words_that_begin_so(finder: Finder, text: str) -> None:
    found = finder.suggest(text, DAYS, 8)
    assert found
    for hit in found:
        known = [hit.code, hit.title]
        assert known


def test_only_the_systems_asked_for_are_completed(finder: Finder) -> None:
    for days in (ICD, PCS, HCPCS):
        for text in ("k", "knee", "knee rep", "replacement of k"):
            assert {hit.system for hit in finder.suggest(text, days, 20)} <= set(days)
    assert finder.suggest("knee", {}, 8) == []


def test_only_codes_that_hold_on_the_day_are_completed(finder: Finder) -> None:
    then = {"hcpcs": date(2025, 12, 1)}
    assert "A9998" in [hit.code for hit in finder.suggest("walking fr", then, 8)]
    assert "A9998" not in [hit.code for hit in finder.suggest("walking fr", HCPCS, 8)]
    assert finder.suggest("A9998", HCPCS, 8) == []


def test_no_more_than_wanted(finder: Finder) -> None:
    assert len(codes(finder, "E11", 15)) == 15
    assert len(codes(finder, "diabetes", 15)) == 15
    assert codes(finder, "diabetes", 0) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered(finder: Finder, text: str) -> None:
    assert len(finder.suggest(text, DAYS, 8)) <= 8


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_answered(finder: Finder, text: str) -> None:
    assert len(finder.suggest(text, DAYS, 8)) <= 8
