"""How procedures are listed by MS-DRG, over the releases."""

from datetime import date

from lookup.build.icd10pcs.groupings import (
    NON_EXTENSIVE,
    NOT_OPERATING_ROOM,
    OPERATING_ROOM,
    GroupedProcedures,
    groupings,
    read_procedures,
)
from lookup.build.ms_drg import grouper_versions
from lookup.facts import Release
from lookup.ms_drg.facts import GrouperVersion


def release(effective: date, expires: date) -> Release:
    return Release(str(effective), "icd-10-pcs", "", effective, expires, 0, 0, "")


def procedures(name: str, effective: date, listings: dict[str, str]) -> GroupedProcedures:
    version = GrouperVersion(name, effective, effective)
    return GroupedProcedures(version, listings, dict.fromkeys(listings, OPERATING_ROOM))


FIRST = release(date(2025, 4, 1), date(2025, 9, 30))
SECOND = release(date(2025, 10, 1), date(2026, 3, 31))


def test_listings_that_stay_the_same_are_one_stretch() -> None:
    before = procedures("42.1", FIRST.effective, {"0DTJ4ZZ": "[a]", "0DTJ0ZZ": "[a]"})
    after = procedures("43", SECOND.effective, {"0DTJ4ZZ": "[a]", "0DTJ0ZZ": "[b]"})
    codes = frozenset(("0DTJ4ZZ", "0DTJ0ZZ"))
    found = list(groupings([(FIRST, before, "one", codes), (SECOND, after, "two", codes)]))
    assert [(of.code, of.effective, of.expires, of.listings, of.source_id) for of in found] == [
        ("0DTJ0ZZ", FIRST.effective, FIRST.expires, "[a]", "one"),
        ("0DTJ0ZZ", SECOND.effective, SECOND.expires, "[b]", "two"),
        ("0DTJ4ZZ", FIRST.effective, SECOND.expires, "[a]", "two"),
    ]


def test_codes_that_the_release_does_not_have_are_left_out() -> None:
    named = procedures("43", SECOND.effective, {"0DTJ4ZZ": "[a]"})
    assert list(groupings([(SECOND, named, "one", frozenset())])) == []


def test_the_installed_lists_tell_operating_room_status_and_what_is_needed_beside() -> None:
    newest = read_procedures(grouper_versions()[-1])
    assert len(newest.listings) == 56_718
    assert newest.operating_room["0DTJ4ZZ"] == OPERATING_ROOM
    assert newest.operating_room["0DDV4ZZ"] == NON_EXTENSIVE
    assert newest.operating_room["5A1955Z"] == NOT_OPERATING_ROOM
    # A knee replacement is a revision only where something is taken out as well.
    assert (
        '["466&467&468","ORPCS",["0SPD0EZ","0SPD4LZ","0SPD4MZ","0SPD4NZ"]]'
        in (newest.listings["0SRD0J9"])
    )
    # One heading lists it with and without other codes: alone it is enough.
    assert '["461&462","LEFT KNEE",[]]' in newest.listings["0SRD0J9"]
