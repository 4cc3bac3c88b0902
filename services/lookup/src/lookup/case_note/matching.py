"""How well a published text answers to words of a note, and which of them speak for it."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from lookup.case_note.wordings import ANYWHERE, LONGEST_TERM, SITES, TERMS
from lookup.case_note.words import SIDES, Role, Word, name_together, role_of
from lookup.finder.knowledge import Knowledge
from lookup.finder.words import SAYS_NO_MORE, TELLS_NOTHING, Stemmer, words_in
from lookup.icd10cm.laterality import sides_named

_COVERED, _PRECISE = 0.62, 0.38
_WEIGHTS: Final = {Role.TELLS: 1.0, Role.SITE: 0.5, Role.SOFT: 0.25}
_SIDE, _NUMBER = 0.4, 0.5
_GENERIC_WEIGHT, _EXCLUDED_WEIGHT, _COMPLICATED_WEIGHT = 0.25, 0.1, 0.6
_NARROW_WEIGHT = 2.0
_MOST_OF = 0.6
_ALIKE, _SHORTEST_ALIKE = 0.72, 5
_LONGEST_PHRASE = 5
_EXCLUDED_WORDS = 2
_LONGEST_ABBREVIATION = 6
_GENERIC: Final = frozenset(
    (
        *("part", "region", "level", "state", "status", "trimester", "mention", "current"),
        *("initial", "subsequent", "sequela", "episode", "single", "joint", "female", "male"),
        *("parts", "intractable", "status", "migrainosus", "lower", "upper", "limb", "breast"),
        *("without", "native", "asymptomatic", "essential", "primary", "nipple"),
    )
)
_NARROW: Final = frozenset(
    (
        *("secondary", "congenital", "postprocedural", "juvenile", "neonatal", "gestational"),
        *("puerperal", "hereditary", "induced", "traumatic", "pathological", "periprosthetic"),
        *("complicating", "intraoperative", "underdosing", "poisoning", "adverse", "maternal"),
    )
)
"""Words of texts that mean something else altogether unless they are asked for."""
_NUMBERED: Final = frozenset(("type", "stage", "grade", "class", "degree"))
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_OPTIONAL: Final = re.compile(r"\([^()]{0,120}\)|\[[^\[\]]{0,120}\]")
_WITHOUT: Final = re.compile(
    r"\bwithout\b ((?:(?! (?:of|with|without)\b)[^,;]){1,80})", re.IGNORECASE
)
_SIDES: Final = frozenset(("right", "left", "bilateral"))


@dataclass(frozen=True, slots=True)
class Text:
    """A published text by the stems of its words; those in brackets are optional."""

    stems: frozenset[str]
    telling: tuple[tuple[str, float], ...]
    """Stems that say something, with their weights."""
    sides: frozenset[str]
    excluded: frozenset[str]
    """Stems of what it says is not there."""
    numbers: tuple[tuple[str, str], ...]
    """"type 2" and the like."""
    without: bool
    """Whether it says that something is not there."""


@dataclass(frozen=True, slots=True)
class Match:
    """How a text answers to words: *score* 0 to 1, which words it has, and what it has besides.

    *covered* is the share of the words that it has, by weight, *told* the same of those alone
    that may name a finding; *precise* that of the text which
    the words ask for.
    """

    score: float
    covered: float
    told: float
    precise: float
    words: frozenset[int]


_NONE: Final = Match(0.0, 0.0, 0.0, 0.0, frozenset())


@cache
def _stemmer() -> Stemmer:
    return Stemmer()


@cache
def _knowledge() -> Knowledge:
    return Knowledge.shipped(_stemmer())


# Only published texts are kept, never words of a note.
@lru_cache(maxsize=8_192)
def text_of(published: str) -> Text:
    """*published* made ready to be compared."""
    plain = _OPTIONAL.sub(" ", published)
    words = words_in(plain)
    every = words_in(published)
    weights: dict[str, float] = {}
    for word in words:
        if word not in SAYS_NO_MORE and word not in _SIDES:
            weights[_plain_stem(word)] = _weight_in_text(word)
    apart = {_plain_stem(word) for word in words_in(_WITHOUT.sub(" ", published))}
    excluded = {
        _plain_stem(word)
        for match in _WITHOUT.finditer(published)
        for word in words_in(match[1])
        if word not in SAYS_NO_MORE
    } - apart
    weights.update((one, _EXCLUDED_WEIGHT) for one in excluded if one in weights)
    if words.count("with") and any(word.startswith("complication") for word in words):
        weights[_plain_stem("complication")] = _COMPLICATED_WEIGHT
    sides = {"bilateral" if side.startswith("both") else side for side in sides_named(published)}
    return Text(
        frozenset(_plain_stem(word) for word in every),
        tuple(weights.items()),
        frozenset(sides),
        frozenset(excluded),
        tuple(_numbers(words)),
        "without" in every,
    )


def _weight_in_text(word: str) -> float:
    if word in _NARROW:
        return _NARROW_WEIGHT
    return _GENERIC_WEIGHT if word in _GENERIC else 1.0


def _numbers(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word, following in itertools.pairwise(words):
        if word in _NUMBERED:
            number = _ROMAN.get(following, following)
            if number[:1].isdigit():
                yield word, number


def _plain_stem(word: str) -> str:
    return _ROMAN.get(word) or _stemmer().stem(word)


class Asked:
    """Words of a note, with all that they may stand for."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = tuple(words)
        texts = [word.text for word in words]
        self._stems = [_stems_of(text) for text in texts]
        self._weights = [_weight(word) for word in words]
        self._total = sum(self._weights) or 1.0
        self._numbers = dict(_numbers(texts))
        self._phrases = list(_phrases(words, texts))
        self.sides = frozenset(SIDES[text] for text in texts if text in SIDES)
        self.without = any(text in ("without", "no") for text in texts)
        self._excluded = _excluded(texts)
        self.query = self._queried(texts)

    def match(self, text: Text, given: frozenset[str] = frozenset()) -> Match:
        """How *text* answers; *given* are stems that were asked for besides the words."""
        if not self.words or not self._agrees(text):
            return _NONE
        covered: set[int] = set()
        used: set[str] = set(given)
        for place, stems in enumerate(self._stems):
            found = text.stems & stems
            if found:
                covered.add(place)
                used |= found
        for first, last, phrase in self._phrases:
            found = text.stems & phrase
            if len(found) >= _MOST_OF * len(phrase):
                covered.update(
                    place
                    for place in range(first, last)
                    if last - first == 1 or not self._stems[place] & (phrase - text.stems)
                )
                used |= found
        for place, word in enumerate(self.words):
            if place not in covered and len(word.text) >= _SHORTEST_ALIKE:
                like = _alike(min(self._stems[place], key=len, default=""), text)
                if like:
                    covered.add(place)
                    used.add(like)
        if text.excluded & used and not self.without:
            return _NONE
        share = sum(self._weights[place] for place in covered) / self._total
        whole = sum(weight for _, weight in text.telling)
        had = sum(weight for one, weight in text.telling if one in used)
        precise = (had + 0.2) / (whole + 0.2)
        return Match(
            _COVERED * share + _PRECISE * precise,
            share,
            self._told(covered),
            precise,
            frozenset(covered),
        )

    def _told(self, covered: set[int]) -> float:
        telling = {
            place
            for place, word in enumerate(self.words)
            if role_of(word.text) is Role.TELLS or word.text.isdigit()
        }
        return len(telling & covered) / len(telling) if telling else 1.0

    def tells(self, places: frozenset[int]) -> bool:
        """Whether one of the words at *places* may name a finding."""
        texts = [self.words[place].text for place in sorted(places)]
        return any(role_of(text) is Role.TELLS for text in texts) or name_together(texts)

    def _agrees(self, text: Text) -> bool:
        """Whether *text* says nothing else of side, type or stage, and excludes as is asked."""
        if text.sides and self.sides != text.sides:
            return False
        for place in self._excluded:
            if not text.without or (
                self._stems[place] & text.stems and not self._stems[place] & text.excluded
            ):
                return False
        for word, number in text.numbers:
            mine = self._numbers.get(word)
            if mine is not None and not (number.startswith(mine) or mine.startswith(number)):
                return False
        return True

    def _queried(self, texts: Sequence[str]) -> str:
        """What is asked of the search engine, in the words of code sets where they are known."""
        parts: list[str] = []
        place = 0
        shouted = len(self.words) > 1 and all(word.raw.isupper() for word in self.words)
        whole = [text for text in texts if text not in SIDES and _is_named(text)]
        while place < len(self.words):
            for length in range(min(LONGEST_TERM, len(texts) - place), 0, -1):
                term = tuple(texts[place : place + length])
                if term in TERMS and (length > 1 or list(term) == whole or term[0] in ANYWHERE):
                    parts.append(TERMS[term].replace("|", " "))
                    place += length
                    break
            else:
                word = self.words[place]
                lowered = shouted and len(word.raw) >= _SHORTEST_ALIKE
                parts.append(SIDES.get(word.text) or (word.text if lowered else word.raw))
                place += 1
        return " ".join(parts)


