"""Any text is read, in order and within bounds, and nothing of it is kept."""

import itertools
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.case_note.coding import MOST_CANDIDATES
from lookup.case_note.finding import Finding, Mark, Status
from lookup.case_note.read import LONGEST_NOTE, MOST_FINDINGS, MOST_SEARCHES, read_note
from lookup.facts import Release
from lookup.finder.finder import Finder, Found
from services.lookup.tests.case_note.notes import NOTES
from services.lookup.tests.hostile_texts import HOSTILE

_PIECES = [
    *("pain", "right knee", "no ", "denies", ", ", " and ", " or ", ".", "\n", "\n\n", "- ", "1. "),
    *("PMH:", "FH: mother", "asthma", "s/p", "possible", "vs.", "without", "?", "(", ")", "/", ":"),
    *("type 2 diabetes", "10 mg", "BP 120/80", "E11.9", "\u00e9", "\U0001f600", "\u00df", "\u0130"),
]


def check(note: str, findings: list[Finding]) -> None:
    """Marks lie within *note*, in order, apart; bounds hold."""
    assert len(findings) <= MOST_FINDINGS
    for left, right in itertools.pairwise(finding.place for finding in findings):
        assert left.end <= right.start
    for finding in findings:
        check_marks(note, [finding.place])
        if finding.cue is not None:
            check_marks(note, [finding.cue])
        assert len(finding.candidates) <= MOST_CANDIDATES
        assert not (finding.status is Status.NEGATED and finding.candidates)
        scores = [candidate.score for candidate in finding.candidates]
        assert scores == sorted(scores, reverse=True)
        codes = [(candidate.system, candidate.code) for candidate in finding.candidates]
        assert len(set(codes)) == len(codes)
        for candidate in finding.candidates:
            check_marks(note, list(candidate.evidence))


def check_marks(note: str, marks: list[Mark]) -> None:
    places = [place for mark in marks for place in (mark.start, mark.end)]
    assert places == sorted(places)
    assert all(0 <= mark.start < mark.end <= len(note) for mark in marks)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_read(finder: Finder, release: Release, text: str) -> None:
    for note in (text, f"No {text}", f"PMH: {text}\n- {text} and {text}"):
        check(note, read_note(finder, note, {release.system: release.effective}))


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)
    | st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join)
)
def test_any_text_is_read(finder: Finder, release: Release, text: str) -> None:
    check(text, read_note(finder, text, {release.system: release.effective}))


def test_the_same_note_is_read_the_same(finder: Finder, release: Release) -> None:
    days = {release.system: release.effective}
    for note in NOTES[:5]:
        assert read_note(finder, note.text, days) == read_note(finder, note.text, days)


class Counting:
    """A search engine that counts what it is asked, and how long the longest question was."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.asked = 0
        self.longest = 0

    def search(self, text: str, *days: object, **limits: object) -> Found:
        self.asked += 1
        self.longest = max(self.longest, len(text.split()))
        return self._finder.search(text, *days, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "note",
    [
        "gout, " * 4_000,
        "pain in right knee and hip. " * 800,
        "no fever or cough with asthma and " * 600,
        "migraine without aura with cough " * 600,
        "zzq " * 5_000,
        "(" * 20_000,
        "1. " * 7_000,
        "PMH: " * 4_000,
        "- \n" * 7_000,
        "a" * 20_000,
        "1" * 20_000,
        "x 3 " * 5_000,
        "A. " * 7_000,
        "\n" * 20_000,
    ],
)
def test_long_notes_are_read_with_bounded_work(finder: Finder, release: Release, note: str) -> None:
    counting = Counting(finder)
    found = read_note(counting, note, {release.system: release.effective})  # type: ignore[arg-type]
    check(note, found)
    assert counting.asked <= MOST_SEARCHES
    assert counting.longest <= 60


def test_what_lies_past_the_longest_note_is_not_read(finder: Finder, release: Release) -> None:
    note = " " * LONGEST_NOTE + "asthma"
    assert read_note(finder, note, {release.system: release.effective}) == []


def test_at_most_sixty_findings_are_listed(finder: Finder, release: Release) -> None:
    note = "Gout. Asthma. Cough. Fever. " * 40
    found = read_note(finder, note, {release.system: release.effective})
    assert len(found) == MOST_FINDINGS


def test_nothing_of_a_note_is_logged(
    finder: Finder, release: Release, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        read_note(finder, "Zebulon has asthma.", {release.system: release.effective})
    assert "Zebulon" not in caplog.text
