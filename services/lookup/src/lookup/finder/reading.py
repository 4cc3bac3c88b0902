"""What a query may mean: readings of it, each a row of words with all that says the same.

A word that is known stands for all words of its stem. One that is not known is taken as several
words run together, as the beginning of others, or as a misspelt one, in this order. Abbreviations,
lay terms, former terms and brands give further readings.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lookup.finder.codes import CodeList
from lookup.finder.deletes import Speller
from lookup.finder.knowledge import Knowledge
from lookup.finder.vocabulary import MOST_OF_NUMBER, Vocabulary, weight_of
from lookup.finder.words import SAYS_NO_MORE, TELLS_NOTHING, Stemmer, tokens_in, words_in
from lookup.spelling import code_key

MOST_WORDS = 24
_LONGEST_TEXT = 4_000
_MOST_READINGS = 5
_MOST_COMPLETIONS = 24
_MOST_CORRECTIONS = 4
_SHORTEST_PART = 4
_SHORT_PARTS = ("non", "pre", "sub", "anti", "knee", "hip", "eye", "ear", "arm", "leg")
_LONGEST_RUN = 48

_EXACT, _STEM, _NUMERAL = 1.0, 0.97, 0.98
_SAME, _COMPLETED, _CLIPPED = 0.9, 0.85, 0.85
_CORRECTED = (1.0, 0.88, 0.72)
_RESTATED, _BEGUN = 0.97, 0.9
_LITTLE, _NOTHING, _CODE = 700, 150, 9_000
"""What words weigh that say no more, and those that tell nothing (others: 700 to 12,000)."""

_NUMERALS = {
    numeral: str(number)
    for number, numeral in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"), 1
    )
}
_OTHER_FORMS = {**_NUMERALS, **{number: numeral for numeral, number in _NUMERALS.items()}}
_OTHER = frozenset(("other", "others"))
_DOTTED_CODE = re.compile(r"\b[a-z][0-9a-z]{2}\.[0-9a-z]{1,4}\b")


@dataclass(slots=True)
class Group:
    """One word asked for, and how well others answer to it, by word and by stem (0 to 1).

    *weight* is how much the word tells; *code* the key of a code that it may begin.
    """

    weight: int = 0
    words: dict[int, float] = field(default_factory=dict)
    stems: dict[int, float] = field(default_factory=dict)
    code: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Groups in the order of the words; the closer to what was typed, the nearer *factor* to 1."""

    groups: tuple[Group, ...]
    factor: float


@dataclass(frozen=True, slots=True)
class _Said:
    """A word of a query: *loud* in capitals only, *code* the key it spells if it is one."""

    text: str
    stem: str
    loud: bool
    code: str = ""


