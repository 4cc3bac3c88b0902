"""Judges what was reserved and settled of strict actions, where the ledger is the arbiter.

Here nothing may be lost or granted beyond the limit, whatever fails. Pure, as ``checker.py`` is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from metering.decision import Subject


@dataclass(slots=True)
class Reserving:
    """One reservation asked for, as often as it took, always with the same request id.

    *answers* are the reservations that callers were told of: one, unless something is wrong; none
    where it was denied or never answered. *settled* are the units that a caller was told were
    charged, None as long as none was. *open_in_outage*: it was granted with no count.
    """

    subject: Subject
    action: str
    limit: int
    answers: list[str] = field(default_factory=list)
    settled: int | None = None
    open_in_outage: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change that the ledger has, in its order."""

    subject: Subject
    action: str
    period: str
    kind: Literal["reserved", "settled", "expired"]
    reservation: str
    units: int


@dataclass(slots=True)
class StrictFindings:
    """Counts, and one line for each fault, by the promise that it breaks."""

    asked: int = 0
    reserved: int = 0
    """Reservations that a caller was told of."""
    settled: int = 0
    recorded: int = 0
    """Reservations that the ledger has."""
    gone_back: int = 0
    """Units that were reserved and not needed."""

    over_admitted: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    charged_twice: list[str] = field(default_factory=list)
    opened_in_outage: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Every promise that was broken."""
        return [*self.over_admitted, *self.lost, *self.charged_twice, *self.opened_in_outage]


def check_strict(asked: Sequence[Reserving], ledger: Sequence[Change]) -> StrictFindings:
    """Judge what callers were told by what the *ledger* has."""
    found = StrictFindings(asked=len(asked))
    _replay(asked, ledger, found)
    charged = {
        (change.subject, change.action, change.reservation): change.units
        for change in ledger
        if change.kind == "settled"
    }
    recorded = {
        (change.subject, change.action, change.reservation)
        for change in ledger
        if change.kind == "reserved"
    }
    found.recorded = len(recorded)
    for each in asked:
        name = f"strict: {each.subject.id} {each.action}"
        if each.open_in_outage:
            found.opened_in_outage.append(f"{name}: granted in an outage")
        told = set(each.answers)
        found.reserved += bool(told)
        found.settled += each.settled is not None
        if len(told) > 1:
            found.charged_twice.append(f"{name}: one request, reservations {sorted(told)}")
        for reservation in told:
            key = (each.subject, each.action, reservation)
            if key not in recorded:
                found.lost.append(f"{name}: reservation {reservation}")
            if each.settled is not None and charged.get(key, 0) != each.settled:
                found.lost.append(f"{name}: what was settled of {reservation}")
    return found


def _replay(asked: Sequence[Reserving], ledger: Sequence[Change], found: StrictFindings) -> None:
    """Go through the ledger: at no moment is more charged and reserved than the limit."""
    limits = {(each.subject, each.action): each.limit for each in asked}
    spent: dict[tuple[Subject, str, str], int] = defaultdict(int)
    open_units: dict[tuple[Subject, str, str], int] = {}
    for change in ledger:
        use = (change.subject, change.action, change.period)
        key = (change.subject, change.action, change.reservation)
        name = f"strict: {change.subject.id} {change.action}"
        if change.kind == "reserved":
            if key in open_units:
                found.charged_twice.append(f"{name}: {change.reservation} was reserved twice")
            open_units[key] = change.units
            spent[use] += change.units
        elif change.units > open_units.get(key, 0):
            found.charged_twice.append(f"{name}: {change.reservation} had ended before")
        else:
            open_units[key] -= change.units
            if change.kind == "expired":
                # Never settled in time, or settled with less.
                found.gone_back += change.units
                spent[use] -= change.units
        limit = limits.get(use[:2])
        if limit is not None and spent[use] > limit:
            found.over_admitted.append(f"{name}: {spent[use]} units of {limit}")
