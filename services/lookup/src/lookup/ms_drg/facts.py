"""What is known about MS-DRGs, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class GrouperVersion:
    """A version of the grouper, "43.1", and the discharges it is for, both days included."""

    name: str
    effective: date
    expires: date

    @property
    def fiscal_year(self) -> int:
        """The federal fiscal year: October 2025 begins 2026."""
        return self.effective.year + (self.effective.month >= 10)

    @property
    def source_id(self) -> str:
        """The source of what this version lists."""
        return f"ms-drg-{self.name}"


@dataclass(frozen=True, slots=True)
class DrgWeight:
    """What Table 5 of a fiscal year says of an MS-DRG; numbers as printed, "1.0249".

    *weight* is the one that pays: a cut of more than ten per cent is capped. It is empty for
    the DRGs that are not paid, and so are the mean lengths of stay, in days.
    """

    fiscal_year: int
    weight: str
    uncapped: str
    geometric_stay: str
    arithmetic_stay: str
    post_acute: bool
    """Post-acute transfer policy applies."""
    special_pay: bool
    source_id: str


@dataclass(frozen=True, slots=True)
class MsDrg:
    """One MS-DRG in one version of the grouper.

    *mdc* is empty where the group is assigned before MDCs are told apart, or in any of them.
    """

    number: str
    title: str
    mdc: str
    surgical: bool
    medical: bool
    weight: DrgWeight | None
    """None where the fiscal year's weights are not loaded."""
    source_id: str
