"""Answers searches and completions from an index folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Self

from tantivy import Query

from lookup.finder.candidates import Filter, FullText
from lookup.finder.codes import CodeList
from lookup.finder.columns import Columns
from lookup.finder.completing import Completer
from lookup.finder.deletes import Speller
from lookup.finder.errors import UnreadableIndex
from lookup.finder.highlights import Highlight, Marker, marked_code
from lookup.finder.knowledge import Knowledge
from lookup.finder.layout import (
    FIRST_OF_STEM,
    OWN,
    SCHEMA,
    Kind,
)
from lookup.finder.ranking import Ranked, Ranking
from lookup.finder.reading import Reader, Reading
from lookup.finder.vocabulary import Vocabulary
from lookup.finder.words import Stemmer, words_in
from lookup.spelling import code_key

COMPARED = 100
"""So many candidates of each system are compared word for word."""
_SHARES = ((1.0, 40), (0.6, 25), (0.0, 1))
"""Shares of the words of a query that a code must hold, and how many codes that do are enough.

When there are fewer, the next share is asked for as well.
"""
_TELL_APART = frozenset(("initial", "subsequent", "encounter", "sequela", "sequelae"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One code found; *score* compares within one answer and never grows along it."""

    system: str
    code: str
    title: str
    billable: bool
    score: float
    highlights: tuple[Highlight, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Some of *total* results."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(slots=True)
class _Candidates:
    """What may be found: documents with *scores* for each system, of *total* that were *asked*."""

    readings: list[Reading]
    scores: list[dict[int, float]]
    asked: list[Query] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True, slots=True)
class _Scope:
    """What may be found: numbers of systems in order, and filters."""

    systems: tuple[int, ...]
    chapters: tuple[int, ...] | None
    own: tuple[Filter, ...]
    """For each system its codes, with those of 7th characters under their stems."""
    all: tuple[Filter, ...]
    """For each system all its codes."""


