"""Writes ``search.sqlite``: what may be searched, which is what may be shown to anybody.

Codes, titles and inclusion terms go in. Notes do not: excludes and instructions are gated, and
what is not in the index can neither match nor be highlighted.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from lookup import schema
from lookup.build.classification import Classification, TreeNode
from lookup.build.write import ReproducibleDatabase
from lookup.facts import NoteKind
from lookup.row_set import RowSet
from lookup.spelling import code_key

_COMMON = 500
"""A word is common when more rows than this hold it."""


def write_search_index(path: Path, catalog_id: str, classification: Classification) -> None:
    """Index *classification* in the new file *path*."""
    with ReproducibleDatabase(path, schema.SEARCH) as database:
        connection = database.connection
        defaults = _default_codes(classification)
        stems = [node for node in classification.codes.values() if node.stem is None]
        ranked = sorted(
            stems, key=lambda node: (_rank(node, defaults), len(node.title.split()), node.id)
        )
        connection.executemany(
            "INSERT INTO stems (rowid, code, title, terms, node_id) VALUES (?, ?, ?, ?, ?)",
            (
                (number, _code_words(node), node.title, "\n".join(_terms(node)), node.id)
                for number, node in enumerate(ranked, 1)
            ),
        )
        connection.executemany(
            "INSERT INTO words (rowid, title, terms, node_id) VALUES (?, ?, ?, ?)",
            (
                (number, node.title, "\n".join(_terms(node)), node.id)
                for number, node in enumerate(ranked, 1)
            ),
        )
        connection.executemany(
            "INSERT INTO extended (rowid, code, title, node_id) VALUES (?, ?, ?, ?)",
            (
                (node.id, _code_words(node), node.title, node.id)
                for node in classification.codes.values()
                if node.stem is not None
            ),
        )
        for table in ("stems", "extended", "words"):
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608
        connection.executemany(
            "INSERT INTO common_words VALUES (?, ?, ?)", _common_words(connection, len(ranked))
        )
        counts = [sum(_rank(node, defaults) <= rank for node in stems) for rank in range(3)]
        database.finish(
            {
                "catalog_id": catalog_id,
                "schema": str(schema.VERSION),
                "last_default": str(counts[0]),
                "last_billable": str(counts[1]),
                "last_stem": str(counts[2]),
            }
        )


def _common_words(
    connection: sqlite3.Connection, last_row: int
) -> Iterator[tuple[str, int, bytes]]:
    """Words, and beginnings of words, that many rows of ``words`` hold, with those rows."""
    connection.execute(
        "CREATE VIRTUAL TABLE temp.held USING fts5vocab('main', 'words', 'instance')"
    )
    words = {
        word: [row for _word, row in held]
        for word, held in groupby(
            connection.execute("SELECT term, doc FROM temp.held"), key=itemgetter(0)
        )
    }
    connection.execute("DROP TABLE temp.held")
    most: Counter[str] = Counter()
    for word, rows in words.items():
        most.update(dict.fromkeys(_beginnings(word), len(rows)))
    beginnings: dict[str, RowSet] = {}
    for word, rows in words.items():
        held_by = RowSet.of(rows, last_row)
        if len(held_by) > _COMMON:
            yield word, 1, held_by.bits
        for begun in _beginnings(word):
            if most[begun] > _COMMON:
                known = beginnings.get(begun)
                beginnings[begun] = held_by if known is None else known | held_by
    for begun, held_by in beginnings.items():
        if len(held_by) > _COMMON:
            yield begun, 0, held_by.bits


def _beginnings(word: str) -> Iterator[str]:
    return (word[:length] for length in range(1, len(word) + 1))


def _rank(node: TreeNode, defaults: set[int]) -> int:
    """0: a heading's default code; 1: billable; 2: wants a 7th character; 3: a heading."""
    complete = not node.children or node.children[0].stem is not None
    if complete and node.id in defaults:
        return 0
    if node.billable:
        return 1
    return 2 if complete else 3


def _default_codes(classification: Classification) -> set[int]:
    """What is meant when nothing more is said: the "unspecified" code below each category.

    By the classification's habit it ends in 9 at every level: E11 has E11.9, J45 has J45.909.
    """
    found: set[int] = set()
    for node in classification.nodes:
        if node.kind != "category":
            continue
        place = node
        while place.children and place.children[0].stem is None:
            nines = [child for child in place.children if child.label.endswith("9")]
            if not nines:
                break
            place = nines[-1]
        else:
            found.add(place.id)
    return found


def _terms(node: TreeNode) -> Iterable[str]:
    for note in node.notes:
        if note.kind is NoteKind.INCLUSION_TERM:
            yield from note.lines


def _code_words(node: TreeNode) -> str:
    return f"{node.label} {code_key(node.label)}"
