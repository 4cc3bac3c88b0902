"""Writes the parts of a catalog into its file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lookup import schema
from lookup.build.catalog_writer import CatalogWriter
from lookup.build.database import ReproducibleDatabase
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.cited import SITE


@contextmanager
def catalog_file(
    path: Path, catalog_id: str, parts: Sequence[Part], progress: Progress
) -> Iterator[CatalogWriter]:
    """The new file *path* with everything that *parts* write; closed and ordered at the end."""
    tables = "".join((schema.CATALOG, *(part.tables for part in parts)))
    with ReproducibleDatabase(path, tables) as database:
        writer = CatalogWriter(database.connection)
        writer.source(SITE)
        for part in parts:
            progress.step(f"reading {part.name}")
            part.write(writer)
        writer.count_codes()
        yield writer
        # Catalogs that differ in editors' texts alone share an index: it has the first one's id.
        database.finish(
            {"catalog_id": catalog_id, "search_id": catalog_id, "schema": str(schema.VERSION)}
        )
