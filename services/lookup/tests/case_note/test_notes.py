"""Whole notes of invented patients are read as a coder reads them."""

from datetime import date

import pytest

from lookup.case_note.finding import Finding, Status
from lookup.case_note.read import read_note
from lookup.facts import Release
from lookup.finder.finder import Finder
from services.lookup.tests.case_note.notes import NOTES, Expected, Note

_MOST_UNEXPECTED = 0.05
_FIRST_RIGHT = 0.9


@pytest.fixture(scope="module")
def read(finder: Finder, release: Release) -> dict[str, list[Finding]]:
    days: dict[str, date] = {release.system: release.effective}
    return {note.name: read_note(finder, note.text, days) for note in NOTES}


def paired(note: Note, findings: list[Finding]) -> list[tuple[Expected, Finding | None]]:
    """What is expected, each with the finding that stands where it is expected."""
    pairs: list[tuple[Expected, Finding | None]] = []
    begin = 0
    for expected in note.findings:
        start = note.text.index(expected.words, begin)
        begin = end = start + len(expected.words)
        there = [f for f in findings if f.place.start < end and f.place.end > start]
        pairs.append((expected, there[0] if there else None))
    return pairs


@pytest.mark.parametrize("note", NOTES, ids=[note.name for note in NOTES])
def test_findings_stand_where_they_are_with_what_is_said_of_them(
    read: dict[str, list[Finding]], note: Note
) -> None:
    pairs = paired(note, read[note.name])
    assert [(e.words, f and f.status) for e, f in pairs] == [(e.words, e.status) for e, _ in pairs]


@pytest.mark.parametrize("note", NOTES, ids=[note.name for note in NOTES])
def test_a_code_meant_is_among_the_candidates(read: dict[str, list[Finding]], note: Note) -> None:
    for expected, finding in paired(note, read[note.name]):
        if expected.codes:
            assert finding is not None
            codes = [candidate.code for candidate in finding.candidates]
            assert any(code.startswith(expected.codes) for code in codes), (expected.words, codes)


def test_the_code_meant_mostly_comes_first(read: dict[str, list[Finding]]) -> None:
    asked = [
        (expected, finding)
        for note in NOTES
        for expected, finding in paired(note, read[note.name])
        if expected.codes and finding is not None
    ]
    right = [
        finding.candidates[:1] and finding.candidates[0].code.startswith(expected.codes)
        for expected, finding in asked
    ]
    assert sum(map(bool, right)) >= _FIRST_RIGHT * len(asked)


def test_few_things_are_taken_for_findings_that_are_none(read: dict[str, list[Finding]]) -> None:
    found = sum(len(findings) for findings in read.values())
    expected = sum(len(note.findings) for note in NOTES)
    assert found - expected <= _MOST_UNEXPECTED * expected


def test_what_is_negated_has_a_cue_and_no_candidates(read: dict[str, list[Finding]]) -> None:
    negated = [f for findings in read.values() for f in findings if f.status is Status.NEGATED]
    assert len(negated) > len(NOTES)
    assert all(finding.cue is not None and not finding.candidates for finding in negated)


def test_names_dates_numbers_and_doses_are_no_findings(read: dict[str, list[Finding]]) -> None:
    (note,) = (note for note in NOTES if note.name == "names and numbers")
    words = [note.text[f.place.start : f.place.end] for f in read[note.name]]
    assert words == ["Gout of the left foot"]
