"""Any accepted spelling leads to its code, and a wrong one to what lies near."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookup.facts import Release
from lookup.resolve import MOST_SUGGESTIONS, nearest, resolve
from lookup.store import Store


def labels(store: Store, release: Release, text: str) -> list[str]:
    return [code.code for code in nearest(store, release, text)]


@pytest.mark.parametrize(
    "text",
    ["E11.9", "e119", "E119", " e11.9 ", "E 11 9", "e11\u00a0.9", "E\u200b11.9", "E11\uff0e9"],
)
def test_a_spelling_leads_to_its_code(store: Store, release: Release, text: str) -> None:
    code = resolve(store, release, text)
    assert code is not None
    assert code.code == "E11.9"


@pytest.mark.parametrize("text", ["", ".", "E11.9 diabetes", "E11-9", "E11.9%", "\0E119", "Е11.9"])
def test_what_spells_no_code_leads_to_none(store: Store, release: Release, text: str) -> None:
    assert resolve(store, release, text) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("E11.99", "E11.9"),  # too specific
        ("M17.111", "M17.11"),
        ("E1l9", "E10.9"),  # a letter for a figure
        ("E99.9", "B99.9"),  # no such category
        ("T36.5X6B", "T36.5X6"),  # no such 7th character
        ("E11ABCD", "E11.A"),
    ],
)
def test_the_nearest_code_comes_first(
    store: Store, release: Release, text: str, first: str
) -> None:
    assert labels(store, release, text)[0] == first


def test_codes_of_the_same_category_come_before_others(store: Store, release: Release) -> None:
    found = labels(store, release, "M17.111")
    inside = [label.startswith("M17") for label in found]
    assert inside == sorted(inside, reverse=True)
    assert False in inside
    assert len(found) == MOST_SUGGESTIONS


def test_swapped_figures_are_one_slip(store: Store, release: Release) -> None:
    assert "E11.65" in labels(store, release, "E11.56")


@pytest.mark.parametrize("text", ["", "a", "zzzz", "type 2 diabetes", "ß" * 30, "\0\0\0", "E11'"])
def test_what_is_far_from_every_code_has_no_suggestions(
    store: Store, release: Release, text: str
) -> None:
    assert labels(store, release, text) == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=64) | st.from_regex(r"[A-Z][0-9][0-9A-Z.]{1,7}", fullmatch=True))
def test_any_text_is_answered(store: Store, release: Release, text: str) -> None:
    code = resolve(store, release, text)
    assert code is not None or len(nearest(store, release, text)) <= MOST_SUGGESTIONS