class Finder:
    """An open index. Any number of threads may ask it at once.

    It is freed with the last reference to it.
    """

    def __init__(self, columns: Columns, full_text: FullText, vocabulary: Vocabulary) -> None:
        facts = columns.facts
        self._catalog_id = str(facts["catalog_id"])
        self._systems = [str(system) for system in facts["systems"]]
        self._chapters = [(str(system), str(name)) for system, name in facts["chapters"]]
        self._kinds = [
            Kind(system, billable, fold, date.fromisoformat(begin), date.fromisoformat(end))
            for system, billable, fold, begin, end in facts["kinds"]
        ]
        self._full_text = full_text
        self._codes = CodeList(columns)
        knowledge = Knowledge.shipped(Stemmer())
        speller = Speller(columns, vocabulary)
        self._reader = Reader(vocabulary, self._codes, speller, knowledge)
        self._ranking = Ranking(columns, vocabulary)
        self._marker = Marker(columns, vocabulary)
        self._completer = Completer(columns, vocabulary, full_text)
        self._code = columns.strings("documents.code")
        self._kind = columns.numbers("documents.kind")
        self._chapter = columns.numbers("documents.chapter")
        self._stem_length = columns.numbers("documents.stem_length")
        self._title = columns.numbers("documents.title")
        self._texts = columns.strings("texts")
        self._scope = lru_cache(maxsize=64)(self._scope_of)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index in *folder*; little of it is read before it is asked for.

        Raises:
            UnreadableIndex: when it is missing, damaged or of another schema.
        """
        columns = Columns(folder)
        if columns.facts.get("schema") != SCHEMA:
            raise UnreadableIndex(
                f"the search index in {folder} has schema {columns.facts.get('schema')}, but "
                f"schema {SCHEMA} is read; build the catalog anew"
            )
        vocabulary = Vocabulary(columns)
        full_text = FullText(folder, vocabulary)
        if full_text.count() != columns.facts["documents"]:
            raise UnreadableIndex(
                f"the search index in {folder} holds {full_text.count()} documents of "
                f"{columns.facts['documents']}; build the catalog anew"
            )
        return cls(columns, full_text, vocabulary)

    def check(self, catalog_id: str) -> None:
        """Make sure that the index belongs to catalog *catalog_id*.

        Raises:
            UnreadableIndex: when it is another's.
        """
        if self._catalog_id != catalog_id:
            raise UnreadableIndex(
                f"the search index is that of catalog {self._catalog_id}, not of {catalog_id}; "
                "build the catalog anew"
            )

    def search(
        self,
        text: str,
        days: Mapping[str, date],
        *,
        offset: int,
        limit: int,
        chapter: str | None = None,
        billable: bool | None = None,
    ) -> Found:
        """The codes that fit *text*, from *offset* on, *limit* at most; their order never changes.

        *days* names the systems to search, and for each the day on which a code must hold.
        *chapter* is the outermost place that holds it; with *billable* given only codes that
        can be reported, or only others, are found.
        """
        scope = self._scope(tuple(sorted(days.items())), chapter, billable)
        if not scope.systems:
            return Found(0, ())
        listed = self._listed(text, scope, billable)
        if listed:
            return self._named(text, listed, offset, limit)
        folded = _TELL_APART.isdisjoint(words_in(text))
        return self._found(text, scope.own if folded else scope.all, offset, limit)

    def suggest(self, text: str, days: Mapping[str, date], limit: int) -> list[Hit]:
        """Codes that *text* begins, or whose texts hold its words; the last may be unfinished."""
        scope = self._scope(tuple(sorted(days.items())), None, None)
        if not scope.systems or limit < 1:
            return []
        if len(code_key(text)) > 1:
            begun = self._begun(text, scope, limit)
            if begun:
                return begun
        kinds = tuple(kind for chosen in scope.own for kind in chosen.kinds)
        completed = self._completer.completed(text, scope.systems, Filter(kinds), limit)
        return [self._hit(document, 0.0) for document in completed]

    def _scope_of(
        self, days: tuple[tuple[str, date], ...], chapter: str | None, billable: bool | None
    ) -> _Scope:
        asked = dict(days)
        systems = [n for n, system in enumerate(self._systems) if system in asked]
        chapters: tuple[int, ...] | None = None
        if chapter is not None:
            chapters = tuple(
                n
                for n, (system, name) in enumerate(self._chapters)
                if name == chapter and system in asked
            )
        folds = (OWN, FIRST_OF_STEM) if billable else (OWN,)
        own: list[Filter] = []
        every: list[Filter] = []
        for system in systems:
            day = asked[self._systems[system]]
            kinds = [
                number
                for number, kind in enumerate(self._kinds)
                if kind.system == self._systems[system]
                and kind.effective <= day <= kind.expires
                and billable in (None, kind.billable)
            ]
            own_kinds = tuple(n for n in kinds if self._kinds[n].fold in folds)
            own.append(Filter(own_kinds, chapters))
            every.append(Filter(tuple(kinds), chapters))
        return _Scope(tuple(systems), chapters, tuple(own), tuple(every))

    def _listed(self, text: str, scope: _Scope, billable: bool | None) -> list[int]:
        """Documents whose code *text* as a whole is or begins, in order of code.

        A code with a 7th character is listed once its stem is written out.
        """
        length = len(code_key(text))
        own = {kind for chosen in scope.own for kind in chosen.kinds}
        every = {kind for chosen in scope.all for kind in chosen.kinds}
        return [
            document
            for document in self._codes.listed(text)
            if (self._kind[document] in (every if self._named_by(document, length) else own))
            and (scope.chapters is None or self._chapter[document] in scope.chapters)
        ]

    def _named_by(self, document: int, length: int) -> bool:
        return self._stem_length[document] <= length

    def _begun(self, text: str, scope: _Scope, limit: int) -> list[Hit]:
        hits: list[Hit] = []
        length = len(code_key(text))
        every = {kind for chosen in scope.all for kind in chosen.kinds}
        for document in self._codes.listed(text, shortest=1):
            if self._kind[document] in every and self._named_by(document, length):
                hits.append(self._hit(document, 0.0))
                if len(hits) == limit:
                    break
        return hits

    def _named(self, text: str, listed: Sequence[int], offset: int, limit: int) -> Found:
        key = code_key(text)
        hits = [
            self._hit(document, 1.0 / (1 + place), (marked_code(self._code[document], key),))
            for place, document in enumerate(listed[offset : offset + limit], offset)
        ]
        return Found(len(listed), tuple(hits))

    def _found(self, text: str, filters: Sequence[Filter], offset: int, limit: int) -> Found:
        some = self._candidates(text, filters)
        if not some.total:
            return Found(0, ())
        best = max(score for scores in some.scores for score in scores.values())
        ranked = self._ranking.ranked(
            some.readings,
            [(score / best, one) for scores in some.scores for one, score in scores.items()],
        )
        page = [self._explained(some.readings, one) for one in ranked[offset : offset + limit]]
        if len(page) < limit and offset + len(page) < some.total:
            lowest = ranked[-1].score / 2
            rest = self._rest(some, max(0, offset - len(ranked)), limit - len(page))
            page += [self._explained(some.readings, Ranked(one, lowest, -1)) for one in rest]
        return Found(some.total, tuple(page))

    def _candidates(self, text: str, filters: Sequence[Filter]) -> _Candidates:
        """What holds all words; with what holds fewer of them while that is not enough."""
        some = _Candidates(self._reader.readings(text), [{} for _ in filters])
        for share, enough in _SHARES:
            query = self._full_text.asked(some.readings, share)
            if query is not None:
                some.asked = [self._full_text.filtered(query, chosen) for chosen in filters]
                found = [self._full_text.find(one, COMPARED) for one in some.asked]
                some.total = sum(count for count, _ in found)
                for scores, (_, hits) in zip(some.scores, found, strict=True):
                    scores.update({document: score for score, document in hits})
            if some.total >= enough:
                break
            if not some.total and share == 1.0 and (begun := self._reader.as_beginnings(text)):
                some.readings.append(begun)
        return some

    def _rest(self, some: _Candidates, skip: int, want: int) -> Iterator[int]:
        """Documents that were not compared, system by system, in the full-text index's order."""
        for query, compared in zip(some.asked, some.scores, strict=True):
            if want < 1:
                return
            count, hits = self._full_text.find(query, len(compared) + skip + want)
            others = [document for _, document in hits if document not in compared]
            chosen = others[skip : skip + want]
            yield from chosen
            want -= len(chosen)
            skip = max(0, skip - (count - len(compared)))

    def _explained(self, readings: Sequence[Reading], one: Ranked) -> Hit:
        chosen = readings if one.reading < 0 else [readings[one.reading]]
        marked = self._marker.marked(chosen, one.document)
        return self._hit(one.document, one.score, marked)

    def _hit(self, document: int, score: float, highlights: tuple[Highlight, ...] = ()) -> Hit:
        kind = self._kinds[self._kind[document]]
        return Hit(
            kind.system,
            self._code[document],
            self._texts[self._title[document]],
            kind.billable,
            score,
            highlights,
        )
