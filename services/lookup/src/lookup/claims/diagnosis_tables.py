"""Reads what the catalog says of diagnoses, for those of one claim at a time."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date

from lookup.claims.facts import HeldNote, NamedRun
from lookup.facts import Release
from lookup.icd10cm.facts import Node, Note, NoteKind, NoteSpan
from lookup.icd10cm.relations import EditorFlags, Kind
from lookup.store import marks


class DiagnosisTables:
    """Flags and notes of ICD-10-CM codes; used by one thread at a time."""

    def __init__(self, catalog: sqlite3.Connection) -> None:
        self._db = catalog

    def editor_loaded(self, on: date) -> bool:
        """Whether the outpatient code editor's flags are loaded for the day."""
        row = self._db.execute(
            "SELECT 1 FROM diagnosis_sources WHERE kind = ? AND effective <= ? AND expires >= ?",
            (Kind.EDITOR.value, on.isoformat(), on.isoformat()),
        ).fetchone()
        return row is not None

    def flags(self, keys: Sequence[str], on: date) -> dict[str, EditorFlags]:
        """The flags of those codes that have any on the day, by key."""
        rows = self._db.execute(
            "SELECT code_key, effective, expires, manifestation, unacceptable, exempt, "  # noqa: S608
            "external_cause, mental_health, code_first, low_age, high_age, source_id "
            f"FROM editor_flags WHERE code_key IN ({marks(keys)}) "
            "AND effective <= ? AND expires >= ?",
            (*keys, on.isoformat(), on.isoformat()),
        )
        return {
            row[0]: EditorFlags(
                effective=date.fromisoformat(row[1]),
                expires=date.fromisoformat(row[2]),
                manifestation=bool(row[3]),
                unacceptable=bool(row[4]),
                exempt=row[5],
                external_cause=bool(row[6]),
                mental_health=bool(row[7]),
                code_first=bool(row[8]),
                low_age=row[9],
                high_age=row[10],
                source_id=row[11],
            )
            for row in rows
        }

    def not_in_editor(self, release: Release, keys: Sequence[str]) -> set[str]:
        """Those codes that the editor's table does not have."""
        rows = self._db.execute(
            "SELECT code_key FROM editor_gaps WHERE release_id = ? "  # noqa: S608
            f"AND code_key IN ({marks(keys)})",
            (release.id, *keys),
        )
        return {row[0] for row in rows}

    def held_notes(self, places: Iterable[Node], kinds: Sequence[NoteKind]) -> tuple[HeldNote, ...]:
        """The notes of *kinds* that stand at *places*, in tabular order."""
        owners = {place.id: place for place in places}
        ids = sorted(owners)
        rows = self._db.execute(
            "SELECT note_id, node_id, kind, lines, source_id FROM notes "  # noqa: S608
            f"WHERE node_id IN ({marks(ids)}) AND kind IN ({marks(kinds)}) ORDER BY note_id",
            (*ids, *(kind.value for kind in kinds)),
        ).fetchall()
        notes = [_note(*row) for row in rows]
        runs: dict[int, list[NamedRun]] = {}
        note_ids = [note.id for note in notes]
        for note_id, *run in self._db.execute(
            "SELECT note_id, line, first_id, last_id, qualifier FROM namings "  # noqa: S608
            f"WHERE note_id IN ({marks(note_ids)}) ORDER BY note_id, line, first_id",
            note_ids,
        ):
            runs.setdefault(note_id, []).append(NamedRun(*run))
        return tuple(
            HeldNote(owners[note.node_id], note, tuple(runs.get(note.id, ()))) for note in notes
        )


def _note(note_id: int, node_id: int, kind: str, lines: str, source_id: str) -> Note:
    return Note(
        id=note_id,
        node_id=node_id,
        kind=NoteKind(kind),
        lines=tuple(tuple(_span(span) for span in line) for line in json.loads(lines)),
        source_id=source_id,
    )


def _span(stored: str | Sequence[str | int]) -> NoteSpan:
    if isinstance(stored, str):
        return NoteSpan(stored)
    text, target, is_range = stored
    return NoteSpan(str(text), str(target), bool(is_range))
