"""Ranked codes for a query, and why each was found.

A query that is a code or the beginning of one lists codes. Otherwise the index is asked for
ever less until something is found: all words among stems; all words among codes with a 7th
character; all words as beginnings; all words that are known at all; all of them but one; any of
the rarer ones. Codes made with a 7th character stand under their stem: they appear when the query
names them, or holds words that only they have.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lookup import query as q
from lookup.facts import Node, Release
from lookup.query import Word
from lookup.search_index import MOST_COMPARED, Marked, Question, Row, SearchIndex, Table
from lookup.spelling import code_key
from lookup.store import Store

_SHOWN_TERMS = 3
_RERANKED = 60
_MOST_LEFT_OUT = 12
_SHORTEST_BEGINNING = 2
_EXACT = 1.2
_TELL_APART = frozenset(("initial", "subsequent", "encounter", "sequela", "sequelae"))
# What a title may say beyond the query without meaning something narrower.
_SAYS_NOTHING = frozenset(
    (
        *("unspecified", "nos", "not", "specified", "as", "elsewhere", "classified"),
        *("disease", "disorder", "organism", "site", "uncomplicated", "mellitus", "due", "to"),
        *("of", "the", "and", "or", "with", "without", "in", "s"),
    )
)
_NOTHING_FURTHER = "without complications"
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Highlight:
    """A public text in which the query was found; *marks* are counted in code points."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One code found; *score* compares within one answer and never grows along it."""

    node: Node
    score: float
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Some of *total* results."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows that fit a question, *total* of them."""

    question: Question
    total: int


def search(store: Store, release: Release, text: str, offset: int, limit: int) -> Found:
    """The codes that fit *text*, from *offset* on, *limit* at most; their order never changes."""
    prefix = q.code_prefix(text)
    if prefix is not None and (ids := store.ids_named(release.id, prefix)):
        nodes = store.nodes(ids[offset : offset + limit])
        named = (_named(node, prefix, offset + place) for place, node in enumerate(nodes))
        return Found(len(ids), tuple(named))
    words = q.words_of(text)
    parts = _parts(store.search, words)
    rows = list(_rows(store.search, parts, words, offset, limit))
    nodes = store.nodes([row.node_id for _question, row in rows])
    marked = {
        part.question: store.search.marked(
            part.question, [row.row_id for question, row in rows if question == part.question]
        )
        for part in parts
    }
    hits: list[Hit] = []
    score = float("inf")
    for node, (question, row) in zip(nodes, rows, strict=True):
        score = min(score, row.score)
        title, terms = marked[question][row.row_id]
        hits.append(Hit(node, score, tuple(_highlights(node, words, title, terms))))
    return Found(sum(part.total for part in parts), tuple(hits))


def _named(node: Node, prefix: str, place: int) -> Hit:
    return Hit(node, 1.0 / (1 + place), (_marked_code(node, prefix),))


def _marked_code(node: Node, key: str) -> Highlight:
    """The code of *node*, marked as far as *key* spells it."""
    end = len(key) + ("." in node.label and len(key) > node.label.index("."))
    return Highlight("code", node.label, ((0, end),))


def _parts(index: SearchIndex, words: Sequence[Word]) -> list[_Part]:
    """What to list, best first; empty when nothing fits."""
    if not words:
        return []
    everything = q.all_of(words)
    parts = [_part(index, Table.STEMS, everything)]
    if not parts[0].total or any(word.text in _TELL_APART for word in words):
        parts.append(_part(index, Table.EXTENDED, everything))
    parts = [part for part in parts if part.total]
    if parts:
        return parts
    for table, asked in _lesser(index, words):
        if (part := _part(index, table, asked)).total:
            return [part]
    return []


