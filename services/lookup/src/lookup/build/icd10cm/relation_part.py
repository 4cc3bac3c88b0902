"""What the parts have in common that add other publications' facts to ICD-10-CM's codes.

They come after the tabular lists, whose part makes all tables of ICD-10-CM, and fill some.
"""

from collections.abc import Iterator
from datetime import date

from lookup.build.catalog_writer import CatalogWriter
from lookup.documents import SearchDocument
from lookup.facts import Source
from lookup.icd10cm.relations import Kind


class RelationPart:
    """No tables of its own, and nothing to search."""

    tables = ""

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """None: the codes are another part's."""
        yield from ()


def record_source(
    writer: CatalogWriter,
    kind: Kind,
    source: Source,
    effective: date = date.min,
    expires: date = date.max,
) -> str:
    """Record *source*, and that facts of *kind* are loaded from it for these days.

    Facts without days of their own (a mapping that is published once) are for all. Returns the
    id to name in rows.
    """
    if not writer.connection.execute(
        "SELECT 1 FROM sources WHERE source_id = ?", (source.id,)
    ).fetchone():
        writer.source(source)
    writer.connection.execute(
        "INSERT INTO diagnosis_sources VALUES (?, ?, ?, ?)",
        (kind.value, effective.isoformat(), expires.isoformat(), source.id),
    )
    return source.id
