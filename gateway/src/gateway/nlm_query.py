"""``q`` of NLM's contract: a condition on fields, in the part of Elasticsearch's syntax that
widgets use: words with ``*`` and ``?``, "phrases", ``field:``, AND, OR, NOT, ``-``, ``+`` and
parentheses. What stands side by side must all hold.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate

from gateway.nlm_tables import Fields
from gateway.nlm_words import words_of

type Condition = Callable[[Fields], bool]

_DEEPEST = 20
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[()]|[+!-](?=\S)|&&|\|\|)
      |(?P<field>[A-Za-z_][\w.]*):(?=\S)
      |"(?P<phrase>[^"]*)"
      |(?P<word>[^\s()"]+))""",
    re.VERBOSE,
)
_JOINING = {"AND": "AND", "OR": "OR", "NOT": "NOT", "&&": "AND", "||": "OR", "!": "NOT", "-": "NOT"}
_UNREAD = re.compile(r"^[/\[{<>]|[~^]\d*(?:\.\d+)?$")


@dataclass(frozen=True, slots=True)
class Constraint:
    """What ``q`` asks: whether it *holds* for a code, and *words* that find codes for which."""

    holds: Condition
    words: tuple[str, ...]


def parse_query(text: str) -> Constraint:
    """Read *text*.

    Raises:
        ValueError: saying what cannot be read.
    """
    parser = _Parser(list(_tokens(text)))
    condition = parser.alternatives(0)
    if parser.rest:
        raise ValueError(f"q: {parser.rest[0][1]!r} closes nothing")
    return Constraint(condition, tuple(parser.words))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    text = text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"q: {text[place:].strip()[:20]!r} is not closed")
        place = found.end()
        kind = found.lastgroup or ""
        token = found[kind]
        if kind == "word" and token.endswith(":"):
            raise ValueError(f"q: what {token[:20]!r} should hold is missing")
        if kind == "word" and _UNREAD.search(token):
            raise ValueError(f"q: {token[:20]!r}: ranges, patterns, ~ and ^ are not read here")
        if (kind == "word" and token in ("AND", "OR", "NOT")) or token in _JOINING:
            kind, token = "sign", _JOINING[token]
        yield kind, token


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.rest = tokens
        self.words: list[str] = []

    def alternatives(self, depth: int) -> Condition:
        """What OR joins."""
        parts = [self._together(depth)]
        while self._take("OR"):
            parts.append(self._together(depth))
        return parts[0] if len(parts) == 1 else lambda fields: any(it(fields) for it in parts)

    def _together(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._take("AND") or (self.rest and self.rest[0][1] not in (")", "OR")):
            parts.append(self._one(depth))
        return lambda fields: all(it(fields) for it in parts)

    def _one(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise ValueError("q: too deeply nested")
        if self._take("NOT"):
            kept = list(self.words)
            denied = self._one(depth + 1)
            self.words = kept
            return lambda fields: not denied(fields)
        if self._take("+"):
            return self._one(depth + 1)
        field = ""
        if self.rest and self.rest[0][0] == "field":
            field = self.rest.pop(0)[1]
        if self._take("("):
            if field:
                raise ValueError(f"q: name {field!r} before each word, not before parentheses")
            inner = self.alternatives(depth + 1)
            if not self._take(")"):
                raise ValueError("q: a parenthesis is not closed")
            return inner
        if not self.rest or self.rest[0][0] not in ("word", "phrase"):
            raise ValueError("q: a word is missing")
        kind, text = self.rest.pop(0)
        if kind == "phrase":
            self.words.extend(text.split())
            return _phrase(words_of(text), field)
        if literal := re.split(r"[*?]", text, maxsplit=1)[0]:
            self.words.append(literal)
        return _pattern(text, field)

    def _take(self, sign: str) -> bool:
        if self.rest and self.rest[0] == ("sign", sign):
            self.rest.pop(0)
            return True
        return False


def _pattern(text: str, field: str) -> Condition:
    # A bracket is no class of characters here.
    match = re.compile(translate(text.casefold().replace("[", "[[]"))).match

    def condition(fields: Fields) -> bool:
        return any(
            match(value.casefold()) or any(match(word) for word in words_of(value))
            for value in _values(fields, field)
        )

    return condition


def _phrase(words: Sequence[str], field: str) -> Condition:
    asked = f" {' '.join(words)} "
    return lambda fields: any(
        asked in f" {' '.join(words_of(value))} " for value in _values(fields, field)
    )


def _values(fields: Fields, field: str) -> Sequence[str]:
    return [fields.get(field, "")] if field else list(fields.values())
