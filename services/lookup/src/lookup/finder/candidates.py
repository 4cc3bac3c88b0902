"""Asks the full-text index. Queries are put together here, never parsed: no syntax is left."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from lookup.finder.errors import UnreadableIndex
from lookup.finder.layout import full_text_folder, full_text_schema
from lookup.finder.reading import Group, Reading
from lookup.finder.vocabulary import Vocabulary

_WEAK, _CODE = 0.3, 12.0
_TIE = 0.15
_FEW_STEMS = 4


@dataclass(frozen=True, slots=True)
class Filter:
    """Only documents of these kinds, and of these chapters unless it is None."""

    kinds: tuple[int, ...]
    chapters: tuple[int, ...] | None = None


class FullText:
    """The full-text index of a folder."""

    def __init__(self, folder: Path, vocabulary: Vocabulary) -> None:
        """Open it.

        Raises:
            UnreadableIndex: when it is missing or damaged.
        """
        try:
            self._index = tantivy.Index.open(str(full_text_folder(folder)))
            self._searcher = self._index.searcher()
        except (ValueError, OSError) as error:
            raise UnreadableIndex(f"the search index in {folder} is not whole: {error}") from error
        self._schema = full_text_schema()
        self._vocabulary = vocabulary

    def count(self) -> int:
        """How many documents there are."""
        return int(self._searcher.num_docs)

    def asked(self, readings: Sequence[Reading], share: float) -> Query | None:
        """What finds documents that hold a *share* of the words of a reading, one word at least.

        None when no document can hold that many.
        """
        queries: list[Query] = []
        for reading in readings:
            asked = [group for group in reading.groups if not group.optional] or reading.groups
            held = [group for group in asked if group.stems or group.code]
            required = max(1, math.ceil(len(asked) * share - 0.01))
            if required > len(held):
                continue
            # "All" asked for as such is much faster than as a number.
            occur = Occur.Must if required == len(held) else Occur.Should
            parts = [(occur, self._group(group)) for group in held]
            query = Query.boolean_query(
                parts, minimum_number_should_match=required if occur is Occur.Should else None
            )
            queries.append(Query.boost_query(query, reading.factor))
        if not queries:
            return None
        return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, 0.0)

    def filtered(self, query: Query, chosen: Filter) -> Query:
        """*query* within what is *chosen*."""
        parts = [(Occur.Must, query), (Occur.Must, self._one_of("kind", chosen.kinds))]
        if chosen.chapters is not None:
            parts.append((Occur.Must, self._one_of("chapter", chosen.chapters)))
        return Query.boolean_query(parts)

    def holding(self, stems: Sequence[Sequence[int]], begun: Sequence[str]) -> Query:
        """What finds documents with one of each of *stems* and words with these beginnings.

        Only texts that name them count. They come in the order that they have without a query.
        """
        texts = [[self._vocabulary.stems[stem] for stem in one_of] for one_of in stems]
        parts = [
            (Occur.Must, Query.term_set_query(self._schema, "named", one_of))
            if len(one_of) > 1
            else (Occur.Must, self._term("named", one_of[0], 1.0, constant=1.0))
            for one_of in texts
        ]
        parts += [(Occur.Must, self._term("begun", one, 1.0, constant=1.0)) for one in begun]
        return Query.const_score_query(Query.boolean_query(parts), 1.0)

    def find(
        self, query: Query, limit: int, offset: int = 0
    ) -> tuple[int, list[tuple[float, int]]]:
        """How many documents *query* finds, and some of them with their scores, best first."""
        found = self._searcher.search(query, max(1, limit), count=True, offset=offset)
        addresses = [address for _, address in found.hits]
        numbers = self._searcher.fast_field_values("number", addresses) if addresses else []
        hits = [
            (float(score), int(number or 0))
            for (score, _), number in zip(found.hits, numbers, strict=True)
        ]
        count: int = found.count  # type: ignore[attr-defined]  # its stub leaves it out
        return count, hits[:limit]

    def _group(self, group: Group) -> Query:
        terms: list[Query] = []
        few = len(group.stems) <= _FEW_STEMS
        for stem, answer in group.stems.items():
            text = self._vocabulary.stems[stem]
            terms.append(self._term("named", text, answer))
            if few:
                terms.append(self._term("weak", text, _WEAK * answer))
        if group.code:
            terms.append(self._term("code", group.code, 1.0, constant=_CODE))
        return terms[0] if len(terms) == 1 else Query.disjunction_max_query(terms, _TIE)

    def _term(self, field: str, text: str, boost: float, constant: float = 0.0) -> Query:
        if constant:
            term = Query.term_query(self._schema, field, text, "basic")
            return Query.const_score_query(term, constant)
        term = Query.term_query(self._schema, field, text, "freq")
        return Query.boost_query(term, boost)

    def _one_of(self, field: str, numbers: Sequence[int]) -> Query:
        terms = [str(number) for number in numbers]
        return Query.const_score_query(Query.term_set_query(self._schema, field, terms), 0.0)
