"""Words that are spelled almost alike, found by symmetric deletes (SymSpell) on the disk.

What is left of a word when up to two of its first letters are taken out is written down, as
checksums in order, with the word's number. Two words that are spelled alike have something left
in common; the distance between them is measured before one is given for the other.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from zlib import crc32

from symspellpy import SymSpell  # type: ignore[import-untyped]
from symspellpy.editdistance import (  # type: ignore[import-untyped]
    DistanceAlgorithm,
    EditDistance,
)

from lookup.finder.columns import Columns, ColumnsWriter
from lookup.finder.layout import EDITS, SPELLED_LETTERS
from lookup.finder.vocabulary import Vocabulary

_SHORTEST = 4
_SHORTEST_FOR_TWO = 6
_LONGEST = 40
_MOST, _KEPT = 8, 1024


def write_deletes(columns: ColumnsWriter, words: Iterable[tuple[int, str, int]]) -> None:
    """Write what is left of *words*: number, letters, frequency."""
    symspell = SymSpell(max_dictionary_edit_distance=EDITS, prefix_length=SPELLED_LETTERS)
    numbers: dict[str, int] = {}
    for number, word, count in words:
        numbers[word] = number
        symspell.create_dictionary_entry(word, count)
    pairs = sorted(
        (crc32(left.encode()), numbers[word])
        for left, held_by in symspell.deletes.items()
        for word in held_by
    )
    columns.numbers("deletes.key", (key for key, _ in pairs))
    columns.numbers("deletes.word", (word for _, word in pairs))


class Speller:
    """Finds known words for one that is misspelt."""

    def __init__(self, columns: Columns, vocabulary: Vocabulary) -> None:
        self._keys = columns.numbers("deletes.key")
        self._words = columns.numbers("deletes.word")
        self._vocabulary = vocabulary
        self._distance = EditDistance(DistanceAlgorithm.DAMERAU_OSA)
        self._kept = lru_cache(maxsize=_KEPT)(self._alike)

    def alike(self, word: str, limit: int) -> Sequence[tuple[int, int]]:
        """Words spelled almost as *word*, as number and number of edits, the best first."""
        return self._kept(word)[:limit] if len(word) <= _LONGEST else ()

    def _alike(self, word: str) -> tuple[tuple[int, int], ...]:
        if len(word) < _SHORTEST or not word.isalpha():
            return ()
        edits = EDITS if len(word) >= _SHORTEST_FOR_TWO else 1
        found: list[tuple[int, bool, int, int]] = []
        for number in set(self._sharing(word)):
            other = self._vocabulary.words[number]
            if abs(len(other) - len(word)) > edits:
                continue
            distance = self._distance.compare(word, other, edits)
            if 0 <= distance <= edits:
                frequency = self._vocabulary.count_of[number]
                found.append((distance, other[0] != word[0], -frequency, number))
        return tuple((number, distance) for distance, _, _, number in sorted(found)[:_MOST])

    def _sharing(self, word: str) -> Iterator[int]:
        """Words that have something left in common with *word*."""
        begun = word[:SPELLED_LETTERS]
        for taken in range(EDITS + 1):
            for places in combinations(range(len(begun)), len(begun) - taken):
                key = crc32("".join(begun[place] for place in places).encode())
                at = bisect_left(self._keys, key)
                while at < len(self._keys) and self._keys[at] == key:
                    yield self._words[at]
                    at += 1
