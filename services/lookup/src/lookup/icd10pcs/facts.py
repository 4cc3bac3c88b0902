"""What is known about codes of ICD-10-PCS, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lookup.facts import Code, Release
from lookup.icd10pcs.axes import TABLE_LENGTH, axis_name
from lookup.ms_drg.facts import GrouperVersion, MsDrg

NOTHING = ("None", "No Device", "No Qualifier")
"""What the classification says where a character adds nothing."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What the classification says that a character means; parts may be empty."""

    definition: str
    explanation: str
    examples: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One character of a code: *label* is what it means, None where that is not loaded."""

    section: str
    position: int
    character: str
    label: str | None
    definition: Definition | None
    source_id: str

    @property
    def name(self) -> str:
        """What the axis is called, "Body Part"."""
        return axis_name(self.section, self.position)

    @property
    def says_nothing(self) -> bool:
        """Whether the character is there only because a code has seven."""
        return self.label in NOTHING


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list that was read. *complete_for* are the sections of which it names every code."""

    name: str
    effective: date
    expires: date
    complete_for: str
    source_id: str

    def completes(self, section: str) -> bool:
        """Whether a code of *section* that it does not name was not valid then."""
        return self.complete_for == "*" or section in self.complete_for


@dataclass(frozen=True, slots=True)
class Listing:
    """Whether one of the lists names a code."""

    list: CodeList
    named: bool


@dataclass(frozen=True, slots=True)
class Guideline:
    """A paragraph of the Official Guidelines."""

    id: str
    title: str
    paragraphs: tuple[str, ...]
    source_id: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A term of the Alphabetic Index and the beginning of a code to which it leads."""

    term: str
    prefix: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Mapping9:
    """A line of a General Equivalence Mapping; *icd9* is empty where there is no equivalent."""

    forward: bool
    icd9: str
    approximate: bool
    combination: bool
    scenario: int
    choice_list: int
    source_id: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A code that another choice list of the same combination offers."""

    icd9: str
    scenario: int
    choice_list: int
    code: str


@dataclass(frozen=True, slots=True)
class DrgListing:
    """MS-DRGs that list a code, the heading under which they do, and codes needed beside it.

    Of *beside* one is enough; "0JH608Z+02H43KZ" are two that are needed together.
    """

    drgs: tuple[str, ...]
    heading: str
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """How the grouper takes a code: *operating_room* 0 no, 1 yes, 2 yes and non-extensive."""

    operating_room: int
    listings: tuple[DrgListing, ...]
    source_id: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the catalog holds about *code* and what surrounds it in *release*.

    *listings* are all lists, oldest first; *releases* all of the system, newest first. *table*
    holds every code of its table, itself included, in order; *operations* those that differ
    from it in the root operation only. *labels* are meanings by position and character in the
    table, *operation_labels* by character of the body system's operations, *terms* words of the
    index for which the value at a position is used. *companions* are codes of combinations in
    which it stands. *grouping* is None where the grouper does not name the code, *version* None
    where no grouper for the release is loaded. *known* are those of the companions and of the
    codes that a grouping needs that are codes of the release.
    """

    code: Code
    release: Release
    axes: tuple[Axis, ...]
    listings: tuple[Listing, ...]
    described: bool
    stretches: tuple[Code, ...]
    table: tuple[Code, ...]
    operations: tuple[Code, ...]
    labels: Mapping[tuple[int, str], str]
    operation_labels: Mapping[str, str]
    guidelines: tuple[Guideline, ...]
    index: tuple[IndexEntry, ...]
    terms: Mapping[int, tuple[str, ...]]
    mappings: tuple[Mapping9, ...]
    mapped_directions: Mapping[bool, str]
    companions: tuple[Companion, ...]
    grouping: Grouping | None
    version: GrouperVersion | None
    drgs: Mapping[str, MsDrg]
    known: frozenset[str]
    releases: tuple[Release, ...]
    previous: Code | None
    following: Code | None

    @property
    def section(self) -> str:
        """The first character."""
        return self.code.code[0]

    @property
    def table_name(self) -> str:
        """The first three characters."""
        return self.code.code[:TABLE_LENGTH]

    def axis(self, name: str) -> Axis | None:
        """The first axis called *name*."""
        return next((axis for axis in self.axes if axis.name == name), None)

    @property
    def confirming(self) -> tuple[Listing, ...]:
        """The lists of this very release that name the code, those of all codes first."""
        of_release = (
            listing
            for listing in self.listings
            if listing.named and listing.list.effective == self.release.effective
        )
        return tuple(sorted(of_release, key=lambda of: not of.list.complete_for))

    @property
    def listed_whole(self) -> bool:
        """Whether a list of this very release names every code of the section."""
        return any(
            listing.list.completes(self.section)
            for listing in self.listings
            if listing.list.effective == self.release.effective
        )

    def beside(self, position: int) -> Sequence[Code]:
        """Codes of the table that differ from this one in the character at *position* only."""
        start, rest = self.code.code[: position - 1], self.code.code[position:]
        return [
            other
            for other in self.table
            if other.code != self.code.code
            and other.code.startswith(start)
            and other.code[position:] == rest
        ]
