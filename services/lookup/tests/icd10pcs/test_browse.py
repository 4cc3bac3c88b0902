"""The table builder: one character after the other to a valid code."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.content import Link
from lookup.facts import Release
from lookup.icd10pcs.axes import SECTIONS
from lookup.icd10pcs.code_set import Icd10Pcs
from lookup.refusals import Reason, Refused
from lookup.store import Store


@pytest.fixture(scope="module")
def newest(releases: dict[str, Release]) -> Release:
    return releases["2026-04-01"]


def test_the_whole_set_is_its_sections(pcs: Icd10Pcs, newest: Release) -> None:
    browsed = pcs.browse(newest, "")
    assert browsed.place is None
    assert [entry.place.label for entry in browsed.entries] == list(SECTIONS)
    assert [entry.place.title for entry in browsed.entries] == list(SECTIONS.values())
    assert sum(entry.billable_count for entry in browsed.entries) == newest.code_count


@pytest.mark.parametrize(
    ("place", "kind", "label", "title"),
    [
        ("0", "body system", "0D", "Gastrointestinal System"),
        ("0D", "root operation", "0DT", "Resection"),
        ("0DT", "body part", "0DTJ", "Appendix"),
        ("0DTJ", "approach", "0DTJ4", "Percutaneous Endoscopic"),
        ("0DTJ4", "device", "0DTJ4Z", "No Device"),
        ("0DTJ4Z", "code", "0DTJ4ZZ", "Resection of Appendix, Percutaneous Endoscopic Approach"),
        ("5A19", "duration", "5A195", "Greater than 96 Consecutive Hours"),
        ("XW033", "device / substance / technology", "XW033Z", "value not loaded"),
        ("B", "body system", "B2", "Heart"),
        ("F07", "body system / region", "F074", "Circulatory System - Head and Neck"),
        ("xw03", "approach", "XW033", "Percutaneous"),
    ],
)
def test_a_place_holds_what_may_follow(
    pcs: Icd10Pcs, newest: Release, place: str, kind: str, label: str, title: str
) -> None:
    found = {entry.place.label: entry.place for entry in pcs.browse(newest, place).entries}
    if title != "value not loaded":
        assert found[label].title == title
    assert {entry.kind for entry in found.values()} == {kind}
    assert all(
        entry.link == Link("icd-10-pcs", entry.label, is_range=kind != "code")
        for entry in found.values()
    )


def test_root_operations_and_approaches_carry_their_definitions(
    pcs: Icd10Pcs, newest: Release
) -> None:
    operations = {e.place.label: e.place for e in pcs.browse(newest, "0D").entries}
    assert operations["0DT"].definition == (
        "Cutting out or off, without replacement, all of a body part"
    )
    approaches = {e.place.label: e.place for e in pcs.browse(newest, "30233"[:4]).entries}
    assert approaches["30233"].definition.startswith("Entry, by puncture or minor incision")


def test_every_way_down_ends_in_valid_codes_and_counts_agree(
    pcs: Icd10Pcs, pcs_store: Store, newest: Release
) -> None:
    for prefix in ("XW0", "5A", "021", "GZ", "3E0", "F0D"):
        places = [prefix]
        ends: list[str] = []
        while places:
            browsed = pcs.browse(newest, places.pop())
            assert browsed.place is not None
            for entry in browsed.entries:
                if entry.place.kind == "code":
                    ends.append(entry.place.label)
                else:
                    assert entry.billable_count == pcs_store.count_starting(
                        newest, entry.place.label
                    )
                    places.append(entry.place.label)
        assert sorted(ends) == pcs_store.keys_starting(newest, prefix, 10_000)


def test_a_place_knows_what_holds_it(pcs: Icd10Pcs, newest: Release) -> None:
    browsed = pcs.browse(newest, "0DTJ4")
    assert [place.label for place in browsed.ancestors] == ["0", "0D", "0DT", "0DTJ"]
    assert browsed.place is not None
    assert browsed.place.title == "Percutaneous Endoscopic"


def test_a_release_shows_only_what_it_has(pcs: Icd10Pcs, releases: dict[str, Release]) -> None:
    assert pcs.browse(releases["2024-04-01"], "X27H")
    with pytest.raises(Refused) as refused:
        pcs.browse(releases["2026-04-01"], "X27H")
    assert refused.value.reason is Reason.CODE_NOT_FOUND


@pytest.mark.parametrize("place", ["I", "0I", "0DTJ4ZZ", "0D-0F", "A", "0 D", "０D", "0D'"])
def test_what_is_no_beginning_of_a_code_is_refused(
    pcs: Icd10Pcs, newest: Release, place: str
) -> None:
    with pytest.raises(Refused) as refused:
        pcs.browse(newest, place)
    assert refused.value.reason is Reason.REQUEST_INVALID


@settings(deadline=None)
@given(place=st.text(max_size=8))
def test_whatever_is_asked_is_answered_or_refused(
    pcs: Icd10Pcs, newest: Release, place: str
) -> None:
    with suppress(Refused):
        assert pcs.browse(newest, place).entries
