"""The rule on add-on codes, which are reported beside a primary service only."""

from collections.abc import Iterator, Set
from typing import Final

from lookup.claims.claim import ClaimType
from lookup.claims.facts import AddOn, ClaimFacts, LineFacts, line_names
from lookup.claims.findings import Finding, NotChecked, Said, Severity
from lookup.hcpcs.facts import Companionship
from lookup.wording import listed

ADD_ON_WITHOUT_PRIMARY: Final = "ADD_ON_WITHOUT_PRIMARY"
_MOST_SHOWN: Final = 8
_ANY_CLAIM: Final = (Companionship.ADD_ON_1, Companionship.ADD_ON_3)
"""The other kinds are edits of hospital outpatient claims."""


def add_ons(facts: ClaimFacts) -> Iterator[Said]:
    """Add-on codes of type I, II and III without a primary that is listed for them."""
    for why, lines in facts.withheld.items():
        yield NotChecked(
            ADD_ON_WITHOUT_PRIMARY, f"{why}: {line_names(lines)} may hold add-on codes."
        )
    given = {line.key for line, _of in facts.procedures}
    hospital = facts.claim.claim_type is ClaimType.HOSPITAL_OUTPATIENT
    for line, procedure in facts.procedures:
        if procedure.contractor_add_on:
            yield NotChecked(
                ADD_ON_WITHOUT_PRIMARY,
                f"{line.label} is an add-on code of type II: which primary it needs is for the "
                "Medicare contractor to say, and is not loaded.",
            )
        said: set[frozenset[str]] = set()
        for add_on in procedure.add_ons:
            applies = hospital or add_on.kind in _ANY_CLAIM
            if applies and add_on.primaries not in said:
                said.add(add_on.primaries)
                yield from _without_primary(line, add_on, given, hospital=hospital)


def _without_primary(
    line: LineFacts, add_on: AddOn, given: Set[str], *, hospital: bool
) -> Iterator[Said]:
    if add_on.primaries & given:
        return
    if add_on.withheld:
        total = add_on.withheld + len(add_on.primaries)
        yield NotChecked(
            ADD_ON_WITHOUT_PRIMARY,
            f"{add_on.withheld} of the {total} primaries of {line.label} are withheld: CPT is not "
            "loaded.",
        )
        return
    shown = sorted(add_on.primaries)[:_MOST_SHOWN]
    more = len(add_on.primaries) - len(shown)
    primaries = listed([*shown, f"{more} more"] if more else shown, "or")
    if add_on.kind is Companionship.ADD_ON_3:
        yield Finding(
            Severity.INFO,
            ADD_ON_WITHOUT_PRIMARY,
            (line.number,),
            f"{line.label} is an add-on code of type III and none of its listed primaries is on "
            f"the claim: {primaries}. The Medicare contractor may accept others: see that the "
            "primary service is reported for the same date.",
            add_on.source_id,
        )
        return
    kind = "of type I " if add_on.kind is Companionship.ADD_ON_1 else ""
    yield Finding(
        Severity.ERROR if hospital else Severity.WARNING,
        ADD_ON_WITHOUT_PRIMARY,
        (line.number,),
        f"{line.label} is an add-on code {kind}and none of its primaries is on the claim: "
        f"{primaries}. Report the primary service of the same date, or remove the add-on code.",
        add_on.source_id,
    )
