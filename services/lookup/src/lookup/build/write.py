"""Writes a classification into ``catalog.sqlite``, the same bytes for the same input."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from lookup import schema
from lookup.build.classification import Classification, TreeNode
from lookup.build.inline_titles import SentenceCase
from lookup.facts import COMPANIONS, EXCLUDES, NoteKind, Release, Source
from lookup.ranges import Mention, mentions
from lookup.spelling import code_key

_NAMING_KINDS = frozenset((*EXCLUDES, *COMPANIONS))


class ReproducibleDatabase:
    """A new SQLite file written without journal or timestamps, so that its bytes repeat."""

    def __init__(self, path: Path, tables: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = OFF")
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(tables)
        self.connection.execute("BEGIN")

    def finish(self, meta: dict[str, str]) -> None:
        """Record *meta* and order the pages by their content."""
        self.connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        self.connection.execute("COMMIT")
        self.connection.execute("VACUUM")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()


def write_catalog(
    path: Path,
    catalog_id: str,
    source: Source,
    release: Release,
    classification: Classification,
) -> None:
    """Write one release of ICD-10-CM to the new file *path*."""
    with ReproducibleDatabase(path, schema.CATALOG) as database:
        connection = database.connection
        connection.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(source.id, source.name, source.release, source.published, source.effective),
                *(source.licence, source.origin),
            ),
        )
        connection.execute(
            "INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(release.id, release.system, release.name),
                *(release.effective.isoformat(), release.expires.isoformat()),
                *(release.code_count, release.billable_count, release.source_id),
            ),
        )
        connection.executemany(
            "INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _node_rows(classification, release, source.id),
        )
        connection.executemany(
            "INSERT INTO codes VALUES (?, ?, ?, ?)",
            ((key, release.id, node.id, source.id) for key, node in classification.codes.items()),
        )
        _write_notes(connection, classification, source.id)
        connection.executemany(
            "INSERT INTO seventh_characters VALUES (?, ?, ?, ?)",
            (
                (
                    node.id,
                    node.seventh.instruction,
                    _json([[e.character, e.meaning, *e.remarks] for e in node.seventh.extensions]),
                    source.id,
                )
                for node in classification.nodes
                if node.seventh is not None
            ),
        )
        database.finish({"catalog_id": catalog_id, "schema": str(schema.VERSION)})


def _node_rows(
    classification: Classification, release: Release, source_id: str
) -> Iterator[tuple[object, ...]]:
    case = SentenceCase(_texts(classification))
    for node in classification.nodes:
        yield (
            *(node.id, release.id, node.parent.id if node.parent else None, node.last_id),
            *(node.kind.value, node.label, node.span, node.title, case.inline(node.title)),
            *(int(node.billable), node.stem.id if node.stem else None, source_id),
        )


def _texts(classification: Classification) -> Iterator[str]:
    for node in classification.nodes:
        if node.stem is None:
            yield node.title
        for note in node.notes:
            # Inclusion terms begin with capitals, other notes run on from a heading.
            lead = "" if note.kind is NoteKind.INCLUSION_TERM else "of "
            for line in note.lines:
                yield f"{lead}{line}"


def _write_notes(
    connection: sqlite3.Connection, classification: Classification, source_id: str
) -> None:
    note_id = 0
    for node in classification.nodes:
        for note in node.notes:
            note_id += 1
            lines: list[list[object]] = []
            for number, text in enumerate(note.lines):
                found = [(m, _named(m, classification)) for m in mentions(text)]
                resolved = [(m, ends) for m, ends in found if ends is not None]
                lines.append(_spans(text, resolved))
                if note.kind in _NAMING_KINDS:
                    connection.executemany(
                        "INSERT INTO namings VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (
                            (
                                note_id,
                                number,
                                first.id,
                                last.last_id,
                                first is last,
                                m.qualifier,
                                source_id,
                            )
                            for m, (first, last) in resolved
                            if not m.aside
                        ),
                    )
            connection.execute(
                "INSERT INTO notes VALUES (?, ?, ?, ?, ?)",
                (note_id, node.id, note.kind.value, _json(lines), source_id),
            )


def _named(mention: Mention, classification: Classification) -> tuple[TreeNode, TreeNode] | None:
    """First and last node that *mention* names; None when the release has no such code."""
    first = classification.codes.get(code_key(mention.first))
    last = classification.codes.get(code_key(mention.last)) if mention.last else first
    if first is None or last is None or last.id < first.id:
        return None
    return first, last


def _spans(text: str, resolved: list[tuple[Mention, tuple[TreeNode, TreeNode]]]) -> list[object]:
    """*text* cut where it names something: plain strings, and what is named with its target."""
    spans: list[object] = []
    place = 0
    for mention, (first, last) in resolved:
        if mention.start > place:
            spans.append(text[place : mention.start])
        is_range = first is not last
        target = f"{first.label}-{last.label}" if is_range else first.label
        spans.append([text[mention.start : mention.end], target, int(is_range)])
        place = mention.end
    if place < len(text):
        spans.append(text[place:])
    return spans


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
