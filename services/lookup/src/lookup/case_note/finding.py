"""What is found in a case note, in the shape in which it is answered."""

from dataclasses import dataclass
from enum import Enum, auto


class Status(Enum):
    """What a note says of a finding."""

    AFFIRMED = auto()
    """It is there."""
    NEGATED = auto()
    """It is said not to be there."""
    HISTORICAL = auto()
    """It was there."""
    UNCERTAIN = auto()
    """It may be there."""
    FAMILY = auto()
    """Somebody else has it, a relative."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A stretch of a note in code points: the first, and the one after the last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code that a finding may be coded with.

    *score* compares within one finding and never grows along it. *evidence* are the words of the
    note that speak for the code, in order, without overlap; some may stand outside the finding's
    own place ("right" of "right hip and knee pain"). *missing* names what is not stated and would
    make the code more specific: "laterality not stated".
    """

    system: str
    code: str
    title: str
    billable: bool
    score: float
    evidence: tuple[Mark, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; *cue* are the words that give it its status, None when nothing more is said.

    *candidates* are best first, and none for what is negated.
    """

    place: Mark
    status: Status
    cue: Mark | None
    candidates: tuple[Candidate, ...] = ()
