"""The whole answer: its order, its sources, and what it never says."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookup.claims.claim import ClaimLine, ClaimType
from lookup.claims.findings import Checked, Severity
from lookup.claims.rules import RULES
from lookup.refusals import Refused
from services.lookup.tests.claims.asking import (
    MAY,
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    cpt,
    dx,
    pcs,
    px,
)

WITHHELD = (cpt("0000T"), cpt("0000F"), px("00000"), px("D0120"))
LINES = (
    *(dx("E11.9"), dx("E10.9"), dx("W19"), dx("W19A"), dx("F02.80"), dx("A33"), dx("E99.9")),
    *(px("G0463"), px("G0102", "XS"), px("A9501", "25"), px("A9512", units=5), px("G2211")),
    *(px("G0022"), px("G0506"), px("J1885", units=50), px("C5271"), px("C9818", "JG", "CT", "FX")),
    *(px("J1885", "ZZ"), px("E0601", "59", units=9), pcs("0DTJ4ZZ"), pcs("5A1955Y"), px("X")),
)
ABOUT_THE_CLAIM = {"WRONG_CODE_SET", "MODIFIER_MISPLACED"}
"""Rules that need nothing that is loaded."""
ABOUT_MODIFIERS = {"MODIFIER_UNKNOWN", "MODIFIER_NOT_VALID_ON_DATE", "MODIFIER_CONFLICT"}

claim_types = st.sampled_from(ClaimType)
ages = st.none() | st.integers(0, 124)
claims = st.lists(st.sampled_from((*LINES, *WITHHELD)), min_size=1, max_size=8)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_every_rule_has_one_name_in_capitals() -> None:
    names = [rule.id for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(name == name.upper() and name.replace("_", "").isalnum() for name in names)


def test_the_most_severe_come_first_then_the_first_lines(ask: Ask) -> None:
    checked = ask(PROFESSIONAL, dx("E11.9"), dx("E10.9"), dx("W19"), dx("E11"))
    order = [(list(Severity).index(one.severity), one.lines) for one in checked.findings]
    assert order == sorted(order)
    assert {one.severity for one in checked.findings} == set(Severity)


def test_every_source_that_is_named_is_given_once(ask: Ask) -> None:
    checked = ask(OUTPATIENT, dx("F02.80"), dx("F02.80"), px("A9501"), px("A9512"), pcs("0DTJ4ZZ"))
    ids = [source.id for source in checked.sources]
    assert sorted(ids) == sorted({finding.source_id for finding in checked.findings})
    assert {"icd-10-cm-guidelines", "hipaa-code-sets", "ioce-diagnoses", "editor"} <= set(ids)
    releases = [release.id for release in checked.releases]
    assert releases == ["icd-10-cm-2026-04", "icd-10-pcs-2026-04", "hcpcs-2026-04"]


def test_a_clean_claim_has_no_findings_and_says_what_was_not_checked(ask: Ask) -> None:
    checked = ask(PROFESSIONAL, dx("I10"), px("J1885", units=2))
    assert not [one for one in checked.findings if one.severity is not Severity.INFO]
    assert {one.rule for one in checked.not_checked} == {"UNACCEPTABLE_PRINCIPAL", "AGE_CONFLICT"}


@quick
@given(claims, claim_types, ages)
def test_codes_that_are_withheld_are_in_no_finding(
    ask: Ask, lines: list[ClaimLine], claim_type: ClaimType, age: int | None
) -> None:
    checked = ask(claim_type, *lines, age=age)
    withheld = {number for number, line in enumerate(lines) if line in WITHHELD}
    for finding in checked.findings:
        if finding.rule not in ABOUT_THE_CLAIM:
            assert not withheld.intersection(finding.lines), finding
    if withheld:
        assert "CODE_UNKNOWN" in {one.rule for one in checked.not_checked}
    _says_nothing_of_payment(checked)


@quick
@given(claims, claim_types, ages)
def test_on_a_day_that_no_release_covers_nothing_is_found(
    ask: Ask, lines: list[ClaimLine], claim_type: ClaimType, age: int | None
) -> None:
    checked = ask(claim_type, *lines, on=date(2026, 11, 1), age=age)
    assert {finding.rule for finding in checked.findings} <= ABOUT_THE_CLAIM
    assert checked.not_checked


@quick
@given(claims, claim_types, ages)
def test_what_is_not_loaded_of_codes_yields_no_finding(
    ask_bare: Ask, lines: list[ClaimLine], claim_type: ClaimType, age: int | None
) -> None:
    """Nothing but which codes there are is loaded: whatever else is said must come from there."""
    checked = ask_bare(claim_type, *lines, age=age)
    known = {"CODE_UNKNOWN", "NOT_VALID_ON_DATE"}
    assert {finding.rule for finding in checked.findings} <= ABOUT_THE_CLAIM | known


@quick
@given(claims, st.sampled_from([MAY, date(2026, 2, 1), date(2026, 8, 1)]), ages)
def test_a_claim_is_answered_alike_every_time(
    ask: Ask, lines: list[ClaimLine], on: date, age: int | None
) -> None:
    assert ask(PROFESSIONAL, *lines, on=on, age=age) == ask(PROFESSIONAL, *lines, on=on, age=age)


@quick
@given(st.text(min_size=1, max_size=64).filter(lambda text: bool(text.strip(" ."))))
def test_any_text_for_a_code_is_answered(ask: Ask, text: str) -> None:
    for line in (dx(text), px(text), pcs(text), cpt(text)):
        try:
            checked = ask(PROFESSIONAL, line)
        except Refused as refused:
            assert refused.field == "lines[0].code"  # noqa: PT017 - one of two right answers
        else:
            assert not [one for one in checked.findings if "<" in one.message]


def _says_nothing_of_payment(checked: Checked) -> None:
    for message in (finding.message for finding in checked.findings):
        assert "will be paid" not in message
        assert "payable" not in message


@pytest.mark.parametrize("rule", sorted(ABOUT_MODIFIERS))
def test_a_rule_says_nothing_at_all_where_it_has_nothing_to_judge(ask: Ask, rule: str) -> None:
    checked = ask(OUTPATIENT, dx("I10"), px("J1885"))
    assert rule not in {finding.rule for finding in checked.findings}
    assert rule not in {one.rule for one in checked.not_checked}