def _lesser(index: SearchIndex, words: Sequence[Word]) -> Iterator[tuple[Table, str]]:
    """What to ask for instead, in this order, when nothing holds all *words*."""
    if all(len(word.text) >= _SHORTEST_BEGINNING for word in words):
        yield Table.WORDS, q.all_beginnings(words)
    counted = [(index.count(Question(Table.STEMS, word.expression)), word) for word in words]
    known = [(count, word) for count, word in counted if count]
    if not known:
        return
    left = [word for _count, word in known]
    if len(left) < len(words):
        yield Table.STEMS, q.all_of(left)
        yield Table.EXTENDED, q.all_of(left)
    if 2 < len(left) <= _MOST_LEFT_OUT:
        yield Table.STEMS, q.all_but_one_of(left)
    yield Table.STEMS, q.any_of(_rarest(known))


def _rarest(known: Sequence[tuple[int, Word]]) -> list[Word]:
    """The rarest words, as many as leave few enough matches to be compared with one another."""
    chosen: list[Word] = []
    total = 0
    for count, word in sorted(known, key=lambda entry: entry[0]):
        total += count
        if chosen and total > MOST_COMPARED:
            break
        chosen.append(word)
    return chosen


def _part(index: SearchIndex, table: Table, expression: str) -> _Part:
    question = Question(table, expression)
    return _Part(question, index.count(question))


def _rows(
    index: SearchIndex, parts: Sequence[_Part], words: Sequence[Word], offset: int, limit: int
) -> Iterator[tuple[Question, Row]]:
    for part in parts:
        if offset < part.total and limit > 0:
            rows = _rows_of(index, part, words, offset, limit)
            limit -= len(rows)
            yield from ((part.question, row) for row in rows)
        offset = max(0, offset - part.total)


def _rows_of(
    index: SearchIndex, part: _Part, words: Sequence[Word], offset: int, limit: int
) -> list[Row]:
    """Rows of one part. The first ones are looked at once more, whichever are asked for."""
    rows: list[Row] = []
    if offset < _RERANKED:
        rows = _reranked(index, part, words)[offset : offset + limit]
    if len(rows) < limit:
        begin = max(offset, _RERANKED)
        rows += index.rows(part.question, part.total, begin, limit - len(rows))
    return rows


def _reranked(index: SearchIndex, part: _Part, words: Sequence[Word]) -> list[Row]:
    """The first rows, those up that have a text that says what was asked and no more."""
    rows = index.rows(part.question, part.total, 0, _RERANKED)
    texts = index.texts(part.question.table, [row.row_id for row in rows])
    raised = [
        Row(row.row_id, row.node_id, row.score * _EXACT)
        if any(_says_just(text, words) for text in texts[row.row_id])
        else row
        for row in rows
    ]
    return sorted(raised, key=lambda row: (-row.score, row.row_id))


def _says_just(text: str, words: Sequence[Word]) -> bool:
    """Whether *text* has every one of *words* and nothing narrower beside them."""
    said = set(_WORD.findall(q.fold(text).replace(_NOTHING_FURTHER, "")))
    meant: set[str] = set()
    for word in words:
        alike = {other for other in said if any(_alike(other, form) for form in word.forms)}
        if not alike:
            return False
        meant |= alike
    return said - meant <= _SAYS_NOTHING


def _alike(left: str, right: str) -> bool:
    """Whether two words are the same or look like forms of one: "diabetes", "diabetic"."""
    if left == right:
        return True
    shared = max(4, min(len(left), len(right)) - 2)
    return min(len(left), len(right)) >= shared and left[:shared] == right[:shared]


def _highlights(
    node: Node, words: Sequence[Word], title: Marked, terms: Sequence[Marked]
) -> Iterator[Highlight]:
    key = code_key(node.label)
    spelled = [w.text.upper() for w in words if w.is_code and key.startswith(w.text.upper())]
    if spelled:
        yield _marked_code(node, max(spelled, key=len))
    if title.marks:
        yield Highlight("title", title.text, title.marks)
    for term in [term for term in terms if term.marks][:_SHOWN_TERMS]:
        yield Highlight("inclusion_term", term.text, term.marks)
