"""What lookup says, as plain values: the only thing answers are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a code system; *effective* and *expires* are ISO 8601 dates, both included."""

    name: str
    effective: str
    expires: str


@dataclass(frozen=True, slots=True)
class Code:
    """A code as published, with what may always be shown of it."""

    system: str
    code: str
    title: str
    billable: bool

    @property
    def href(self) -> str:
        """Path of its page."""
        return f"/{self.system}/{self.code}"


@dataclass(frozen=True, slots=True)
class Place:
    """A step of the hierarchy above a code: *kind* "chapter", *label* "4"."""

    kind: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A text and where it comes from, both for people."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What was read of one code; what was not asked for or is not there is None or empty.

    *standing* says whether the code can be reported and why not, *description* is the first
    paragraph in common language, *meanings* say what a kind of note means. *places* are
    outermost first, *more_specific* are codes below it that can be reported.
    """

    code: Code
    release: Release
    source: str
    places: tuple[Place, ...] = ()
    standing: Fact | None = None
    description: Fact | None = None
    meanings: Mapping["NoteKind", Fact] = field(default_factory=dict)
    more_specific: tuple[Code, ...] = ()


class NoteKind(StrEnum):
    """Kinds of note that speak of another code, by their heading."""

    EXCLUDES1 = "Excludes1"
    EXCLUDES2 = "Excludes2"
    CODE_FIRST = "Code first"
    USE_ADDITIONAL = "Use additional code"
    CODE_ALSO = "Code also"


@dataclass(frozen=True, slots=True)
class PairNote:
    """A note that holds for one code and names another; *place* is where it is written."""

    kind: NoteKind
    holds_for: str
    names: str
    place: str
    text: str
    condition: str
    source: str


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Two codes, and every note of the *release* that holds for one and names the other."""

    first: CodeFacts
    second: CodeFacts
    release: Release
    notes: tuple[PairNote, ...]

    def meaning(self, kind: NoteKind) -> Fact | None:
        """What a note of *kind* means, where the page of either code says so."""
        return self.first.meanings.get(kind) or self.second.meanings.get(kind)
