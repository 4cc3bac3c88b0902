"""Checks a claim: gathers what is known of it, applies every rule, names the sources."""

from collections.abc import Sequence
from typing import Final

from lookup.claims.cited import CITED
from lookup.claims.claim import Claim, bounded
from lookup.claims.findings import Checked, Finding, NotChecked, Severity
from lookup.claims.gather import gather
from lookup.claims.rules import RULES
from lookup.facts import Release
from lookup.reader import Reader

_SEVEREST_FIRST: Final = tuple(Severity)


def check_claim(reader: Reader, claim: Claim, releases: Sequence[Release]) -> Checked:
    """What the rules say of *claim*; *releases* are those that are loaded.

    That it finds nothing says nothing about payment.

    Raises:
        Refused: when the claim is larger than allowed or not well formed.
    """
    facts, read = gather(reader, bounded(claim), releases)
    said = [one for rule in RULES for one in rule.apply(facts)]
    findings = sorted(
        (one for one in said if isinstance(one, Finding)),
        key=lambda finding: (_SEVEREST_FIRST.index(finding.severity), finding.lines),
    )
    not_checked = dict.fromkeys(one for one in said if isinstance(one, NotChecked))
    named = dict.fromkeys(finding.source_id for finding in findings)
    return Checked(
        tuple(findings),
        tuple(not_checked),
        tuple(CITED.get(source_id) or reader.store.source(source_id) for source_id in named),
        read,
    )
