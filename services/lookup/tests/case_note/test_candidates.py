"""Codes of findings: specific as far as the note goes, with evidence and what is missing."""

import pytest

from lookup.case_note.finding import Candidate, Finding
from lookup.case_note.read import read_note
from lookup.facts import Release
from lookup.finder.finder import Finder


def found(finder: Finder, release: Release, note: str) -> list[Finding]:
    return read_note(finder, note, {release.system: release.effective})


def first(finder: Finder, release: Release, note: str) -> Candidate:
    """The first candidate of the only finding of *note*."""
    (finding,) = found(finder, release, note)
    return finding.candidates[0]


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("Right knee osteoarthritis.", "M17.11"),
        ("Osteoarthritis, right knee.", "M17.11"),
        ("Pain in left hip.", "M25.552"),
        ("Acute on chronic systolic heart failure.", "I50.23"),
        ("Left ankle sprain, initial encounter.", "S93.402A"),
        ("Left ankle sprain, subsequent encounter.", "S93.402D"),
        ("Type 2 diabetes with diabetic neuropathy.", "E11.40"),
        ("Chronic kidney disease stage 4.", "N18.4"),
        ("HTN.", "I10"),
        ("Assessment: E11.65", "E11.65"),
        ("s/p right knee replacement", "Z96.651"),
        ("History of breast cancer.", "Z85.3"),
        ("Mother had breast cancer.", "Z80.3"),
        ("Allergies: penicillin", "Z88.0"),
    ],
)
def test_the_most_specific_code_that_the_note_supports_comes_first(
    finder: Finder, release: Release, note: str, code: str
) -> None:
    assert first(finder, release, note).code == code


@pytest.mark.parametrize(
    ("note", "missing"),
    [
        ("Knee pain.", ["laterality not stated"]),
        ("Carpal tunnel syndrome.", ["laterality not stated"]),
        ("Left ankle sprain.", ["7th character: encounter not stated"]),
        ("Heart failure.", ["type not stated"]),
        ("Asthma.", ["severity not stated"]),
        ("COPD.", ["with or without acute exacerbation not stated"]),
    ],
)
def test_what_is_not_stated_is_named(
    finder: Finder, release: Release, note: str, missing: list[str]
) -> None:
    assert set(missing) <= set(first(finder, release, note).missing)


@pytest.mark.parametrize(
    "note",
    ["Pain in right knee.", "Hypertension.", "Left ankle sprain, initial encounter.", "Headache."],
)
def test_nothing_is_missing_where_no_code_says_more(
    finder: Finder, release: Release, note: str
) -> None:
    missing = first(finder, release, note).missing
    assert "laterality not stated" not in missing
    assert not [text for text in missing if text.startswith("7th character")]


def test_no_side_is_chosen_that_the_note_does_not_name(finder: Finder, release: Release) -> None:
    for note in ("Knee pain.", "Carpal tunnel syndrome.", "Ankle sprain."):
        (finding,) = found(finder, release, note)
        titles = [candidate.title.lower() for candidate in finding.candidates]
        assert not [title for title in titles if "right" in title or "left" in title]


def test_evidence_may_stand_outside_the_place(finder: Finder, release: Release) -> None:
    note = "Right hip and knee pain."
    hip, knee = found(finder, release, note)
    words = [note[mark.start : mark.end] for mark in hip.candidates[0].evidence]
    assert (hip.candidates[0].code, words) == ("M25.551", ["Right hip", "pain"])
    words = [note[mark.start : mark.end] for mark in knee.candidates[0].evidence]
    assert (knee.candidates[0].code, words) == ("M25.561", ["Right", "knee pain"])


def test_an_abbreviation_is_the_evidence_for_what_it_stands_for(
    finder: Finder, release: Release
) -> None:
    note = "Patient has COPD."
    mark = first(finder, release, note).evidence[0]
    assert note[mark.start : mark.end] == "COPD"


def test_codes_of_pregnancy_and_of_the_newborn_need_one(finder: Finder, release: Release) -> None:
    for note in ("Diabetes.", "Anemia and jaundice.", "Hypertension and edema."):
        for finding in found(finder, release, note):
            assert not [c.code for c in finding.candidates if c.code[0] in "OP"]


def test_no_systems_no_findings(finder: Finder) -> None:
    assert read_note(finder, "Type 2 diabetes.", {}) == []
