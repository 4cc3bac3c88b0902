"""What people say in place of what code sets say: abbreviations, lay terms, former terms, brands.

The tables lie beside this module, one entry a line: what is said, "=", what it stands for, with
"|" between several. They are general knowledge in our own words and only ever lead to published
texts; nothing of them is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lookup.finder.words import Stemmer, words_in

_FOLDER = Path(__file__).parent / "terms"
_WHOLE = "whole_queries.txt"
_PHRASES = ("lay_terms.txt", "former_terms.txt", "brands.txt")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The tables, with phrases by the stems of their words.

    *abbreviations* by their words joined in lower case; *whole* is what a query means that says
    nothing else; *same* gives for a stem those of words that mean the same.
    """

    abbreviations: Mapping[str, tuple[str, ...]]
    whole: Mapping[tuple[str, ...], tuple[str, ...]]
    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    same: Mapping[str, tuple[str, ...]]
    longest_phrase: int

    @classmethod
    def shipped(cls, stemmer: Stemmer) -> Self:
        """The tables of this package."""
        abbreviations: dict[str, tuple[str, ...]] = {}
        for said, meant in _lines("abbreviations.txt"):
            key = "".join(words_in(said))
            abbreviations[key] = (*abbreviations.get(key, ()), *meant)
        phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        for name in _PHRASES:
            for stems, meant in _by_stems(name, stemmer):
                phrases[stems] = (*phrases.get(stems, ()), *meant)
        whole = dict(_by_stems(_WHOLE, stemmer))
        same: dict[str, tuple[str, ...]] = {}
        for said, meant in _lines("same_words.txt"):
            stems = tuple(stemmer.stem(word) for word in (said, *meant))
            for stem in stems:
                others = tuple(other for other in stems if other != stem)
                same[stem] = tuple(dict.fromkeys((*same.get(stem, ()), *others)))
        longest = max((len(stems) for stems in phrases), default=0)
        return cls(abbreviations, whole, phrases, same, longest)


def words_of_tables() -> Iterator[str]:
    """Every word that the tables know, so that none is taken for a misspelt one."""
    for path in sorted(_FOLDER.glob("*.txt")):
        for said, meant in _lines(path.name):
            if path.name != "abbreviations.txt":
                yield from words_in(said)
            for text in meant:
                yield from words_in(text)


def _by_stems(name: str, stemmer: Stemmer) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for said, meant in _lines(name):
        yield tuple(stemmer.stem(word) for word in words_in(said)), meant


def _lines(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in (_FOLDER / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            said, _, meant = line.partition("=")
            yield said.strip(), tuple(text.strip() for text in meant.split("|"))
