"""What the rules say of a claim."""

from dataclasses import dataclass
from enum import StrEnum

from lookup.facts import Release, Source


class Severity(StrEnum):
    """Degrees of severity, the most severe first."""

    ERROR = "error"
    """The claim cannot be right so."""
    WARNING = "warning"
    """It may be right; somebody has to look."""
    INFO = "info"
    """Good to know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says: what is wrong or to be looked at on *lines*, and what can be done."""

    severity: Severity
    rule: str
    lines: tuple[int, ...]
    message: str
    source_id: str


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A rule that was not applied, or not to all it is about: what is missing."""

    rule: str
    why: str


type Said = Finding | NotChecked


@dataclass(frozen=True, slots=True)
class Checked:
    """All that is said of a claim: findings most severe first, then in order of lines.

    *sources* are those that findings name, *releases* those that were read.
    """

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]
    sources: tuple[Source, ...]
    releases: tuple[Release, ...]
