"""From July 1, 2019 modifiers of a distinct service may stand on either column's code."""

from datetime import date

import pytest

from lookup.claims.claim import Claim, ClaimLine, ClaimType
from lookup.claims.facts import ClaimFacts, LineFacts, ModifierFacts, Pair, ProcedureFacts
from lookup.claims.findings import Finding, NotChecked, Severity
from lookup.claims.pairs import pairs
from lookup.systems import HCPCS


@pytest.mark.parametrize(
    ("day", "first", "second", "severity"),
    [
        (date(2019, 6, 30), "XS", "", Severity.ERROR),
        (date(2019, 6, 30), "", "XS", Severity.INFO),
        (date(2019, 6, 30), "LT", "", Severity.INFO),
        (date(2019, 7, 1), "XS", "", Severity.INFO),
        (date(2019, 7, 1), "59", "", Severity.INFO),
    ],
)
def test_the_column_counts_before_that_day(
    day: date, first: str, second: str, severity: Severity
) -> None:
    (said,) = pairs(_facts(day, first, second, associations=True))
    assert isinstance(said, Finding)
    assert said.severity is severity


def test_where_associations_are_not_loaded_other_modifiers_leave_it_open() -> None:
    (said,) = pairs(_facts(date(2020, 1, 1), "LT", "", associations=False))
    assert isinstance(said, NotChecked)
    assert "which modifiers are NCCI-associated is not loaded" in said.why


def _facts(day: date, first: str, second: str, *, associations: bool) -> ClaimFacts:
    lines = tuple(
        LineFacts(
            *(number, HCPCS, key, 1, (modifier,) if modifier else ()),
            procedure=ProcedureFacts(),
        )
        for number, (key, modifier) in enumerate((("G0463", first), ("G0102", second)))
    )
    known = ModifierFacts(valid=True, ncci=associations, listed=())
    return ClaimFacts(
        Claim(ClaimType.PROFESSIONAL, day, (ClaimLine(HCPCS, "G0463"), ClaimLine(HCPCS, "G0102"))),
        lines,
        pairs=(Pair("G0463", "G0102", "table", date(2003, 4, 1), False, "1", "", "source"),),
        modifiers={"XS": known, "LT": known},
        associations=associations,
    )
