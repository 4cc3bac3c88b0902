"""Puts candidates in order by how well their texts answer to what was asked.

A text answers well when it has the words that tell much, and little besides. Texts that name the
code count fully, those that name what holds it less. Where two codes answer alike, the one that
is meant when nothing more is said comes first, then the one that can be reported.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lookup.finder.collected import BILLABLE, DEFAULT
from lookup.finder.columns import Columns
from lookup.finder.layout import ASIDE, alias_text, names_code
from lookup.finder.reading import Reading
from lookup.finder.vocabulary import Vocabulary
from lookup.spelling import code_key

_NAMING, _HOLDING = 0.97, 0.6
_BEST, _ALL, _INDEX, _ORDER = 0.55, 0.35, 0.06, 0.04
_PRECISE = 0.45
_PRIORS = {DEFAULT: 0.05, BILLABLE: 0.02}
_LENGTH = 0.0015
_PROCEDURE, _FAMILY = 7, 4
"""Codes without a dot that are so long are of one operation on one part in these characters."""
_LOST, _MOST_LOST = 0.02, 0.1


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document, how well it answers (0 to about 1) and the number of the reading it answers."""

    document: int
    score: float
    reading: int


@dataclass(frozen=True, slots=True)
class _Answer:
    """How one text answers to one reading: *each* group, and the whole."""

    each: tuple[float, ...]
    value: float
    in_order: float


_NO_ANSWER = _Answer((), 0.0, 0.0)


class _Prepared:
    """A reading made ready to be compared with texts."""

    def __init__(self, reading: Reading) -> None:
        self.factor = reading.factor
        self.weights = [group.weight for group in reading.groups]
        self.total = sum(self.weights) or 1
        self.codes = [(n, group.code) for n, group in enumerate(reading.groups) if group.code]
        self.answers: dict[int, _Answer] = {}
        self.words: dict[int, tuple[int, float]] = {}
        for number, group in enumerate(reading.groups):
            for word, answer in group.words.items():
                if answer > self.words.get(word, (0, 0.0))[1]:
                    self.words[word] = self.words[word + ASIDE] = (number, answer)


class Ranking:
    """Compares documents with readings."""

    def __init__(self, columns: Columns, vocabulary: Vocabulary) -> None:
        self._weight_of = vocabulary.weight_of
        self._words = columns.lists("texts.words")
        self._codes = columns.strings("documents.code")
        self._ranks = columns.numbers("documents.rank")
        self._titles = columns.numbers("documents.title")
        self._aliases = columns.lists("documents.aliases")

    def ranked(
        self, readings: Sequence[Reading], found: Iterable[tuple[float, int]]
    ) -> list[Ranked]:
        """The documents *found*, with the full-text index's scores (0 to 1), best first."""
        prepared = [_Prepared(reading) for reading in readings]
        ranked = [self._best(prepared, document, score) for score, document in found]
        ranked.sort(key=_by_score)
        return sorted(self._varied(ranked), key=_by_score)

    def _varied(self, ranked: Iterable[Ranked]) -> Iterator[Ranked]:
        """*ranked* with procedures that differ only in how they are done moved apart."""
        before: Counter[str] = Counter()
        for one in ranked:
            code = self._codes[one.document]
            if len(code) == _PROCEDURE:
                family = code[:_FAMILY]
                loss = min(_MOST_LOST, _LOST * before[family])
                before[family] += 1
                yield replace(one, score=one.score - loss)
            else:
                yield one

    def _best(self, prepared: Sequence[_Prepared], document: int, index_score: float) -> Ranked:
        scores = [self._score(reading, document) for reading in prepared]
        best = max(range(len(scores)), key=scores.__getitem__)
        score = scores[best] + _INDEX * index_score
        score += _PRIORS.get(self._ranks[document], 0.0)
        score -= _LENGTH * len(self._words[self._titles[document]])
        return Ranked(document, score, best)

    def _score(self, reading: _Prepared, document: int) -> float:
        title = self._answer(reading, self._titles[document])
        best, in_order = title.value, title.in_order
        each = list(title.each) or [0.0] * len(reading.weights)
        for alias in self._aliases[document]:
            strength = _NAMING if names_code(alias) else _HOLDING
            answer = self._answer(reading, alias_text(alias))
            if answer is _NO_ANSWER:
                continue
            if answer.value * strength > best:
                best, in_order = answer.value * strength, answer.in_order
            for number, value in enumerate(answer.each):
                if value * strength > each[number]:
                    each[number] = value * strength
        if reading.codes:
            key = code_key(self._codes[document])
            for number, code in reading.codes:
                if key.startswith(code):
                    each[number] = 1.0
        covered = sum(map(_times, each, reading.weights)) / reading.total
        return reading.factor * (_BEST * best + _ALL * covered + _ORDER * in_order)

    def _answer(self, reading: _Prepared, text: int) -> _Answer:
        known = reading.answers.get(text)
        if known is not None:
            return known
        words = self._words[text]
        if reading.words.keys().isdisjoint(words):
            reading.answers[text] = _NO_ANSWER
            return _NO_ANSWER
        each = [0.0] * len(reading.weights)
        matched = extra = in_order = 0
        last = -2
        weight_of = self._weight_of
        for word in words:
            group = reading.words.get(word)
            if group is None:
                aside = word >= ASIDE
                extra += weight_of[word - ASIDE * aside] >> (2 * aside)
                continue
            number, answer = group
            each[number] = max(each[number], answer)
            matched += weight_of[word % ASIDE]
            in_order += number == last + 1
            last = number
        covered = sum(map(_times, each, reading.weights)) / reading.total
        precise = (matched + 1) / (matched + extra + 1)
        value = covered * (1 - _PRECISE + _PRECISE * precise)
        pairs = max(1, len(reading.weights) - 1)
        answer_of_text = _Answer(tuple(each), value, min(1.0, in_order / pairs) * covered)
        reading.answers[text] = answer_of_text
        return answer_of_text


def _by_score(one: Ranked) -> tuple[float, int]:
    return -one.score, one.document


def _times(left: float, right: float) -> float:
    return left * right
