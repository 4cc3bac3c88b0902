"""What may be searched of ICD-10-CM: codes, titles, inclusion terms, entries of the index.

Notes are not in it: excludes and instructions are gated, and what is not in the index can
neither match nor be highlighted.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

from lookup.documents import Alias, AliasField, SearchDocument
from lookup.icd10cm.facts import NoteKind
from lookup.systems import ICD_10_CM


def documents_of(connection: sqlite3.Connection) -> Iterator[SearchDocument]:
    """A document for each code and release, releases in order within each code."""
    entries = _index_entries(connection)
    terms = _inclusion_terms(connection)
    defaults = _default_codes(connection)
    chapters = _chapters(connection)
    rows = connection.execute(
        "SELECT n.node_id, n.code_key, r.release_id, n.label, n.title, n.billable, s.label, "
        "r.effective, r.expires "
        "FROM nodes n JOIN releases r USING (release_id) "
        "LEFT JOIN nodes s ON s.node_id = n.stem_id "
        "WHERE n.code_key IS NOT NULL ORDER BY n.code_key, r.effective"
    )
    for node_id, key, release_id, label, title, billable, stem, effective, expires in rows:
        yield SearchDocument(
            system=ICD_10_CM,
            code=label,
            title=title,
            billable=bool(billable),
            effective=date.fromisoformat(effective),
            expires=date.fromisoformat(expires),
            stem=stem or "",
            chapter=next(name for first, last, name in chapters if first <= node_id <= last),
            default=node_id in defaults,
            aliases=(
                *(Alias(AliasField.INCLUSION_TERM, term) for term in terms.get(node_id, ())),
                *(Alias(AliasField.INDEX, text) for text in entries.get((release_id, key), ())),
            ),
        )


def _index_entries(connection: sqlite3.Connection) -> dict[tuple[str, str], list[str]]:
    """Entries by release and code."""
    found: dict[tuple[str, str], list[str]] = {}
    for release_id, key, entry in connection.execute(
        "SELECT release_id, code_key, entry FROM index_entries ORDER BY release_id, code_key, place"
    ):
        found.setdefault((release_id, key), []).append(entry)
    return found


def _inclusion_terms(connection: sqlite3.Connection) -> dict[int, list[str]]:
    rows = connection.execute(
        "SELECT node_id, lines FROM notes WHERE kind = ? ORDER BY note_id",
        (NoteKind.INCLUSION_TERM.value,),
    )
    return {
        node_id: [
            "".join(_text(span) for span in line) for _id, text in of for line in json.loads(text)
        ]
        for node_id, of in groupby(rows, key=itemgetter(0))
    }


def _text(span: str | list[object]) -> str:
    return span if isinstance(span, str) else str(span[0])


def _chapters(connection: sqlite3.Connection) -> list[tuple[int, int, str]]:
    return connection.execute(
        "SELECT node_id, last_id, label FROM nodes WHERE kind = 'chapter' ORDER BY node_id"
    ).fetchall()


def _default_codes(connection: sqlite3.Connection) -> set[int]:
    """What is meant when nothing more is said: the "unspecified" code below each category.

    By the classification's habit it ends in 9 at every level: E11 has E11.9, J45 has J45.909.
    """
    below: dict[int, list[tuple[int, str, int | None]]] = {}
    categories: list[int] = []
    for node_id, parent_id, label, kind, stem_id in connection.execute(
        "SELECT node_id, parent_id, label, kind, stem_id FROM nodes "
        "WHERE code_key IS NOT NULL ORDER BY node_id"
    ):
        if kind == "category":
            categories.append(node_id)
        else:
            below.setdefault(parent_id, []).append((node_id, label, stem_id))
    found: set[int] = set()
    for category in categories:
        place = category
        while (children := below.get(place)) and children[0][2] is None:
            nines = [node_id for node_id, label, _stem in children if label.endswith("9")]
            if not nines:
                break
            place = nines[-1]
        else:
            found.add(place)
    return found
