"""How large a claim may be, and what is said of one that is not well formed."""

from dataclasses import replace

import pytest

from lookup.claims.claim import Claim, ClaimLine, bounded, day_of_service
from lookup.refusals import Reason, Refused
from lookup.systems import HCPCS
from services.lookup.tests.claims.asking import MAY, PROFESSIONAL

LINE = ClaimLine(HCPCS, "J1885", ("LT",), 1)


@pytest.mark.parametrize(
    ("claim", "field", "reason"),
    [
        (Claim(PROFESSIONAL, MAY, ()), "lines", Reason.REQUEST_INVALID),
        (Claim(PROFESSIONAL, MAY, (LINE,) * 101), "lines", Reason.REQUEST_INVALID),
        (Claim(PROFESSIONAL, MAY, (LINE,), -1), "patient_age", Reason.REQUEST_INVALID),
        (Claim(PROFESSIONAL, MAY, (LINE,), 125), "patient_age", Reason.REQUEST_INVALID),
        *(
            (Claim(PROFESSIONAL, MAY, (LINE, line)), f"lines[1].{field}", reason)
            for line, field, reason in (
                (replace(LINE, system="icd-9"), "system", Reason.SYSTEM_UNKNOWN),
                (replace(LINE, code=" . "), "code", Reason.REQUEST_INVALID),
                (replace(LINE, code="J" * 65), "code", Reason.REQUEST_INVALID),
                (replace(LINE, modifiers=("LT",) * 9), "modifiers", Reason.REQUEST_INVALID),
                (replace(LINE, modifiers=("LT", "L")), "modifiers", Reason.REQUEST_INVALID),
                (replace(LINE, modifiers=("é1",)), "modifiers", Reason.REQUEST_INVALID),
                (replace(LINE, units=-1), "units", Reason.REQUEST_INVALID),
                (replace(LINE, units=100_000), "units", Reason.REQUEST_INVALID),
            )
        ),
    ],
)
def test_a_claim_out_of_bounds_is_refused_naming_the_field(
    claim: Claim, field: str, reason: Reason
) -> None:
    with pytest.raises(Refused) as refused:
        bounded(claim)
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_the_largest_claim_is_taken() -> None:
    line = ClaimLine(HCPCS, "J" * 64, ("lt", " XS ", *("GA",) * 6), 99_999)
    claim = bounded(Claim(PROFESSIONAL, MAY, (line,) * 100, 124))
    assert claim.lines[99].modifiers[:2] == ("LT", "XS")


def test_no_units_count_as_one() -> None:
    (line,) = bounded(Claim(PROFESSIONAL, MAY, (replace(LINE, units=0),))).lines
    assert line.units == 1


@pytest.mark.parametrize("text", ["", "2026-5-1", "20260501", "2026-02-30", "tomorrow"])
def test_a_claim_needs_a_date(text: str) -> None:
    with pytest.raises(Refused) as refused:
        day_of_service(text)
    assert refused.value.field == "date_of_service"
    assert refused.value.reason is Reason.DATE_MALFORMED


def test_a_date_is_read() -> None:
    assert day_of_service("2026-05-01") == MAY
