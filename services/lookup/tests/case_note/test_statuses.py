"""What a note says of a finding: there, not there, once, perhaps, a relative's."""

import pytest

from lookup.case_note.finding import Status
from lookup.case_note.read import read_note
from lookup.facts import Release
from lookup.finder.finder import Finder

YES, NO, PAST, MAYBE, KIN = (
    Status.AFFIRMED,
    Status.NEGATED,
    Status.HISTORICAL,
    Status.UNCERTAIN,
    Status.FAMILY,
)


def said(finder: Finder, release: Release, note: str) -> list[tuple[str, Status, str]]:
    """Each finding with its status and the words that give it."""
    found = read_note(finder, note, {release.system: release.effective})
    return [
        (
            note[one.place.start : one.place.end].lower(),
            one.status,
            note[one.cue.start : one.cue.end] if one.cue else "",
        )
        for one in found
    ]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("Denies fever, cough or headache.", [NO, NO, NO]),
        ("No fever or chills, but has cough.", [NO, NO, YES]),
        ("Without cough or fever.", [NO, NO]),
        ("Negative for asthma; positive for COPD.", [NO, YES]),
        ("Free of seizures.", [NO]),
        ("Pneumonia was ruled out.", [NO]),
        ("Pneumonia and asthma have been ruled out.", [NO, NO]),
        ("Asthma is unlikely.", [NO]),
        ("Possible pneumonia, hypertension.", [MAYBE, YES]),
        ("Suspected appendicitis.", [MAYBE]),
        ("R/o appendicitis.", [MAYBE]),
        ("Pneumonia cannot be ruled out.", [MAYBE]),
        ("Pneumonia vs. asthma.", [MAYBE, MAYBE]),
        ("?Pneumonia", [MAYBE]),
        ("History of asthma and pneumonia.", [PAST, PAST]),
        ("h/o gout", [PAST]),
        ("Prior pneumonia, now cough.", [PAST, YES]),
        ("No history of asthma.", [NO]),
        ("Mother has asthma and diabetes.", [KIN, KIN]),
        ("Family history of asthma.", [KIN]),
        ("Asthma in his father.", [KIN]),
        ("No family history of gout.", [NO]),
        ("Mother reports cough and fever.", [YES, YES]),
        ("Here with mom for cough.", [YES]),
        ("PMH: asthma, gout", [PAST, PAST]),
        ("FH: asthma", [KIN]),
        ("PMH: asthma. Presents with cough.", [PAST, YES]),
        ("Past medical history:\n- asthma\n- gout\n\nCough.", [PAST, PAST, YES]),
        ("No change in cough.", [YES]),
        ("Not only cough but also fever.", [YES, YES]),
        ("Cough. No fever. Headache.", [YES, NO, YES]),
        ("Return if fever or cough.", []),
        ("DVT prophylaxis.", []),
    ],
)
def test_cues_give_the_status(
    finder: Finder, release: Release, note: str, expected: list[Status]
) -> None:
    assert [status for _, status, _ in said(finder, release, note)] == expected


@pytest.mark.parametrize(
    ("note", "cue"),
    [
        ("She denies fever.", "denies"),
        ("No evidence of pneumonia.", "No evidence of"),
        ("Pneumonia was ruled out.", "was ruled out"),
        ("Status post pneumonia.", "Status post"),
        ("PMHx: gout", "PMHx"),
        ("Cough.", ""),
    ],
)
def test_the_cue_is_marked(finder: Finder, release: Release, note: str, cue: str) -> None:
    assert [words for _, _, words in said(finder, release, note)] == [cue]


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("Meds: metformin for diabetes\n\nCough.", ["cough"]),
        ("1. Gout 2. Asthma", ["gout", "asthma"]),
        ("\u2022 Gout\n\u2022 Asthma", ["gout", "asthma"]),
        ("Seen by Dr. Fever. Gout vs. asthma.", ["gout", "asthma"]),
        ("He has asthma and\ngout today.", ["asthma", "gout"]),
        ("Pain in right knee and hip.", ["pain in right knee", "hip"]),
        ("Right hip and knee pain.", ["right hip", "knee pain"]),
        ("Migraine without aura, cough.", ["migraine without aura", "cough"]),
    ],
)
def test_sentences_and_lists_are_cut_where_findings_end(
    finder: Finder, release: Release, note: str, words: list[str]
) -> None:
    assert [one for one, _, _ in said(finder, release, note)] == words
