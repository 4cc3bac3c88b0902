"""One walks through HCPCS by letters and ranges of a size that can be scanned."""

import pytest

from lookup.browsing import Browsed
from lookup.facts import Release
from lookup.hcpcs.code_set import Hcpcs
from lookup.hcpcs.headings import HEADINGS
from lookup.refusals import Refused
from lookup.store import Store


@pytest.fixture(scope="module")
def hcpcs(store: Store) -> Hcpcs:
    return Hcpcs(store)


def labels(found: Browsed) -> list[str]:
    return [entry.place.label for entry in found.entries]


def test_the_whole_set_shows_the_letters(hcpcs: Hcpcs, release: Release) -> None:
    found = hcpcs.browse(release, "")
    assert found.place is None
    assert "".join(labels(found)) == "ABCEGHJKLMPQRSTUV"
    assert sum(entry.billable_count for entry in found.entries) == 7409


def test_every_code_is_reached_once_from_the_letters(hcpcs: Hcpcs, release: Release) -> None:
    reached: list[str] = []

    def walk(place: str) -> None:
        for entry in hcpcs.browse(release, place).entries:
            link = entry.place.link
            assert link is not None
            if link.is_range:
                walk(link.target)
            else:
                reached.append(link.target)

    walk("")
    assert len(reached) == len(set(reached)) == 7409


def test_no_list_of_codes_is_too_long_to_scan(hcpcs: Hcpcs, release: Release) -> None:
    for heading in HEADINGS:
        try:
            entries = hcpcs.browse(release, heading.span).entries
        except Refused:
            continue  # a heading of codes that older quarters had
        assert len(entries) <= 120, heading.span


@pytest.mark.parametrize("place", ["J0120-J3999", "j0120-j3999", " j0120 - J3999 "])
def test_a_range_is_read_in_any_spelling(place: str, hcpcs: Hcpcs, release: Release) -> None:
    found = hcpcs.browse(release, place)
    assert found.place is not None
    assert found.place.label == "J0120-J3999"
    assert found.entries


@pytest.mark.parametrize("place", ["J", "j", "J0000-J9999"])
def test_a_letter_is_a_range_of_its_own(place: str, hcpcs: Hcpcs, release: Release) -> None:
    found = hcpcs.browse(release, place)
    assert found.place is not None
    assert (found.place.kind, found.place.label) == ("letter", "J")
    assert "J0001-J3499" in labels(found)


@pytest.mark.parametrize("place", ["D", "D0100-D0999", "W", "J9-J", "J3999-J0120", "x\x00"])
def test_what_is_no_place_is_refused(place: str, hcpcs: Hcpcs, release: Release) -> None:
    with pytest.raises(Refused):
        hcpcs.browse(release, place)


def test_headings_rise_and_none_lies_in_another() -> None:
    last = ""
    for heading in HEADINGS:
        assert last < heading.first <= heading.last, heading
        assert heading.first[0] == heading.last[0]
        last = heading.last