class Reader:
    """Reads queries."""

    def __init__(
        self, vocabulary: Vocabulary, codes: CodeList, speller: Speller, knowledge: Knowledge
    ) -> None:
        self._vocabulary = vocabulary
        self._codes = codes
        self._speller = speller
        self._knowledge = knowledge
        self._stemmer = Stemmer()

    def readings(self, text: str) -> list[Reading]:
        """What *text* may mean, the plain reading first; empty when nothing in it is known."""
        said = self._said(text[:_LONGEST_TEXT])
        if not said:
            return []
        known: dict[str, list[Group]] = {}
        rows = [(said, 1.0), *((row, _RESTATED) for row in self._restated(said))]
        corrected = self._corrected(said)
        if corrected != said:
            rows += [(row, _CORRECTED[1]) for row in self._restated(corrected)]
        readings: list[Reading] = []
        for row, factor in rows[:_MOST_READINGS]:
            groups = tuple(self._groups(row, known))
            if any(group.stems or group.code for group in groups):
                readings.append(Reading(groups, factor))
        return readings

    def as_beginnings(self, text: str) -> Reading | None:
        """*text* with every word as the beginning of one; None unless all begin something."""
        groups: list[Group] = []
        for said in dict.fromkeys(self._said(text[:_LONGEST_TEXT])):
            group = Group()
            if not self._add_completions(group, said.text):
                return None
            self._weigh(group, said)
            groups.append(group)
        return Reading(tuple(groups), _BEGUN) if groups else None

    def _said(self, text: str) -> list[_Said]:
        """The words of *text* in their order, up to a number."""
        words: list[_Said] = []
        shouted = text.isupper() and len(text.split()) > 2
        place = 0
        for match in [*_DOTTED_CODE.finditer(text.lower()), None]:
            end = match.start() if match else len(text)
            for token in tokens_in(text[place:end]):
                raw = text[place + token.start : place + token.end]
                words.append(self._word(token.text, loud=raw.isupper() and not shouted))
            if match:
                place = match.end()
                key = code_key(match[0])
                words.append(_Said(key.lower(), "", False, key))
            if len(words) > MOST_WORDS:
                break
        return words[:MOST_WORDS]

    def _word(self, text: str, loud: bool) -> _Said:
        key = text.upper()
        code = key if self._codes.is_code_in_text(key) else ""
        return _Said(text, self._stemmer.stem(text), loud, code)

    def _corrected(self, said: Sequence[_Said]) -> list[_Said]:
        """*said* with each word that nothing is known of put right, as one of a table may be."""
        return [self._closest(word) if self._is_strange(word) else word for word in said]

    def _closest(self, said: _Said) -> _Said:
        for number, _ in self._speller.alike(said.text, 1):
            text = self._vocabulary.words[number]
            return _Said(text, self._stemmer.stem(text), loud=False)
        return said

    def _is_strange(self, said: _Said) -> bool:
        return (
            not said.code
            and self._vocabulary.number(said.text) is None
            and self._vocabulary.stem_number(said.stem) is None
            and said.text not in self._knowledge.abbreviations
        )

    def _restated(self, said: Sequence[_Said]) -> Iterator[list[_Said]]:
        """*said* with phrases and abbreviations put in other words."""
        places = list(self._restatements(said))
        if not places:
            return
        yield self._with(said, [(start, end, texts[0]) for start, end, texts in places])
        for at, (start, end, texts) in enumerate(places):
            for text in texts[1:]:
                chosen = [(s, e, other[0]) for s, e, other in places]
                chosen[at] = (start, end, text)
                yield self._with(said, chosen)

    def _restatements(self, said: Sequence[_Said]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        place = 0
        while place < len(said):
            for end in range(min(len(said), place + self._longest), place, -1):
                texts = self._meaning(said, place, end)
                if texts:
                    yield place, end, texts
                    place = end
                    break
            else:
                place += 1

    @property
    def _longest(self) -> int:
        return max(4, self._knowledge.longest_phrase)

    def _meaning(self, said: Sequence[_Said], start: int, end: int) -> tuple[str, ...]:
        part = said[start:end]
        stems = tuple(word.stem for word in part)
        texts = self._knowledge.phrases.get(stems, ())
        whole = len(part) == len(said)
        if whole:
            texts = (*self._knowledge.whole.get(stems, ()), *texts)
        if whole or (len(part) == 1 and (part[0].loud or not self._is_known(part[0].text))):
            joined = "".join(word.text for word in part)
            texts = (*self._knowledge.abbreviations.get(joined, ()), *texts)
        return texts

    def _with(self, said: Sequence[_Said], places: Sequence[tuple[int, int, str]]) -> list[_Said]:
        words: list[_Said] = []
        place = 0
        for start, end, text in [*places, (len(said), len(said), "")]:
            words.extend(said[place:start])
            words.extend(
                _Said(word, self._stemmer.stem(word), loud=False) for word in words_in(text)
            )
            place = end
        return words[:MOST_WORDS]

    def _is_known(self, word: str) -> bool:
        number = self._vocabulary.number(word)
        return number is not None and self._vocabulary.count_of[number] > 0

    def _groups(self, said: Sequence[_Said], known: dict[str, list[Group]]) -> Iterator[Group]:
        for word in dict.fromkeys(said):
            groups = known.get(word.text)
            if groups is None:
                groups = known[word.text] = list(self._groups_of(word))
            yield from groups

    def _groups_of(self, said: _Said) -> Iterator[Group]:
        """Usually one; several for words run together; none for what nothing is like."""
        group = Group(code=said.code)
        self._add_word(group, said.text, said.stem)
        if not group.stems and not said.code and not self._add_completions(group, said.text):
            corrections = self._speller.alike(said.text, _MOST_CORRECTIONS)
            close = [(number, edits) for number, edits in corrections if edits == 1]
            parts = [] if close else self._parts(said.text)
            if parts:
                for part in parts:
                    yield from self._groups_of(_Said(part, self._stemmer.stem(part), False))
                return
            self._add_corrections(group, corrections)
            if not corrections:
                self._add_clipped(group, said.text)
        self._weigh(group, said)
        if group.stems or group.words or said.code:
            yield group

    def _add_word(self, group: Group, word: str, stem: str) -> None:
        vocabulary = self._vocabulary
        number = vocabulary.number(word)
        stem_number = vocabulary.stem_number(stem)
        if stem_number is not None:
            self._add_stem(group, stem_number, _STEM)
        if number is not None:
            group.words[number] = _EXACT
        if group.stems:
            self._add_clipped(group, word)
        other = _OTHER_FORMS.get(word)
        if other is not None:
            other_stem = vocabulary.stem_number(self._stemmer.stem(other))
            if other_stem is not None:
                self._add_stem(group, other_stem, _NUMERAL)
        for same in self._knowledge.same.get(stem, ()):
            same_stem = vocabulary.stem_number(same)
            if same_stem is not None:
                self._add_stem(group, same_stem, _SAME)

    def _add_stem(self, group: Group, stem: int, answer: float) -> None:
        vocabulary = self._vocabulary
        words = vocabulary.words_of[stem]
        for number in words:
            group.words.setdefault(number, answer)
        if vocabulary.stem_count[stem]:
            group.stems[stem] = max(answer, group.stems.get(stem, 0.0))

    def _add_clipped(self, group: Group, word: str) -> None:
        for number in self._vocabulary.clipped(word):
            self._add_stem(group, self._vocabulary.stem_of[number], _CLIPPED)

    def _add_completions(self, group: Group, word: str) -> bool:
        if len(word) < 2:
            return False
        vocabulary = self._vocabulary
        begun = vocabulary.beginning(word)
        if len(begun) > 2_000:
            begun = range(begun.start, begun.start + 2_000)
        numbers = sorted(begun, key=lambda number: -vocabulary.count_of[number])
        for number in numbers[:_MOST_COMPLETIONS]:
            if vocabulary.count_of[number]:
                self._add_stem(group, vocabulary.stem_of[number], _COMPLETED)
        return bool(group.stems)

    def _add_corrections(self, group: Group, corrections: Sequence[tuple[int, int]]) -> None:
        for number, edits in corrections:
            answer = _CORRECTED[edits]
            self._add_stem(group, self._vocabulary.stem_of[number], answer)
            group.words[number] = max(answer, group.words.get(number, 0.0))

    def _weigh(self, group: Group, said: _Said) -> None:
        """How much is told by a document that holds any of *group*."""
        vocabulary = self._vocabulary
        counted = sum(vocabulary.stem_count[stem] for stem in group.stems)
        group.weight = weight_of(counted, vocabulary.documents)
        if said.text in SAYS_NO_MORE or said.text in _OTHER:
            group.optional = True
            group.weight = _NOTHING if said.text in TELLS_NOTHING else _LITTLE
        elif said.text.isdigit():
            group.weight = min(group.weight, MOST_OF_NUMBER)
        elif said.code:
            group.weight = max(group.weight, _CODE)

    def _parts(self, word: str) -> list[str]:
        """The fewest known words that make up *word*; only some may be as short as "non"."""
        if not _SHORTEST_PART < len(word) <= _LONGEST_RUN:
            return []
        best: list[list[str] | None] = [[], *([None] * len(word))]
        for end in range(len(_SHORT_PARTS[0]), len(word) + 1):
            for start in range(end - len(_SHORT_PARTS[0]) + 1):
                before = best[start]
                part = word[start:end]
                if before is None or (len(part) < _SHORTEST_PART and part not in _SHORT_PARTS):
                    continue
                if not self._is_known(part):
                    continue
                found = best[end]
                if found is None or len(before) + 1 < len(found):
                    best[end] = [*before, part]
        return best[-1] or []


def typed_words(text: str) -> list[str]:
    """All words of *text* in the order in which they were typed."""
    return words_in(text[:_LONGEST_TEXT])[:MOST_WORDS]
