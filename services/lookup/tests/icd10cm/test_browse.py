"""The hierarchy as it is browsed, place by place and by the ranges that notes name."""

import json
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lookup.facts import Release
from lookup.icd10cm.browse import Browsed, browse
from lookup.icd10cm.facts import Node
from lookup.icd10cm.store import TabularStore
from lookup.refusals import Reason, Refused
from lookup.store import Store
from services.lookup.tests.hostile_texts import HOSTILE


def labels(browsed: Browsed) -> list[str]:
    return [entry.node.label for entry in browsed.entries]


def all_below(tabular: TabularStore, node: Node) -> list[Node]:
    return [
        other
        for child in tabular.children(node.id)
        for other in (child, *all_below(tabular, child))
    ]


def test_every_place_holds_what_is_right_below_it(tabular: TabularStore, release: Release) -> None:
    system = browse(tabular, release, "")
    assert (system.place, system.ancestors) == (None, ())
    places = [entry.node for entry in system.entries]
    seen = 0
    while places:
        place = places.pop()
        if place.is_code or "-" not in place.span:
            continue
        browsed = browse(tabular, release, place.span)
        assert browsed.place == place
        assert [entry.node for entry in browsed.entries] == tabular.children(place.id)
        assert all(above.holds(place.id) for above in browsed.ancestors)
        places += [entry.node for entry in browsed.entries]
        seen += 1
    # 22 chapters and 297 sections, 39 of them of one category.
    assert seen == 22 + 297 - 39


def test_counts_are_of_codes_that_can_be_reported(tabular: TabularStore, release: Release) -> None:
    system = browse(tabular, release, "")
    assert sum(entry.billable_count for entry in system.entries) == release.billable_count
    for entry in browse(tabular, release, "E08-E13").entries:
        below = (entry.node, *all_below(tabular, entry.node))
        assert entry.billable_count == sum(node.billable for node in below)


@pytest.mark.parametrize(
    ("text", "kind", "above", "entries"),
    [
        ("U00-U85", "chapter", [], ["U00-U49"]),
        ("U00-U49", "section", ["22"], ["U07", "U09"]),
        ("T20-T32", "section", ["19", "T07-T88"], ["T20-T25", "T26-T28", "T30-T32"]),
        # M1A and I1A stand where the release prints them, not where their spelling would.
        ("m08-m1a", "", ["13", "M00-M25", "M05-M14"], ["M08", "M1A"]),
        ("I16-I1A", "", ["9", "I10-I1A"], ["I16", "I1A"]),
        # Labels that name nothing are places between those that do.
        ("U00-U08", "", ["22", "U00-U49"], ["U07"]),
        ("U01-U99", "", [], ["22"]),
        ("J46-J48", "", ["10", "J40-J4A"], ["J47"]),
        # J4A stands before J45, so what ends with it ends there.
        ("J43-J4A", "", ["10", "J40-J4A"], ["J43", "J44", "J4A"]),
        # Whole sections are shown as such, cut ones by their categories.
        ("I05-I13", "", ["9"], ["I05-I09", "I10", "I11", "I12", "I13"]),
        ("T36-T65", "", ["19", "T07-T88"], ["T36-T50", "T51-T65"]),
        ("B10-B20", "", ["1"], ["B10", "B15-B19", "B20"]),
        # Subcategories: what begins with the first code is shown where it lies in the range.
        ("A00.1-A01.0", "", ["1", "A00-A09"], ["A00.1", "A00.9", "A01.0"]),
        ("E11.0-E11.2", "", ["4", "E08-E13", "E11"], ["E11.0", "E11.1", "E11.2"]),
        ("M05.00-M06.9", "", ["13", "M00-M25", "M05-M14"], ["M05", "M06"]),
    ],
)
def test_a_range_holds_the_outermost_places_in_it(
    tabular: TabularStore,
    release: Release,
    text: str,
    kind: str,
    above: list[str],
    entries: list[str],
) -> None:
    browsed = browse(tabular, release, text)
    assert browsed.label == text.upper()
    assert (browsed.place.kind if browsed.place else "") == kind
    assert [node.label for node in browsed.ancestors] == above
    assert labels(browsed) == entries


def test_a_range_over_chapters_shows_them(tabular: TabularStore, release: Release) -> None:
    browsed = browse(tabular, release, "A00-R94")
    assert labels(browsed)[:17] == [str(number) for number in range(1, 18)]
    assert labels(browsed)[17] == "R00-R09"
    assert labels(browsed)[-1] == "R90-R94"


def test_every_range_that_notes_link_to_can_be_browsed(
    store: Store, tabular: TabularStore, release: Release
) -> None:
    notes = [json.loads(row[0]) for row in store.catalog.execute("SELECT lines FROM notes")]
    linked = {
        span[1]
        for lines in notes
        for line in lines
        for span in line
        if not isinstance(span, str) and span[2]
    }
    assert len(linked) > 500
    for text in sorted(linked):
        browsed = browse(tabular, release, text)
        assert browsed.entries, text
        ids = [entry.node.id for entry in browsed.entries]
        assert ids == sorted(ids)


@pytest.mark.parametrize(
    "text",
    [
        *("E11", "B20", "E08-", "-E13", "E08-E13-E14", "E08 - E13", "E08–E13", "1-22", "E08-E13\n"),
        *(
            "E8-E13",
            "E08.-E13",
            "E08-E13.",
            "\0",
            "E08-E13\0",
            "ſ00-S99",
            "%-_",
            " ",
            "-",
            "E08--E13",
        ),
    ],
)
def test_what_is_no_range_is_refused(tabular: TabularStore, release: Release, text: str) -> None:
    with pytest.raises(Refused) as refused:
        browse(tabular, release, text)
    assert (refused.value.reason, refused.value.field) == (Reason.REQUEST_INVALID, "range")


@pytest.mark.parametrize(
    "text", ["E13-E08", "E14-E14", "U00-U06", "U10-U99", "Z9A-Z9B", "E11.99-E13", "E08-E11.99"]
)
def test_a_range_without_codes_is_not_found(
    tabular: TabularStore, release: Release, text: str
) -> None:
    with pytest.raises(Refused) as refused:
        browse(tabular, release, text)
    assert refused.value.reason == Reason.CODE_NOT_FOUND


@pytest.mark.parametrize("text", [text for text in HOSTILE if text])
def test_hostile_text_is_refused(tabular: TabularStore, release: Release, text: str) -> None:
    with pytest.raises(Refused):
        browse(tabular, release, text)


LABEL = st.from_regex(r"\A[A-Z][0-9A-Z][0-9A-Z](\.[0-9A-Z]{1,4})?\Z")


@settings(max_examples=200, deadline=None)
@given(LABEL, LABEL)
@example("Z3A", "Z37")
@example("C44", "C4A")
def test_entries_lie_in_the_range_and_in_no_other_entry(
    tabular: TabularStore, release: Release, first: str, last: str
) -> None:
    with suppress(Refused):
        browsed = browse(tabular, release, f"{first}-{last}")
        assert browsed.entries
        for before, after in pairwise(browsed.entries):
            assert before.node.last_id < after.node.id
        for above in browsed.ancestors:
            assert all(above.holds(entry.node.id) for entry in browsed.entries)
