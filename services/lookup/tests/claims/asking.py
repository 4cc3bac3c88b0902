"""Asks for claims to be checked, in few words."""

from collections.abc import Callable
from datetime import date

from lookup.claims.check import check_claim
from lookup.claims.claim import Claim, ClaimLine, ClaimType
from lookup.claims.findings import Checked, Finding
from lookup.reader import Reader
from lookup.systems import CPT, HCPCS, ICD_10_CM, ICD_10_PCS

PROFESSIONAL, OUTPATIENT = ClaimType.PROFESSIONAL, ClaimType.HOSPITAL_OUTPATIENT
INPATIENT, DME = ClaimType.INPATIENT, ClaimType.DME
MAY = date(2026, 5, 1)
"""A day that every release of the tests' catalog covers."""
INVENTED_CPT = "0000T"
"""In CPT form, and no code."""

type Ask = Callable[..., Checked]


def dx(code: str, *modifiers: str) -> ClaimLine:
    return ClaimLine(ICD_10_CM, code, modifiers)


def px(code: str, *modifiers: str, units: int = 0) -> ClaimLine:
    return ClaimLine(HCPCS, code, modifiers, units)


def cpt(code: str = INVENTED_CPT, *modifiers: str) -> ClaimLine:
    return ClaimLine(CPT, code, modifiers)


def pcs(code: str) -> ClaimLine:
    return ClaimLine(ICD_10_PCS, code)


def asking(reader: Reader) -> Ask:
    """A function that checks lines of a claim against what *reader* reads."""
    releases = reader.store.releases()

    def ask(
        claim_type: ClaimType, *lines: ClaimLine, on: date = MAY, age: int | None = None
    ) -> Checked:
        return check_claim(reader, Claim(claim_type, on, lines, age), releases)

    return ask


def found(checked: Checked, rule: str) -> list[Finding]:
    return [finding for finding in checked.findings if finding.rule == rule]


def not_checked(checked: Checked, rule: str) -> str:
    """Everything that is said about why *rule* was not applied; empty when it was."""
    return " ".join(one.why for one in checked.not_checked if one.rule == rule)
