"""What the notes of the tabular list say of the diagnoses of a claim together."""

import pytest

from lookup.claims.findings import Severity
from services.lookup.tests.claims.asking import PROFESSIONAL, Ask, dx, found, not_checked

EXCLUDES1, CODE_FIRST, USE_ADDITIONAL = "EXCLUDES1", "CODE_FIRST", "USE_ADDITIONAL"


@pytest.mark.parametrize(
    "codes",
    [
        ("E11.9", "E10.9"),  # each names the other
        ("E11.9", "O24.410"),  # only E11 names the other
        ("O24.410", "E11.9"),
        ("I96", "I70.261"),
        ("D72.824", "D72.825"),  # a note above both sets one apart
    ],
)
def test_excludes1_is_a_warning_with_its_exception_from_either_side(
    ask: Ask, codes: tuple[str, str]
) -> None:
    (finding,) = found(ask(PROFESSIONAL, *map(dx, codes)), EXCLUDES1)
    assert (finding.severity, finding.lines) == (Severity.WARNING, (0, 1))
    assert "guideline I.A.12.a" in finding.message
    assert "unrelated" in finding.message


@pytest.mark.parametrize(
    "codes",
    [
        ("I96", "I70.25"),  # beside what the note names
        ("E11.9", "I10"),  # Excludes2 only
        ("I96", "E11.52"),
        ("E11.9", "E11.65"),
        ("E11.9", "E11.9"),
    ],
)
def test_excludes2_and_codes_that_no_note_names_are_no_finding(
    ask: Ask, codes: tuple[str, str]
) -> None:
    assert not found(ask(PROFESSIONAL, *map(dx, codes)), EXCLUDES1)


def test_a_pair_is_told_once_with_all_its_lines(ask: Ask) -> None:
    (finding,) = found(ask(PROFESSIONAL, dx("E11.9"), dx("E10.9"), dx("E11.9")), EXCLUDES1)
    assert finding.lines == (0, 1, 2)


@pytest.mark.parametrize("rule", [EXCLUDES1, CODE_FIRST, USE_ADDITIONAL])
def test_without_the_tabular_list_notes_are_not_checked(ask_bare: Ask, rule: str) -> None:
    checked = ask_bare(PROFESSIONAL, dx("E11.9"), dx("E10.9"))
    assert not checked.findings
    assert not_checked(checked, rule) == "ICD-10-CM is not loaded."


def test_code_first_is_satisfied_only_by_what_stands_before(ask: Ask) -> None:
    assert not found(ask(PROFESSIONAL, dx("E11.22"), dx("N18.4")), CODE_FIRST)
    (after,) = found(ask(PROFESSIONAL, dx("N18.4"), dx("E11.22")), CODE_FIRST)
    assert (after.severity, after.lines) == (Severity.INFO, (0, 1))
    assert "E11.22 is given after it" in after.message
    (absent,) = found(ask(PROFESSIONAL, dx("N18.4"), dx("I10")), CODE_FIRST)
    assert absent.lines == (0,)
    assert "inherited from N18" in absent.message
    assert "No code that it names is on the claim" in absent.message


def test_use_additional_is_satisfied_by_any_code_that_the_note_names(ask: Ask) -> None:
    (finding,) = found(ask(PROFESSIONAL, dx("E11.9")), USE_ADDITIONAL)
    assert finding.severity is Severity.INFO
    assert "insulin (Z79.4)" in finding.message
    assert not found(ask(PROFESSIONAL, dx("E11.9"), dx("Z79.84")), USE_ADDITIONAL)
    assert found(ask(PROFESSIONAL, dx("E11.9"), dx("Z79.82")), USE_ADDITIONAL)


def test_a_note_that_many_codes_inherit_is_told_once(ask: Ask) -> None:
    findings = found(ask(PROFESSIONAL, dx("J44.9"), dx("J45.909")), USE_ADDITIONAL)
    chapter = [finding for finding in findings if "inherited from chapter 10" in finding.message]
    assert [finding.lines for finding in chapter] == [(0, 1)]


def test_a_note_is_held_only_by_the_codes_it_is_for(ask: Ask) -> None:
    """G31 asks for an additional code "for codes G31.0-G31.83, G31.85-G31.9": not of G31.84."""
    inherited = "inherited from G31"
    told = found(ask(PROFESSIONAL, dx("G31.01")), USE_ADDITIONAL)
    spared = found(ask(PROFESSIONAL, dx("G31.84")), USE_ADDITIONAL)
    assert [finding for finding in told if inherited in finding.message]
    assert not [finding for finding in spared if inherited in finding.message]


def test_headings_are_asked_for_nothing(ask: Ask) -> None:
    checked = ask(PROFESSIONAL, dx("E11"))
    assert not found(checked, USE_ADDITIONAL)
