"""Rules on whether a code exists, can be reported, and is valid on the day."""

from collections.abc import Iterator, Sequence
from typing import Final

from lookup.claims.cited import CODE_SETS
from lookup.claims.claim import ClaimType
from lookup.claims.facts import ClaimFacts, Days, LineFacts, line_names, numbers
from lookup.claims.findings import Finding, NotChecked, Said, Severity
from lookup.facts import Code
from lookup.systems import CPT, HCPCS, ICD_10_PCS, NAMES
from lookup.wording import counted, day, listed

CODE_UNKNOWN: Final = "CODE_UNKNOWN"
NOT_BILLABLE: Final = "NOT_BILLABLE"
NOT_VALID_ON_DATE: Final = "NOT_VALID_ON_DATE"
OUTSIDE_APPROVAL: Final = "OUTSIDE_APPROVAL"
WRONG_CODE_SET: Final = "WRONG_CODE_SET"
_MOST_NEAR: Final = 3


def unknown(facts: ClaimFacts) -> Iterator[Said]:
    """Codes that no loaded release has, with those that may have been meant."""
    yield from _unread(facts, CODE_UNKNOWN)
    for line in facts.lines:
        if line.release is None or line.code is not None or line.listed or line.stem is not None:
            continue
        if not line.complete:
            yield NotChecked(
                CODE_UNKNOWN,
                f"{line.label} is not in {line.release.name}, but what is loaded does not name "
                f"every code of this section: look it up in the official list "
                f"({line_names([line])}).",
            )
            continue
        yield Finding(
            Severity.ERROR,
            CODE_UNKNOWN,
            (line.number,),
            f"{line.label} is not a code of {line.release.name}. {_meant(line)}",
            line.release.source_id,
        )


def not_billable(facts: ClaimFacts) -> Iterator[Said]:
    """Headings: a code must have the full number of characters (guideline I.B.2)."""
    for line, diagnosis in facts.diagnoses:
        if diagnosis.node.billable or any(child.stem_id for child in diagnosis.children):
            continue
        below = [child.label for child in diagnosis.children]
        span = f"{below[0]} to {below[-1]}" if len(below) > 1 else "".join(below)
        yield Finding(
            Severity.ERROR,
            NOT_BILLABLE,
            (line.number,),
            f"{line.label} ({diagnosis.node.title}) is a heading and cannot be reported. Code to "
            f"the full number of characters: {counted(len(below), 'code', 'codes')} right below "
            f"it, {span}.",
            diagnosis.node.source_id,
        )


def not_valid_on_date(facts: ClaimFacts) -> Iterator[Said]:
    """Codes that are valid at other times only."""
    yield from _unread(facts, NOT_VALID_ON_DATE, with_withheld=False)
    for line in facts.lines:
        if line.release is None or line.code is not None or not line.listed:
            continue
        yield Finding(
            Severity.ERROR,
            NOT_VALID_ON_DATE,
            (line.number,),
            f"{line.label} is not valid on {_service(facts)}. It is listed "
            f"{listed([_days(days, facts, line) for days in line.listed])}. Use the code that is "
            "valid on that day, or correct the date.",
            line.release.source_id,
        )


def outside_approval(facts: ClaimFacts) -> Iterator[Said]:
    """Services before the approval, or after the end, that the outpatient code editor keeps."""
    for line, procedure in facts.procedures:
        approval, on = procedure.approval, facts.claim.date_of_service
        if approval is None:
            continue
        if approval.first is not None and on < approval.first:
            when = f"before {day(approval.first)}"
        elif approval.last is not None and on > approval.last:
            when = f"after {day(approval.last)}"
        else:
            continue
        yield Finding(
            Severity.ERROR,
            OUTSIDE_APPROVAL,
            (line.number,),
            f"{line.label} on {_service(facts)} is {when}: edit {approval.edit} of the outpatient "
            f"code editor ({approval.name}). Correct the date, or report the code that applied on "
            "that day.",
            procedure.source_id,
        )


def wrong_code_set(facts: ClaimFacts) -> Iterator[Said]:
    """Procedures in a code set that is not the one for such claims."""
    inpatient = facts.claim.claim_type is ClaimType.INPATIENT
    if inpatient and (lines := facts.of_system(HCPCS, CPT)):
        yield Finding(
            Severity.WARNING,
            WRONG_CODE_SET,
            numbers(lines),
            "Procedures of hospital inpatients are coded in ICD-10-PCS; a HCPCS code stands on an "
            "inpatient claim only where the payer asks for it. Replace it, or see that it "
            "belongs there.",
            CODE_SETS.id,
        )
    if not inpatient and (lines := facts.of_system(ICD_10_PCS)):
        yield Finding(
            Severity.ERROR,
            WRONG_CODE_SET,
            numbers(lines),
            "ICD-10-PCS is for procedures of hospital inpatients only. Report the HCPCS or CPT "
            "code of the service instead.",
            CODE_SETS.id,
        )


def _unread(facts: ClaimFacts, rule: str, *, with_withheld: bool = True) -> Iterator[NotChecked]:
    """The code sets of which nothing is known on the day."""
    for system, why in facts.unread.items():
        if lines := [line for line in facts.of_system(system) if not line.withheld]:
            yield NotChecked(rule, f"{why} ({line_names(lines)})")
    if with_withheld:
        for why, lines in facts.withheld.items():
            yield NotChecked(rule, f"{why}: {line_names(lines)} not looked up.")


def _meant(line: LineFacts) -> str:
    if line.also_in:
        names = listed([NAMES[system] for system in line.also_in], "or")
        return f"It is a code of {names}: correct the code system."
    if line.near:
        return f"Perhaps {_titles(line.near[:_MOST_NEAR])} is meant."
    return "Check the spelling, or search for the condition or service in words."


def _titles(codes: Sequence[Code]) -> str:
    return listed([f"{code.code} ({code.title})" for code in codes], "or")


def _days(days: Days, facts: ClaimFacts, line: LineFacts) -> str:
    first, last = f"from {day(days.first)}", f"to {day(days.last)}"
    if line.is_procedure and days.first == facts.begins_by:
        # The oldest release says only what held by then.
        first = f"from {day(days.first)} or earlier"
    return f"{first} {last}"


def _service(facts: ClaimFacts) -> str:
    """The day for people, named as the claim type names it."""
    on = day(facts.claim.date_of_service)
    return f"{on}, the date of discharge" if facts.claim.claim_type is ClaimType.INPATIENT else on
