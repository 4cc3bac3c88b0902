"""What a build is made of: one part for each code set or relation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from lookup.build.catalog_writer import CatalogWriter
from lookup.documents import SearchDocument


@dataclass(frozen=True, slots=True)
class Read:
    """One thing that a part reads: name and SHA-256, of which the catalog's id is made."""

    name: str
    sha256: str


class Part(Protocol):
    """Reads its sources and writes them into the catalog.

    Parts are written in the order in which they are listed; a part may read what those before
    it have written.
    """

    name: str
    """For people, "ICD-10-CM April 2026"."""
    effective: date
    """First day of the newest release in it."""
    tables: str
    """The tables it fills, as SQL."""

    def reads(self) -> list[Read]:
        """Everything that it reads."""

    def write(self, writer: CatalogWriter) -> None:
        """Write it all.

        Raises:
            SourceError: when a source is not whole or says what cannot be right.
        """

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """What may be searched of its codes, read from what was written."""
