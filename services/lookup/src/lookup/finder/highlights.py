"""Shows where in a code's public texts the words asked for stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lookup.finder.columns import Columns
from lookup.finder.layout import ASIDE, alias_field, alias_text, names_code
from lookup.finder.reading import Reading
from lookup.finder.vocabulary import Vocabulary
from lookup.finder.words import TELLS_NOTHING, tokens_in
from lookup.spelling import code_key

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Highlight:
    """A public text in which the query was found; *marks* are counted in code points.

    *field* is "code", "title" or the value of an alias field.
    """

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]


class Marker:
    """Marks the words of readings in the texts of documents."""

    def __init__(self, columns: Columns, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._codes = columns.strings("documents.code")
        self._titles = columns.numbers("documents.title")
        self._aliases = columns.lists("documents.aliases")
        self._texts = columns.strings("texts")
        self._words = columns.lists("texts.words")
        self._nothing = {
            number for word in TELLS_NOTHING if (number := vocabulary.number(word)) is not None
        }

    def marked(self, readings: Sequence[Reading], document: int) -> tuple[Highlight, ...]:
        """Where *readings* were found in *document*: code, title, and the aliases that say most."""
        words = {number for r in readings for group in r.groups for number in group.words}
        codes = [group.code for r in readings for group in r.groups if group.code]
        return tuple(self._highlights(words, codes, document))

    def _highlights(self, words: set[int], codes: list[str], document: int) -> Iterator[Highlight]:
        code = self._codes[document]
        key = code_key(code)
        spelled = [begun for begun in codes if key.startswith(begun)]
        if spelled:
            yield marked_code(code, max(spelled, key=len))
        telling = words - self._nothing
        title = self._titles[document]
        said = self._found(telling, title)
        if said:
            yield self._marked("title", title, words)
        aliases = [
            (alias, found)
            for alias in self._aliases[document]
            if (found := self._found(telling, alias_text(alias)))
        ]
        # Those that hold most of what was asked for; they stay in their order otherwise.
        aliases.sort(key=lambda one: -len(one[1]))
        shown = 0
        for alias, found in aliases:
            # What only names something that holds the code is shown where it adds a word.
            if names_code(alias) or not found <= said:
                yield self._marked(alias_field(alias).value, alias_text(alias), words)
                said |= found
                shown += 1
                if shown == _SHOWN:
                    return

    def _found(self, words: set[int], text: int) -> set[int]:
        return words.intersection(number % ASIDE for number in self._words[text])

    def _marked(self, field: str, number: int, words: set[int]) -> Highlight:
        text = self._texts[number]
        return Highlight(
            field,
            text,
            tuple(
                (token.start, token.end)
                for token in tokens_in(text)
                if self._vocabulary.number(token.text) in words
            ),
        )


def marked_code(code: str, key: str) -> Highlight:
    """*code*, marked as far as *key* spells it, with the dot within it."""
    end = len(key) + ("." in code and len(key) > code.index("."))
    return Highlight("code", code, ((0, end),))