def _excluded(texts: Sequence[str]) -> list[int]:
    """The places of the first words after "without"."""
    if "without" not in texts:
        return []
    at = texts.index("without") + 1
    return list(range(at, min(len(texts), at + _EXCLUDED_WORDS)))


def _is_named(text: str) -> bool:
    return role_of(text) in (Role.TELLS, Role.SITE) or text in _NUMBERED or text.isdigit()


def _stems_of(text: str) -> frozenset[str]:
    if text in TELLS_NOTHING:
        return frozenset()
    stems: set[str] = set()
    for part in words_in(text):
        base = _plain_stem(part)
        stems.add(base)
        stems.update(_knowledge().same.get(base, ()))
    if text in SIDES:
        stems = {SIDES[text]}
    return frozenset(stems)


def _weight(word: Word) -> float:
    if word.text in SIDES:
        return _SIDE
    if word.text.isdigit():
        return _NUMBER
    return _WEIGHTS.get(role_of(word.text), 0.0)


def _phrases(
    words: Sequence[Word], texts: Sequence[str]
) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Stretches of words that are said for others, with the stems of what they stand for."""
    known = _knowledge()
    stems = [_plain_stem(text) for text in texts]
    whole = [text for text in texts if text not in SIDES and _is_named(text)]
    for first in range(len(texts)):
        for last in range(min(len(texts), first + _LONGEST_PHRASE), first, -1):
            term = tuple(texts[first:last])
            meant: list[str] = []
            if term in TERMS and (last - first > 1 or list(term) == whole or term[0] in ANYWHERE):
                meant += TERMS[term].split("|")
            if last - first == 1:
                meant += SITES.get(term[0], ())
            meant += known.phrases.get(tuple(stems[first:last]), ())
            joined = "".join(words_in("".join(term)))
            short = len(joined) <= _LONGEST_ABBREVIATION
            if short and (last - first == 1 or all(len(text) <= 2 for text in term)):
                meant += known.abbreviations.get(joined, ())
            for text in meant:
                yield (
                    first,
                    last,
                    frozenset(
                        _plain_stem(word)
                        for word in words_in(text)
                        if word not in TELLS_NOTHING and word not in ("unspecified", "other")
                    ),
                )


def _alike(base: str, text: Text) -> str:
    """A stem of *text* that begins as *base* does, or is nearly the same."""
    for other, _ in text.telling:
        same = _shared(base, other)
        begun = same >= _SHORTEST_ALIKE and same >= _ALIKE * max(len(base), len(other))
        if begun or (len(base) > _SHORTEST_ALIKE and _one_edit(base, other)):
            return other
    return ""


def _shared(left: str, right: str) -> int:
    """How many letters *left* and *right* begin with alike."""
    count = 0
    for mine, theirs in zip(left, right, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _one_edit(left: str, right: str) -> bool:
    """Whether one letter added, left out, changed or swapped makes *left* out of *right*."""
    if abs(len(left) - len(right)) > 1 or left[:1] != right[:1]:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    ends = (left[start + 1 :], left[start:]), (right[start + 1 :], right[start:])
    swapped = left[start : start + 2] == right[start : start + 2][::-1]
    return (
        ends[0][0] in (ends[1][0], ends[1][1])
        or ends[0][1] == ends[1][0]
        or (swapped and left[start + 2 :] == right[start + 2 :])
    )
