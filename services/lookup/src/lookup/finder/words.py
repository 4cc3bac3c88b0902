"""How texts and queries are cut into words, alike."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

_POSSESSIVE = re.compile(r"(?<=[a-z])['\u2019]s(?![a-z0-9])")
# An amount stands apart from its unit: "10mg" is what "10 mg" is.
_WORD = re.compile(
    r"[0-9]+(?=(?:mg|ml|mcg|ug|gm?|kg|cc|cm|mm|iu|oz|lbs?|units?|inch|mci|uci|hrs?|min)\b)"
    r"|[a-z0-9]+"
)

# Parts of a text at odd places stand in parentheses.
_PARENTHESES = re.compile(r"\(([^()]*)\)")

TELLS_NOTHING = frozenset(
    ("the", "of", "in", "and", "or", "for", "to", "with", "by", "on", "at", "my", "is", "a", "an")
)
"""Words by which no code could be told from another."""

SAYS_NO_MORE = frozenset(
    (
        *TELLS_NOTHING,
        *("unspecified", "unsp", "nos", "not", "specified", "as", "elsewhere", "classified"),
        *("nec", "s", "due", "type", "form", "from", "per", "each"),
        *("disease", "disorder", "site", "uncomplicated", "mellitus", "organism"),
        *("without", "complications", "complication", "encounter", "stated"),
    )
)
"""Words that a text may have beyond a query without meaning something narrower."""

SAYS_LITTLE_MORE = frozenset(
    ("other", "others", "essential", "primary", "idiopathic", "simple", "common", "acute")
)
"""Words that a text may have beyond a query and mean little that is narrower."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared, and where it stands in the text, in code points."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """*text* without case, accents and possessives."""
    plain = text.lower()
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain).casefold()
        plain = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return _POSSESSIVE.sub("", plain)


def words_in(text: str) -> list[str]:
    """The words of *text* in their order."""
    return _WORD.findall(fold(text))


def weighed_words_in(text: str) -> list[tuple[str, bool]]:
    """The words of *text*, each with whether it stands in parentheses and so may be left out."""
    if "(" not in text:
        return [(word, False) for word in words_in(text)]
    found: list[tuple[str, bool]] = []
    for place, part in enumerate(_PARENTHESES.split(fold(text))):
        found += [(word, place % 2 == 1) for word in _WORD.findall(part)]
    return found


def tokens_in(text: str) -> Iterator[Token]:
    """The words of *text* with their places; a possessive belongs to its word."""
    if text.isascii():
        plain, places = text.lower(), None
    else:
        plain, places = _folded_with_places(text)
    blanked = _POSSESSIVE.sub("  ", plain)
    for match in _WORD.finditer(blanked):
        start, end = match.span()
        if places is None:
            yield Token(match[0], start, end)
        else:
            yield Token(match[0], places[start], places[end - 1] + 1)


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """*text* without case and accents, and for each of its characters whence it came."""
    folded: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        parts = unicodedata.normalize("NFKD", sign.lower()).casefold()
        for part in parts:
            if not unicodedata.combining(part):
                folded.append(part)
                places.append(place)
    return "".join(folded), places


class Stemmer:
    """Cuts English words to their stems, by Porter's rules."""

    def __init__(self) -> None:
        self._analyzer: TextAnalyzer = (
            TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer("english")).build()
        )

    def stem(self, word: str) -> str:
        """The stem of *word*, which is in lower case."""
        stems = self._analyzer.analyze(word)
        return stems[0] if stems else word
