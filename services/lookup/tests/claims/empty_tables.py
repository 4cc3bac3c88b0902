"""A part of a catalog that has its tables and nothing in them: the code set is not loaded."""

from collections.abc import Iterator
from datetime import date

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.part import Read
from lookup.documents import SearchDocument


class EmptyTables:
    """The tables *tables*, which stay empty."""

    name = "nothing"
    effective = date.min

    def __init__(self, tables: str) -> None:
        self.tables = tables

    def reads(self) -> list[Read]:
        return []

    def write(self, writer: CatalogWriter) -> None:
        """Nothing."""

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        yield from ()
