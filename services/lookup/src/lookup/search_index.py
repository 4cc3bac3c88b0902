"""Asks the full-text index of a catalog. It holds public texts only."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from lookup.row_set import RowSet

# Weights of the code, the title and the inclusion terms.
_WEIGHTS = "4.0, 10.0, 5.0"
# What is meant when nothing more is said counts most: the factors of a heading's default code,
# of a code that can be reported, of one that wants a 7th character and of a heading.
_DEFAULT, _BILLABLE, _OTHER = 1.3, 1.1, 1.0
# Matches of a common word are all alike. Beyond so many they are listed by the rank they have
# without a query, which is the order in which the index holds them and costs nothing.
MOST_COMPARED = 4_000
_BEGIN, _END = "\x02", "\x03"


class Table(StrEnum):
    """What can be asked."""

    STEMS = "stems"
    """Codes without a 7th character: code, title, inclusion terms, by word stems."""
    EXTENDED = "extended"
    """Codes made with a 7th character: code, title, by word stems."""
    WORDS = "words"
    """Stems once more, word for word and by the beginnings of words."""


@dataclass(frozen=True, slots=True)
class Question:
    """An FTS5 expression put to one table."""

    table: Table
    expression: str


@dataclass(frozen=True, slots=True)
class TypedWord:
    """Letters and digits that were typed: a *whole* word, or what may be the beginning of one."""

    text: str
    whole: bool

    @property
    def expression(self) -> str:
        """The word as FTS5 is asked for it."""
        return f'"{self.text}"' if self.whole else f'"{self.text}" *'


@dataclass(frozen=True, slots=True)
class Row:
    """A row that fits; the higher the *score*, the better."""

    row_id: int
    node_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and where in it words of a question stand, as code points from and to."""

    text: str
    marks: tuple[tuple[int, int], ...]


class SearchIndex:
    """One connection to one index; used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        bounds = dict(connection.execute("SELECT key, value FROM meta WHERE key LIKE 'last_%'"))
        self._score = (
            f"bm25(stems, {_WEIGHTS}) * CASE WHEN rowid <= {int(bounds['last_default'])} "
            f"THEN {_DEFAULT} WHEN rowid <= {int(bounds['last_billable'])} "
            f"THEN {_BILLABLE} ELSE {_OTHER} END"
        )

    def count(self, question: Question) -> int:
        """How many rows fit."""
        row = self._db.execute(
            f"SELECT count(*) FROM {question.table} WHERE {question.table} MATCH ?",  # noqa: S608
            (question.expression,),
        ).fetchone()
        return int(row[0])

    def rows(self, question: Question, total: int, offset: int, limit: int) -> list[Row]:
        """Rows that fit, best first; *total* is how many there are."""
        table = question.table
        compared = table is not Table.WORDS and total <= MOST_COMPARED
        score = "0"
        if compared:
            score = self._score if table is Table.STEMS else "bm25(extended, 4.0, 10.0)"
        order = "3, rowid" if compared else "rowid"
        rows = self._db.execute(
            f"SELECT rowid, node_id, {score} FROM {table} "  # noqa: S608
            f"WHERE {table} MATCH ? ORDER BY {order} LIMIT ? OFFSET ?",
            (question.expression, limit, offset),
        )
        return [Row(row[0], row[1], -row[2]) for row in rows]

    def holding(self, words: Sequence[TypedWord], limit: int) -> list[int]:
        """Nodes whose texts hold all of *words*, by the rank they have without a query."""
        common: list[RowSet] = []
        rare: list[TypedWord] = []
        for word in words:
            many = self._rows_of_common(word)
            if many is None:
                rare.append(word)
            else:
                common.append(many)
        fits: Iterator[int]
        if rare:
            held = self._row_ids(" AND ".join(word.expression for word in rare))
            fits = (row for row in held if all(row in rows for rows in common))
        else:
            rows = common[0]
            for other in common[1:]:
                rows &= other
            fits = iter(rows)
        row_ids = list(islice(fits, limit))
        marks = ",".join("?" * len(row_ids))
        found = self._db.execute(
            f"SELECT node_id FROM words WHERE rowid IN ({marks}) ORDER BY rowid",  # noqa: S608
            row_ids,
        )
        return [row[0] for row in found]

    def _rows_of_common(self, word: TypedWord) -> RowSet | None:
        row = self._db.execute(
            "SELECT held_by FROM common_words WHERE word = ? AND whole = ?", (word.text, word.whole)
        ).fetchone()
        return RowSet(row[0]) if row else None

    def _row_ids(self, expression: str) -> Iterator[int]:
        rows = self._db.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", (expression,)
        )
        return (row[0] for row in rows)

    def texts(self, table: Table, row_ids: Sequence[int]) -> dict[int, list[str]]:
        """Title and inclusion terms of rows."""
        columns = "title" if table is Table.EXTENDED else "title || char(10) || terms"
        marks = ",".join("?" * len(row_ids))
        rows = self._db.execute(
            f"SELECT rowid, {columns} FROM {table} WHERE rowid IN ({marks})",  # noqa: S608
            row_ids,
        )
        return {row[0]: row[1].split("\n") for row in rows}

    def marked(
        self, question: Question, row_ids: Sequence[int]
    ) -> dict[int, tuple[Marked, list[Marked]]]:
        """The titles of rows that fit, and their inclusion terms, with what fits marked."""
        table = question.table
        title = 0 if table is Table.WORDS else 1
        terms = "''"
        if table is not Table.EXTENDED:
            terms = f"highlight({table}, {title + 1}, '{_BEGIN}', '{_END}')"
        marks = ",".join("?" * len(row_ids))
        # With the "+" the question is put once; without it, once for every row.
        rows = self._db.execute(
            f"SELECT rowid, highlight({table}, {title}, '{_BEGIN}', '{_END}'), {terms} "  # noqa: S608
            f"FROM {table} WHERE {table} MATCH ? AND +rowid IN ({marks})",
            (question.expression, *row_ids),
        )
        return {
            row[0]: (_marked(row[1]), [_marked(term) for term in row[2].split("\n") if term])
            for row in rows
        }


def _marked(highlighted: str) -> Marked:
    """Take the signs of FTS5's highlighting out and note where they stood."""
    text = ""
    marks: list[tuple[int, int]] = []
    for number, part in enumerate(highlighted.split(_BEGIN)):
        inside, end, rest = part.partition(_END) if number else ("", "", part)
        if end:
            marks.append((len(text), len(text) + len(inside)))
        text += inside + rest
    return Marked(text, tuple(marks))
