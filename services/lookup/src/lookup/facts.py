"""What every code set has: sources, releases, codes."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: release as its publisher names it, and the file that was read."""

    id: str
    name: str
    release: str
    published: str
    """ISO date, empty where the source does not say."""
    effective: str
    """ISO date, empty where the source does not say."""
    licence: str
    origin: str
    """Package and version, or file name, with SHA-256."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one code system; *effective* to *expires*, both included."""

    id: str
    system: str
    name: str
    effective: date
    expires: date
    code_count: int
    billable_count: int
    source_id: str

    def covers(self, day: date) -> bool:
        """Whether this release says what was valid on *day*."""
        return self.effective <= day <= self.expires


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it reads from *effective* to *expires*, both included.

    *code* is spelled as published. *billable* says that it can be reported as it stands.
    *expires* is the end of the last release that lists it so, not a publisher's promise.
    """

    system: str
    code: str
    title: str
    billable: bool
    effective: date
    expires: date
    source_id: str

    def holds_on(self, day: date) -> bool:
        """Whether it was valid, and read so, on *day*."""
        return self.effective <= day <= self.expires


@dataclass(frozen=True, slots=True)
class Relation:
    """A kind of fact that is loaded: how many rows, and how many a missing licence keeps out."""

    name: str
    system: str
    rows_held: int
    rows_withheld: int
    source_id: str


@dataclass(frozen=True, slots=True)
class EditorsText:
    """What the site's editors wrote for a section of a code's page."""

    author: str
    reviewed_on: date
    paragraphs: tuple[str, ...]
    source_id: str
