"""Cuts a sentence at stop words, signs and cues into stretches that may name a finding."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lookup.case_note.cues import Cue, Found, cues_in
from lookup.case_note.finding import Mark
from lookup.case_note.masked import Mask
from lookup.case_note.words import SIDES, Role, Word, name_together, role_of, words_between


class Link(Enum):
    """What ties a chunk to the one before it."""

    NONE = auto()
    OF = auto()
    WITH = auto()
    WITHOUT = auto()
    AND = auto()
    OR = auto()
    COMMA = auto()
    COLON = auto()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Words that stand together; *core* says that one of them may name a finding."""

    words: tuple[Word, ...]
    link: Link
    core: bool
    adjacent: bool
    """Whether no more than a few stop words stand between it and what is before it."""

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.words[-1].end


type Piece = Chunk | Found
_NEAR = 4
_LONGEST = 12
_BREAKS: Final = frozenset('=;|\\{}<>\u2192\u2022\u25cf"\u201c\u201d.!?*')
_LINKS: Final = {
    Role.OF: Link.OF,
    Role.WITH: Link.WITH,
    Role.AND: Link.AND,
    Role.OR: Link.OR,
}
_KEPT_NUMBERS: Final = frozenset(
    ("type", "stage", "grade", "class", "degree", "category", "phase", "vitamin", "level", "covid")
)


def pieces_of(note: str, start: int, end: int, masks: Sequence[tuple[Mark, Mask]]) -> list[Piece]:
    """The chunks and cues of the sentence ``note[start:end]`` in their order."""
    return _Cutter(words_between(note, start, end), masks).pieces()


class _Cutter:
    """Goes through the words of a sentence once."""

    def __init__(self, words: list[Word], masks: Sequence[tuple[Mark, Mask]]) -> None:
        self._words = words
        self._masked = _masked_words(words, masks)
        self._cues = {cue.first: cue for cue in cues_in(words) if not self._hidden(cue)}
        self._pieces: list[Piece] = []
        self._held: list[Word] = []
        self._link = Link.NONE
        self._stops = 0

    def pieces(self) -> list[Piece]:
        place = 0
        while place < len(self._words):
            word = self._words[place]
            mask = self._masked.get(place)
            self._sign(word)
            if mask is not None:
                if mask is Mask.DOSE:
                    self._held.clear()
                self._close(Link.COMMA)
                place += 1
                continue
            cue = self._cues.get(place)
            if cue is not None:
                without = Cue.NO in cue.meanings and word.text in ("without", "w")
                self._close(Link.WITHOUT if without and cue.last - cue.first <= 2 else Link.NONE)
                self._pieces.append(cue)
                self._stops = 0
                place = cue.last
                continue
            self._take(word, place)
            place += 1
        self._close(Link.NONE)
        return self._pieces

    def _hidden(self, cue: Found) -> bool:
        return any(place in self._masked for place in range(cue.first, cue.last))

    def _take(self, word: Word, place: int) -> None:
        role = self._role(word, place)
        if role is Role.STOPS:
            self._close(Link.NONE)
            self._stops += 1
        elif role in _LINKS:
            self._close(_LINKS[role])
        elif role is Role.PASSES:
            self._stops += not self._held
        else:
            self._held.append(word)

    def _role(self, word: Word, place: int) -> Role:
        role = role_of(word.text)
        if self._is_gestation(place):
            return Role.SOFT
        if word.text.isdigit():
            before = self._words[place - 1].text if place else ""
            attached = word.before in ("-", "") and place > 0
            roman = before in _KEPT_NUMBERS or attached
            return Role.SOFT if roman else Role.STOPS
        if len(word.text) == 1 and role is not Role.STOPS and word.text not in SIDES:
            before = word.before.strip(" ")
            return Role.SOFT if self._held or before in ("/", "-") or word.raw.isupper() else role
        return role

    def _is_gestation(self, place: int) -> bool:
        """Whether a word is one of "32 weeks" before "gestation"."""
        texts = [word.text for word in self._words[place : place + 3]]
        return "gestation" in texts[1:] and (
            texts[0] == "weeks" or (texts[0].isdigit() and texts[1] == "weeks")
        )

    def _sign(self, word: Word) -> None:
        """Takes what stands before *word* for what it is."""
        gap = word.before
        if not gap or gap == " ":
            return
        signs = gap.strip()
        if not signs or (signs in ("-", "'", "\u2019", "\u2013") and signs == gap):
            return
        if signs == "/" and self._held and len(self._held[-1].text) == len(word.text) == 1:
            return
        if "?" in signs:
            self._close(Link.NONE)
            at = word.start - len(gap) + gap.index("?")
            self._pieces.append(Found((Cue.MAYBE_NEXT,), 0, 0, Mark(at, at + 1)))
        elif "(-)" in signs:
            self._close(Link.NONE)
            at = word.start - len(gap) + gap.index("(-)")
            self._pieces.append(Found((Cue.NO,), 0, 0, Mark(at, at + 3)))
        elif _BREAKS & set(signs) and signs != ".":
            self._close(Link.NONE)
        elif ":" in signs:
            self._close(Link.COLON)
        elif "&" in signs or "+" in signs:
            self._close(Link.AND)
        elif signs == "/":
            self._close(Link.OR)
        elif signs != ".":
            self._close(Link.COMMA)

    def _close(self, link: Link) -> None:
        """Ends the chunk that is being gathered; *link* ties what comes next to it."""
        if self._held:
            words = tuple(self._held[:_LONGEST])
            texts = [word.text for word in words]
            core = any(role_of(text) is Role.TELLS for text in texts) or name_together(texts)
            self._pieces.append(Chunk(words, self._link, core, self._stops <= _NEAR))
            self._held = []
            self._link = link
            self._stops = 0
        elif link is Link.NONE or self._stops:
            self._link = Link.NONE
        elif (self._link in (Link.COMMA, Link.COLON) and link in (Link.AND, Link.OR)) or (
            link in (Link.COMMA, Link.COLON)
            and self._pieces
            and isinstance(self._pieces[-1], Found)
        ):
            self._link = link


def _masked_words(words: Sequence[Word], masks: Sequence[tuple[Mark, Mask]]) -> dict[int, Mask]:
    """The numbers of the words that stand in a mask."""
    found: dict[int, Mask] = {}
    place = 0
    for number, word in enumerate(words):
        while place < len(masks) and masks[place][0].end <= word.start:
            place += 1
        if place < len(masks) and masks[place][0].start < word.end:
            found[number] = masks[place][1]
    return found
