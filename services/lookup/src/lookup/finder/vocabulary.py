"""All words of an index by the alphabet: their stems, and how many documents hold them."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lookup.finder.collected import VARIANT, Collection, Entry
from lookup.finder.columns import Columns, ColumnsWriter, Numbers
from lookup.finder.layout import ASIDE, naming_texts
from lookup.finder.words import SAYS_LITTLE_MORE, SAYS_NO_MORE, Stemmer, weighed_words_in, words_in

_WEIGHT = 1000
_LITTLE = 1000
MOST_OF_NUMBER = 2_500
"""A rare number, as of a dose, says less than a rare word."""
_SHORT_TEXT = 28
_SHORTEST_CLIPPED = 4
"""Texts of up to so many characters are abbreviated where there was no more room."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is needed of the vocabulary to write the rest."""

    count: int
    stems_of_texts: list[str]
    """For each text the stems of its words, with blanks between."""
    words_of_texts: list[list[int]]
    """For each text the numbers of its words."""
    spelled: list[tuple[int, str, int]]
    """Number, letters and frequency of words to which a misspelt one may be corrected."""


def write_vocabulary(
    columns: ColumnsWriter,
    collection: Collection,
    entries: list[Entry],
    known: Iterable[str],
    stemmer: Stemmer,
) -> Written:
    """Write the words of all texts and of *known*, the words of what is known besides."""
    texts = [words_in(text) for text in collection.texts.things]
    words = sorted({word for text in texts for word in text}.union(known))
    numbers = {word: number for number, word in enumerate(words)}
    stem_of = {word: stemmer.stem(word) for word in words}
    stems = sorted(set(stem_of.values()))
    stem_numbers = {stem: number for number, stem in enumerate(stems)}
    word_counts, stem_counts = _counts(entries, texts, stem_of)
    total = sum(1 for entry in entries if entry.rank != VARIANT)
    columns.strings("words", words)
    columns.numbers("words.stem", (stem_numbers[stem_of[word]] for word in words))
    columns.numbers("words.count", (word_counts[word] for word in words))
    columns.numbers(
        "words.weight",
        (_extra_weight(word, weight_of(stem_counts[stem_of[word]], total)) for word in words),
        "H",
    )
    columns.numbers("documents.compared", [total])
    columns.numbers("words.clipped", _clipped(words, collection, texts), "B")
    columns.strings("stems", stems)
    columns.numbers("stems.count", (stem_counts[stem] for stem in stems))
    holders: list[list[int]] = [[] for _ in stems]
    for word in words:
        holders[stem_numbers[stem_of[word]]].append(numbers[word])
    columns.lists("stems.words", holders)
    return Written(
        count=len(words),
        stems_of_texts=[" ".join(stem_of[word] for word in text) for text in texts],
        words_of_texts=[
            [numbers[word] + ASIDE * aside for word, aside in weighed_words_in(text)]
            for text in collection.texts.things
        ],
        spelled=[
            (numbers[word], word, word_counts[word] + 1)
            for word in words
            if len(word) > 3 and word.isalpha()
        ],
    )


def _clipped(words: list[str], collection: Collection, texts: list[list[str]]) -> Iterator[int]:
    """1 for each word that looks cut off: only short texts have it, and another goes on from it."""
    spelled_out = {
        word
        for text, held in zip(collection.texts.things, texts, strict=True)
        if len(text) > _SHORT_TEXT
        for word in held
    }
    for word, after in zip(words, [*words[1:], ""], strict=True):
        goes_on = len(word) > 2 and after.startswith(word) and word.isalpha()
        yield int(goes_on and word not in spelled_out)


def _counts(
    entries: list[Entry], texts: list[list[str]], stem_of: dict[str, str]
) -> tuple[Counter[str], Counter[str]]:
    """How many documents, 7th characters aside, hold each word and each stem."""
    unique = [set(text) for text in texts]
    word_counts: Counter[str] = Counter()
    stem_counts: Counter[str] = Counter()
    for entry in entries:
        if entry.rank == VARIANT:
            continue
        held: set[str] = set()
        held = held.union(*(unique[t] for t in naming_texts(entry.title, entry.aliases)))
        word_counts.update(held)
        stem_counts.update({stem_of[word] for word in held})
    return word_counts, stem_counts


def _extra_weight(word: str, weight: int) -> int:
    """How much *word* says where a text has it and the query does not."""
    if word in SAYS_NO_MORE:
        return 0
    if word.isdigit():
        return min(weight, MOST_OF_NUMBER)
    return min(weight, _LITTLE) if word in SAYS_LITTLE_MORE else weight


def weight_of(count: int, documents: int) -> int:
    """How much a word tells that *count* of *documents* hold, in thousandths."""
    return min(65_535, int(_WEIGHT * math.log1p(documents / (count + 1))))


class Vocabulary:
    """The words of an index by number."""

    def __init__(self, columns: Columns) -> None:
        self.documents = columns.numbers("documents.compared")[0]
        """How many documents there are besides those of 7th characters."""
        self.words = columns.strings("words")
        self.stem_of: Numbers = columns.numbers("words.stem")
        self.count_of: Numbers = columns.numbers("words.count")
        self.weight_of: Numbers = columns.numbers("words.weight")
        self._clipped = columns.numbers("words.clipped")
        self.stems = columns.strings("stems")
        self.stem_count: Numbers = columns.numbers("stems.count")
        self.words_of = columns.lists("stems.words")

    def number(self, word: str) -> int | None:
        """The number of *word*, if there is such a word."""
        place = self.place(word)
        return place if place < len(self.words) and self.words[place] == word else None

    def place(self, word: str) -> int:
        """The number of the first word that is not before *word*."""
        return bisect_left(self.words, word)

    def stem_number(self, stem: str) -> int | None:
        """The number of *stem*, if any word has it."""
        place = bisect_left(self.stems, stem)
        return place if place < len(self.stems) and self.stems[place] == stem else None

    def clipped(self, word: str) -> Iterator[int]:
        """The numbers of words that look like *word* cut off."""
        for length in range(_SHORTEST_CLIPPED, len(word)):
            number = self.number(word[:length])
            if number is not None and self._clipped[number]:
                yield number

    def beginning(self, letters: str) -> range:
        """The numbers of the words that begin with *letters*."""
        return range(self.place(letters), self.place(letters + "\U0010ffff"))
