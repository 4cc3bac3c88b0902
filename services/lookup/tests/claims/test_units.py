"""Units against medically unlikely edits, as the adjudication indicator counts them."""

from datetime import date

import pytest

from lookup.claims.claim import ClaimLine, ClaimType
from lookup.claims.findings import Severity
from services.lookup.tests.claims.asking import (
    DME,
    INPATIENT,
    OUTPATIENT,
    PROFESSIONAL,
    Ask,
    cpt,
    found,
    not_checked,
    px,
)

RULE = "MUE"


@pytest.mark.parametrize(
    ("claim_type", "lines", "severity", "at"),
    [
        # MAI 1: each line for itself.
        (PROFESSIONAL, (px("G0102", units=2), px("G0102")), Severity.ERROR, (0,)),
        # MAI 3: the date of service, all lines together.
        (PROFESSIONAL, (px("J1885", units=5), px("J1885", units=4)), Severity.WARNING, (0, 1)),
        # MAI 2: likewise, and absolute; another table, another value.
        (OUTPATIENT, (px("J1885", units=3), px("J1885", units=2)), Severity.ERROR, (0, 1)),
        (DME, (px("E0601", units=2),), Severity.ERROR, (0,)),
    ],
)
def test_units_above_the_value_are_told(
    ask: Ask,
    claim_type: ClaimType,
    lines: tuple[ClaimLine, ...],
    severity: Severity,
    at: tuple[int, ...],
) -> None:
    (finding,) = found(ask(claim_type, *lines), RULE)
    assert (finding.severity, finding.lines) == (severity, at)
    assert "MAI" in finding.message
    assert finding.source_id == "units"


@pytest.mark.parametrize(
    ("claim_type", "lines"),
    [
        (PROFESSIONAL, (px("G0102"), px("G0102"))),
        (PROFESSIONAL, (px("J1885", units=8),)),
        (OUTPATIENT, (px("J1885", units=2), px("J1885", units=2))),
        (DME, (px("E0601"),)),
    ],
)
def test_units_up_to_the_value_are_no_finding(
    ask: Ask, claim_type: ClaimType, lines: tuple[ClaimLine, ...]
) -> None:
    assert not found(ask(claim_type, *lines), RULE)


def test_a_code_without_a_value_is_not_unlimited(ask: Ask) -> None:
    checked = ask(PROFESSIONAL, px("A9501", units=99_999))
    assert not found(checked, RULE)
    assert "not the same as unlimited" in not_checked(checked, RULE)


@pytest.mark.parametrize(
    ("claim_type", "on", "line", "why"),
    [
        (PROFESSIONAL, date(2026, 2, 1), px("J1885", units=9), "MUE not loaded"),
        (OUTPATIENT, date(2026, 2, 1), px("J1885", units=9), "MUE not loaded"),
        (INPATIENT, date(2026, 5, 1), px("J1885", units=9), "not applied to inpatient claims"),
        (PROFESSIONAL, date(2026, 5, 1), cpt(), "CPT is not loaded: values for line 1"),
    ],
)
def test_values_that_are_not_there_are_no_finding(
    ask: Ask, claim_type: ClaimType, on: date, line: ClaimLine, why: str
) -> None:
    checked = ask(claim_type, line, on=on)
    assert not found(checked, RULE)
    assert why in not_checked(checked, RULE)
