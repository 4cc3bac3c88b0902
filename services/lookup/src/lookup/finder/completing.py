"""Completions of what has been typed so far."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from tantivy import Query

from lookup.finder.candidates import Filter, FullText
from lookup.finder.columns import Columns
from lookup.finder.layout import LONGEST_TABLED
from lookup.finder.reading import typed_words
from lookup.finder.vocabulary import Vocabulary
from lookup.finder.words import Stemmer, fold

_COMPARED = 40
_MOST_WORDS = 300


class Completer:
    """Finds documents that hold the words typed; the last may be unfinished."""

    def __init__(self, columns: Columns, vocabulary: Vocabulary, full_text: FullText) -> None:
        self._vocabulary = vocabulary
        self._full_text = full_text
        self._stemmer = Stemmer()
        self._keys = columns.strings("completions.key")
        self._tables = columns.lists("completions")
        self._kinds = columns.numbers("documents.kind")
        self._titles = columns.numbers("documents.title")
        self._texts = columns.strings("texts")

    def completed(self, text: str, systems: Sequence[int], chosen: Filter, limit: int) -> list[int]:
        """Documents of what is *chosen*, *limit* at most: first those whose title begins so."""
        words = typed_words(text)
        if not words:
            return []
        found = list(self._found(words, systems, chosen, max(limit, _COMPARED)))
        begun = " ".join(words)
        found.sort(key=lambda document: not self._begins(document, begun))
        return found[:limit]

    def _begins(self, document: int, begun: str) -> bool:
        return fold(self._texts[self._titles[document]]).startswith(begun)

    def _found(
        self, words: Sequence[str], systems: Sequence[int], chosen: Filter, limit: int
    ) -> Iterable[int]:
        if len(words) == 1 and len(words[0]) <= LONGEST_TABLED:
            return self._tabled(words[0], systems, chosen, limit)
        whole = [self._whole(word) for word in words[:-1]]
        last = words[-1]
        found: list[int] = []
        if all(whole) and (query := self._query(whole, [last])):
            found = self._matching(query, chosen, limit)
        if not found and len(words) > 1 and (query := self._query([], words)):
            found = self._matching(query, chosen, limit)
        return found

    def _query(self, whole: Sequence[Sequence[int]], begun: Sequence[str]) -> Query | None:
        """What finds documents with all of *whole* and words with all these beginnings."""
        short = [word for word in begun if len(word) <= LONGEST_TABLED]
        longer = [self._begun(word) for word in begun if len(word) > LONGEST_TABLED]
        return self._full_text.holding([*whole, *longer], short) if all(longer) else None

    def _matching(self, query: Query, chosen: Filter, limit: int) -> list[int]:
        """Documents of *query* that are *chosen*; most are, so it is first put without that."""
        kinds = set(chosen.kinds)
        count, hits = self._full_text.find(query, 2 * limit)
        found = [document for _, document in hits if self._kinds[document] in kinds]
        if len(found) < limit and count > len(hits):
            _, hits = self._full_text.find(self._full_text.filtered(query, chosen), limit)
            found = [document for _, document in hits]
        return found[:limit]

    def _whole(self, word: str) -> list[int]:
        stem = self._vocabulary.stem_number(self._stemmer.stem(word))
        return [] if stem is None else [stem]

    def _begun(self, word: str) -> list[int]:
        some = self._vocabulary.beginning(word)[:_MOST_WORDS]
        stems = {self._vocabulary.stem_of[number] for number in some}
        return sorted(stem for stem in stems if self._vocabulary.stem_count[stem])

    def _tabled(
        self, begun: str, systems: Sequence[int], chosen: Filter, limit: int
    ) -> Iterator[int]:
        kinds = set(chosen.kinds)
        found: list[int] = []
        for system in systems:
            key = f"{begun}\t{system}"
            place = bisect_left(self._keys, key)
            if place < len(self._keys) and self._keys[place] == key:
                found += [n for n in self._tables[place] if self._kinds[n] in kinds]
        yield from sorted(found)[:limit]
