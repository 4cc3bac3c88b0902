"""Which codes NLM's contract counts as found: all words typed begin words of the code's texts."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from codingahead.lookup.v1 import lookup_pb2
from gateway.nlm_tables import Fields

_WORD = re.compile(r"[^\W_]+")
_ROOT = 4
"""Characters that the forms of a word share, "diabetes" and "diabetic"."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One word as typed: "E11.9" has the parts "e11" and "9" and could begin the code "e119"."""

    parts: tuple[str, ...]

    @property
    def key(self) -> str:
        """What a code would begin with."""
        return "".join(self.parts)


def words_of(text: str) -> list[str]:
    """The words of *text*, without case and accents."""
    plain = unicodedata.normalize("NFKD", text)
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)).casefold())


def typed(text: str) -> list[Typed]:
    """The words of *text* as separated by blanks; what has neither letter nor digit is none."""
    return [Typed(tuple(parts)) for word in text.split() if (parts := words_of(word))]


def holds(terms: Iterable[Typed], fields: Fields, searched: Collection[str]) -> bool:
    """Whether each of *terms* begins the code, or words of another of the *searched* fields."""
    key, words = _searchable(fields, searched)
    return all(_begins(term, key, words) for term in terms)


def is_explained(
    terms: Iterable[Typed],
    fields: Fields,
    searched: Collection[str],
    highlights: Iterable[lookup_pb2.Highlight],
) -> bool:
    """As :func:`holds`, where texts that the search found count as well.

    A word that none of them has may have been understood otherwise, as an abbreviation or in
    other words. Then there are words that were marked and are no form of a word typed.
    """
    key, words = _searchable(fields, searched)
    texts = [it for it in highlights if it.field != "code"]
    words.update(word for it in texts for word in words_of(it.text))
    terms = list(terms)
    missing = [term for term in terms if not _begins(term, key, words)]
    if not missing:
        return True
    marked = {
        word
        for it in texts
        for mark in it.marks
        for word in words_of(it.text[mark.start : mark.end])
    }
    roots = tuple(part[:_ROOT] for term in terms for part in term.parts)
    otherwise = [word for word in marked if len(word) >= _ROOT and not word.startswith(roots)]
    return len(otherwise) >= len(missing)


def _searchable(fields: Fields, searched: Collection[str]) -> tuple[str, set[str]]:
    key = "".join(words_of(fields.get("code", ""))) if "code" in searched else ""
    words = {word for name in searched if name != "code" for word in words_of(fields.get(name, ""))}
    return key, words


def _begins(term: Typed, key: str, words: Collection[str]) -> bool:
    return key.startswith(term.key) or all(
        any(word.startswith(part) for word in words) for part in term.parts
    )
