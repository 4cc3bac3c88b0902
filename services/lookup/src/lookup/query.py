"""Reads what was typed into a search box: its words, and how the index is asked for them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lookup.spelling import code_key, may_begin_code

LONGEST_QUERY = 500
LONGEST_TYPED = 200

_MOST_WORDS = 24
_SHORTEST_CODE = 3
# Words that say nothing by which one code could be told from another.
_EMPTY = frozenset(
    ("the", "of", "in", "and", "or", "for", "to", "with", "by", "on", "at", "my", "is", "nos")
)
_TENS = ("", "x")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_NUMERALS = {_TENS[number // 10] + _ONES[number % 10]: str(number) for number in range(1, 20)}
_OTHER_FORMS = {**_NUMERALS, **{number: numeral for numeral, number in _NUMERALS.items()}}
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_WORD = re.compile(r"[a-z0-9]+")
# A code within other words: with its dot, or a letter and at least two characters.
_CODE = re.compile(r"\b[a-z][0-9][0-9a-z](?:\.?[0-9a-z]{1,4})?\b|\b[a-z]{2}[0-9]\.[0-9a-z]{1,4}\b")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query in lower case; *is_code* when it has the form of a code."""

    text: str
    is_code: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """The word, and the same number in Roman or Arabic figures."""
        other = _OTHER_FORMS.get(self.text)
        return (self.text, other) if other else (self.text,)

    @property
    def expression(self) -> str:
        """The word as FTS5 is asked for it. Only letters and digits, quoted: no syntax is left."""
        forms = [f'"{form}"' for form in self.forms]
        if self.is_code:
            forms.append(f'code : "{self.text}" *')
        return f"({' OR '.join(forms)})" if len(forms) > 1 else forms[0]

    @property
    def beginning(self) -> str:
        """The word as the beginning of another."""
        return f'"{self.text}" *'


def words_of(text: str) -> list[Word]:
    """The words of *text*, each once, without those that tell nothing; 24 at most."""
    folded = fold(text)
    words: dict[str, Word] = {}
    place = 0
    for match in _CODE.finditer(folded):
        _add_words(words, folded[place : match.start()])
        key = code_key(match[0]).lower()
        words.setdefault(key, Word(key, is_code=True))
        place = match.end()
    _add_words(words, folded[place:])
    telling = [word for word in words.values() if word.text not in _EMPTY]
    return (telling or list(words.values()))[:_MOST_WORDS]


def typed_words(text: str) -> list[str]:
    """All words of *text* in the order in which they were typed."""
    return _WORD.findall(fold(text))[:_MOST_WORDS]


def code_prefix(text: str, shortest: int = _SHORTEST_CODE) -> str | None:
    """The key that *text* as a whole spells or begins to spell, if it can be that of a code."""
    key = code_key(text)
    return key if len(key) >= shortest and may_begin_code(key) else None


def all_of(words: Iterable[Word]) -> str:
    """What holds all of *words*."""
    return " AND ".join(word.expression for word in words)


def all_but_one_of(words: Sequence[Word]) -> str:
    """What holds all of *words* but one."""
    return " OR ".join(
        f"({all_of([*words[:place], *words[place + 1 :]])})" for place in range(len(words))
    )


def any_of(words: Iterable[Word]) -> str:
    """What holds any of *words*."""
    return " OR ".join(word.expression for word in words)


def all_beginnings(words: Iterable[Word]) -> str:
    """What holds words that begin with all of *words*."""
    return " AND ".join(word.beginning for word in words)


def fold(text: str) -> str:
    """*text* without case, accents and possessives, as the index folds what it holds."""
    plain = text.casefold()
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text).casefold()
        plain = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return _POSSESSIVE.sub("", plain)


def _add_words(words: dict[str, Word], text: str) -> None:
    for word in _WORD.findall(text):
        words.setdefault(word, Word(word))
