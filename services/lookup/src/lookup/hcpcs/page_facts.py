"""Everything that the page of one HCPCS Level II code is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lookup.facts import Code, Release
from lookup.hcpcs.facts import (
    Companion,
    Detail,
    Edit,
    Fact,
    Locality,
    Modifier,
    Pair,
    Policy,
    Rate,
    Record,
    RelativeValue,
    Status,
    UnitEdit,
)
from lookup.hcpcs.families import FAMILIES, Family
from lookup.hcpcs.headings import Heading


@dataclass(frozen=True, slots=True)
class Indicators:
    """What the status and payment indicators of a code mean."""

    status: str
    payment: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a code on *day*: a sentence of the field's words."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The facts about *code* in *release*.

    *code* has the short text as title. *source_id* is the outpatient code editor's source for
    the quarter and empty where it is not loaded for it, as then *status* is None. *record* is
    what the HCPCS file of the same quarter says, *older* what an earlier one says whose short
    text is the same and has not changed since. *loaded* gives, for each kind of fact that is
    loaded for the quarter, its source.
    """

    code: Code
    release: Release
    stretches: tuple[Code, ...]
    begins_by: date
    source_id: str
    status: Status | None
    indicators: Indicators | None
    statuses: tuple[Status, ...]
    rates: tuple[Rate, ...]
    edits: Mapping[int, Edit]
    record: Record | None
    older: Record | None
    records: tuple[Record, ...]
    pairs: tuple[Pair, ...]
    companions: tuple[Companion, ...]
    details: tuple[Detail, ...]
    withheld: Mapping[str, int]
    modifiers: tuple[Modifier, ...]
    modifier_texts: Mapping[str, Record]
    modifier_conflicts: tuple[tuple[str, str], ...]
    units: tuple[UnitEdit, ...]
    values: tuple[RelativeValue, ...]
    localities: tuple[Locality, ...]
    policies: tuple[Policy, ...]
    loaded: Mapping[Fact, str]
    changes: tuple[Change, ...]
    heading: Heading
    siblings: tuple[Code, ...]
    previous: Code | None
    following: Code | None
    named: Mapping[str, str] = field(default_factory=dict)
    """Descriptor of each Level II code that the facts name and the release holds."""

    @property
    def label(self) -> str:
        """The code as printed."""
        return self.code.code

    @property
    def family(self) -> Family:
        """The letter group of the code."""
        return FAMILIES[self.label[0]]

    @property
    def described(self) -> Record | None:
        """The record whose long text may be shown."""
        return self.record or self.older

    @property
    def descriptor(self) -> str:
        """The longest descriptor that may be shown."""
        return self.described.long_text if self.described else self.code.title

    def rate(self) -> Rate | None:
        """What the code's APC pays in the quarter; None where it has none."""
        status = self.status
        if status is None or not status.apc:
            return None
        day = self.release.effective
        return next(
            (r for r in self.rates if r.apc == status.apc and r.effective <= day <= r.expires),
            None,
        )
