"""A claim as it is to be checked, and how large one may be."""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from lookup.refusals import Reason, Refused
from lookup.release_choice import check_system, day_of
from lookup.spelling import code_key

MOST_LINES: Final = 100
MOST_MODIFIERS: Final = 8
MOST_UNITS: Final = 99_999
OLDEST: Final = 124
"""Ages go from 0 to 124 years, as in the tables of the outpatient code editor."""
_LONGEST_CODE: Final = 64
_MODIFIER: Final = re.compile(r"[0-9A-Z]{2}")


class ClaimType(StrEnum):
    """What is claimed; the edits differ."""

    PROFESSIONAL = "professional"
    HOSPITAL_OUTPATIENT = "hospital_outpatient"
    INPATIENT = "inpatient"
    DME = "dme"


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One code in any spelling, with its modifiers; 0 *units* count as 1."""

    system: str
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """The lines of a claim; the first diagnosis is the principal or first-listed one.

    *date_of_service* is the date of discharge for an inpatient claim. *patient_age* is in whole
    years on that date, None when not said.
    """

    claim_type: ClaimType
    date_of_service: date
    lines: tuple[ClaimLine, ...]
    patient_age: int | None = None


def day_of_service(text: str) -> date:
    """The day that *text*, an ISO 8601 date, names.

    Raises:
        Refused: when it is empty or no date.
    """
    try:
        on = day_of(text)
    except Refused as refused:
        raise Refused(refused.reason, "date_of_service", refused.fault) from None
    if on is None:
        raise Refused(
            Reason.DATE_MALFORMED, "date_of_service", "is missing: the edits differ from day to day"
        )
    return on


def bounded(claim: Claim) -> Claim:
    """*claim* with its modifiers in capitals and its units counted.

    Raises:
        Refused: when it is larger than allowed or not well formed, naming the field.
    """
    if not 1 <= len(claim.lines) <= MOST_LINES:
        raise _invalid("lines", f"must be 1 to {MOST_LINES} lines, not {len(claim.lines)}")
    if claim.patient_age is not None and not 0 <= claim.patient_age <= OLDEST:
        raise _invalid("patient_age", f"must be 0 to {OLDEST} years")
    return replace(
        claim, lines=tuple(_bounded(line, f"lines[{n}]") for n, line in enumerate(claim.lines))
    )


def _bounded(line: ClaimLine, field: str) -> ClaimLine:
    check_system(line.system, f"{field}.system")
    if not code_key(line.code):
        raise _invalid(f"{field}.code", "must not be empty")
    if len(line.code) > _LONGEST_CODE:
        raise _invalid(f"{field}.code", f"must be at most {_LONGEST_CODE} characters long")
    if len(line.modifiers) > MOST_MODIFIERS:
        raise _invalid(
            f"{field}.modifiers",
            f"must be at most {MOST_MODIFIERS} modifiers, not {len(line.modifiers)}",
        )
    modifiers = tuple(modifier.strip().upper() for modifier in line.modifiers)
    if not all(_MODIFIER.fullmatch(modifier) for modifier in modifiers):
        raise _invalid(f"{field}.modifiers", "must be modifiers of two letters or digits each")
    if not 0 <= line.units <= MOST_UNITS:
        raise _invalid(f"{field}.units", f"must be 0 to {MOST_UNITS:,}; 0 counts as 1")
    return replace(line, modifiers=modifiers, units=line.units or 1)


def _invalid(field: str, fault: str) -> Refused:
    return Refused(Reason.REQUEST_INVALID, field, fault)
