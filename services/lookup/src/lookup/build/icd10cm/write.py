"""Writes a classification into the catalog, the same rows for the same input."""

import json
import sqlite3
from collections.abc import Iterator

from lookup.build.icd10cm.classification import Classification, TreeNode
from lookup.build.icd10cm.inline_titles import SentenceCase
from lookup.facts import Release
from lookup.icd10cm.facts import COMPANIONS, EXCLUDES, NoteKind
from lookup.icd10cm.ranges import Mention, mentions
from lookup.spelling import code_key

_NAMING_KINDS = frozenset((*EXCLUDES, *COMPANIONS))


def write_tabular(
    connection: sqlite3.Connection, release: Release, classification: Classification
) -> None:
    """Write one release of the tabular list."""
    source_id = release.source_id
    connection.executemany(
        "INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _node_rows(classification, release, source_id),
    )
    _write_notes(connection, classification, source_id)
    connection.executemany(
        "INSERT INTO seventh_characters VALUES (?, ?, ?, ?)",
        (
            (
                node.id,
                node.seventh.instruction,
                _json([[e.character, e.meaning, *e.remarks] for e in node.seventh.extensions]),
                source_id,
            )
            for node in classification.nodes
            if node.seventh is not None
        ),
    )


def _node_rows(
    classification: Classification, release: Release, source_id: str
) -> Iterator[tuple[object, ...]]:
    case = SentenceCase(_texts(classification))
    for node in classification.nodes:
        yield (
            *(node.id, release.id, node.parent.id if node.parent else None, node.last_id),
            *(node.kind.value, node.label, node.span, node.title, case.inline(node.title)),
            *(int(node.billable), node.stem.id if node.stem else None),
            *(code_key(node.label) if node.is_code else None, source_id),
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
    (note_id,) = connection.execute("SELECT coalesce(max(note_id), 0) FROM notes").fetchone()
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
