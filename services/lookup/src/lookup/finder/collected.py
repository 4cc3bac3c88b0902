"""Gathers documents before they are written, each text once, and puts them in order."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from lookup.documents import SearchDocument
from lookup.finder.layout import FIRST_OF_STEM, OF_STEM, OWN, Kind, alias_number, shared
from lookup.finder.words import words_in
from lookup.spelling import code_key

DEFAULT, BILLABLE, STEM, HEADING, VARIANT = range(5)
"""Ranks: what is meant when nothing more is said comes first, 7th characters last."""

_MOST_SHARING = 120
"""A text of more documents than this is one of what holds them: a value of an axis, a device."""


class Numbered[T]:
    """Things by number, each once."""

    def __init__(self) -> None:
        self.things: list[T] = []
        self._numbers: dict[T, int] = {}

    def number(self, thing: T) -> int:
        """The number of *thing*, a new one if it has none."""
        number = self._numbers.setdefault(thing, len(self.things))
        if number == len(self.things):
            self.things.append(thing)
        return number


@dataclass(slots=True)
class Entry:
    """A document with numbers in place of its texts; kind and rank are known last."""

    system: int
    code: str
    key: str
    stem_key: str
    billable: bool
    default: bool
    effective: date
    expires: date
    chapter: int
    title: int
    aliases: "array[int]"
    kind: int = -1
    rank: int = -1


@dataclass(slots=True)
class Collection:
    """Documents, and what they have in common by number."""

    texts: Numbered[str] = field(default_factory=Numbered)
    systems: Numbered[str] = field(default_factory=Numbered)
    chapters: Numbered[tuple[str, str]] = field(default_factory=Numbered)
    kinds: Numbered[Kind] = field(default_factory=Numbered)
    _entries: list[Entry] = field(default_factory=list)

    def add(self, document: SearchDocument) -> None:
        """Take in *document*; an alias that says what the title does is left out."""
        aliases = array("I")
        for alias in document.aliases:
            if alias.text != document.title:
                number = self.texts.number(alias.text)
                aliases.append(alias_number(alias.field, number))
        self._entries.append(
            Entry(
                system=self.systems.number(document.system),
                code=document.code,
                key=code_key(document.code),
                stem_key=code_key(document.stem),
                billable=document.billable,
                default=document.default,
                effective=document.effective,
                expires=document.expires,
                chapter=self.chapters.number((document.system, document.chapter)),
                title=self.texts.number(document.title),
                aliases=aliases,
            )
        )

    def ranked(self) -> list[Entry]:
        """All documents with kind and rank, in the order in which they come without a query."""
        self._set_shared_apart()
        stems: set[tuple[int, str]] = set()
        firsts: dict[tuple[int, str], str] = {}
        for entry in self._entries:
            if entry.stem_key:
                stem = (entry.system, entry.stem_key)
                stems.add(stem)
                if entry.billable:
                    firsts[stem] = min(firsts.get(stem, entry.key), entry.key)
        for entry in self._entries:
            entry.rank = _rank(entry, is_stem=(entry.system, entry.key) in stems)
            fold = OWN
            if entry.stem_key:
                is_first = firsts.get((entry.system, entry.stem_key)) == entry.key
                fold = FIRST_OF_STEM if is_first else OF_STEM
            entry.kind = self.kinds.number(
                Kind(
                    self.systems.things[entry.system],
                    entry.billable,
                    fold,
                    entry.effective,
                    entry.expires,
                )
            )
        lengths = [len(words_in(text)) for text in self.texts.things]
        self._entries.sort(
            key=lambda entry: (
                entry.rank,
                lengths[entry.title],
                self.systems.things[entry.system],
                entry.key,
                entry.effective,
            )
        )
        return self._entries

    def _set_shared_apart(self) -> None:
        codes = Counter(alias for entry in self._entries for alias in entry.aliases)
        for entry in self._entries:
            for place, alias in enumerate(entry.aliases):
                if codes[alias] > _MOST_SHARING:
                    entry.aliases[place] = shared(alias)


def _rank(entry: Entry, is_stem: bool) -> int:
    if entry.stem_key:
        return VARIANT
    if entry.default:
        return DEFAULT
    if entry.billable:
        return BILLABLE
    return STEM if is_stem else HEADING
