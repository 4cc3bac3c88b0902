"""Completions while a code or words are being typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.facts import Release
from lookup.search_index import Question, Table, TypedWord
from lookup.store import Store
from lookup.suggest import suggest
from services.lookup.tests.test_search import HOSTILE


def labels(store: Store, release: Release, text: str, limit: int = 8) -> list[str]:
    return [node.label for node in suggest(store, release, text, limit)]


@pytest.mark.parametrize("text", ["E11.6", "e116", "E116", " e11.6"])
def test_a_code_is_completed_however_it_is_typed(store: Store, release: Release, text: str) -> None:
    assert labels(store, release, text, 3) == ["E11.6", "E11.61", "E11.610"]


def test_a_code_is_completed_to_its_7th_character(store: Store, release: Release) -> None:
    assert labels(store, release, "s52.521a") == ["S52.521A"]


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
def test_words_are_completed(store: Store, release: Release, text: str, first: str) -> None:
    assert labels(store, release, text)[0] == first


def test_a_single_letter_is_the_beginning_of_a_word(store: Store, release: Release) -> None:
    assert len(labels(store, release, "e")) == 8


@pytest.mark.parametrize(
    "text",
    [
        *("unspec", "of unspe", "acute tr", "bilateral lac", "unspecified", "unspecified fracture"),
        *("disease of", "left f", "cholera u", "drugs unspecif", "with of in t", "zz unspec"),
        *("s", "mellitus wi", "other spe", "initial"),
    ],
)
def test_common_and_rare_words_complete_alike(store: Store, text: str) -> None:
    *whole, last = text.split()
    words = [*(TypedWord(word, whole=True) for word in whole), TypedWord(last, whole=False)]
    asked = Question(Table.WORDS, " AND ".join(word.expression for word in words))
    listed = [row.node_id for row in store.search.rows(asked, store.search.count(asked), 0, 40)]
    assert store.search.holding(words, 40) == listed


def test_no_more_than_wanted(store: Store, release: Release) -> None:
    assert len(labels(store, release, "E11", 25)) == 25
    assert len(labels(store, release, "diabetes", 25)) == 25


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered(store: Store, release: Release, text: str) -> None:
    assert len(labels(store, release, text)) <= 8


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_answered(store: Store, release: Release, text: str) -> None:
    assert len(labels(store, release, text)) <= 8
