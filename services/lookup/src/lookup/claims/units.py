"""The rule on units: medically unlikely edits (MUE)."""

from collections.abc import Iterator
from typing import Final

from lookup.claims.facts import ClaimFacts, LineFacts, UnitLimit, line_names, numbers
from lookup.claims.findings import Finding, NotChecked, Said, Severity
from lookup.wording import counted, listed

MUE: Final = "MUE"
_PER_LINE: Final = 1
_BY_POLICY: Final = 2


def units(facts: ClaimFacts) -> Iterator[Said]:
    """Units above the value: of a line (MAI 1) or of the date of service (MAI 2 and 3)."""
    for why, lines in facts.withheld.items():
        yield NotChecked(MUE, f"{why}: values for {line_names(lines)} are withheld.")
    by_code: dict[str, tuple[UnitLimit, list[LineFacts]]] = {}
    without: list[LineFacts] = []
    for line, procedure in facts.procedures:
        if procedure.limit is None:
            without.append(line)
        else:
            by_code.setdefault(line.key, (procedure.limit, []))[1].append(line)
    if without:
        codes = listed(list(dict.fromkeys(line.label for line in without)))
        yield NotChecked(
            MUE,
            f"The table lists no value for {codes} ({line_names(without)}); that is not the same "
            "as unlimited: some values are confidential.",
        )
    for limit, lines in by_code.values():
        if limit.indicator == _PER_LINE:
            for line in lines:
                if line.units > limit.units:
                    yield _per_line(limit, line)
        elif sum(line.units for line in lines) > limit.units:
            yield _per_day(limit, lines)


def _per_line(limit: UnitLimit, line: LineFacts) -> Finding:
    return Finding(
        Severity.ERROR,
        MUE,
        (line.number,),
        f"{counted(line.units, 'unit', 'units')} of {line.label} on one line; the MUE is "
        f"{limit.units} per line (MAI 1). Check the units; where more are reasonable and "
        "necessary, report them on separate lines with a modifier that fits."
        f"{_rationale(limit)}",
        limit.source_id,
    )


def _per_day(limit: UnitLimit, lines: list[LineFacts]) -> Finding:
    total = sum(line.units for line in lines)
    by_policy = limit.indicator == _BY_POLICY
    todo = (
        "It rests on policy and is absolute: correct the units."
        if by_policy
        else "Check the units; more need a record that shows they were correctly counted and "
        "medically necessary."
    )
    return Finding(
        Severity.ERROR if by_policy else Severity.WARNING,
        MUE,
        numbers(lines),
        f"{counted(total, 'unit', 'units')} of {lines[0].label} for the date of service; the MUE "
        f"is {limit.units} per date of service, summed over lines (MAI {limit.indicator}). "
        f"{todo}{_rationale(limit)}",
        limit.source_id,
    )


def _rationale(limit: UnitLimit) -> str:
    return f" Rationale: {limit.rationale}." if limit.rationale else ""
