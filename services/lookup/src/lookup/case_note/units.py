"""Puts the chunks of a sentence together to what may be one finding each.

"Pain in right knee and hip" are two findings with the same pain and side; "right hip and knee
pain" as well. "Osteoarthritis, left knee" is one, and "migraine without aura" may be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lookup.case_note.chunks import Chunk, Link, Piece
from lookup.case_note.cues import Found
from lookup.case_note.scope import Said
from lookup.case_note.words import SIDES, Role, Word, role_of

_MOST_TIED: Final = 3
"""So many chunks that may name a finding by themselves may be one together."""
_LISTED: Final = frozenset((Link.AND, Link.OR))
_TIED: Final = frozenset((Link.OF, Link.WITH, Link.WITHOUT))


@dataclass(slots=True)
class Unit:
    """Chunks that may be one finding, and *shared* words that stand elsewhere and belong to it.

    *said* holds what is said of each chunk. *site* are words that say where what it is joined
    to lies, and may hold for it as well.
    """

    chunks: list[Chunk]
    said: list[Said]
    shared: tuple[Word, ...] = ()
    site: tuple[Word, ...] = ()
    joined: bool = False
    """Whether "and" joins it to the unit before."""
    cues: list[Word] = field(default_factory=list)
    """"Without" between chunks, for what both sides of it make together."""

    @property
    def words(self) -> list[Word]:
        """All its words, in the order in which they stand in the note."""
        words = {word.start: word for chunk in self.chunks for word in chunk.words}
        words.update((word.start, word) for word in (*self.shared, *self.cues))
        return [words[start] for start in sorted(words)]

    @property
    def own(self) -> list[Word]:
        """The words that stand in its own place."""
        return [word for chunk in self.chunks for word in chunk.words]

    @property
    def cores(self) -> list[int]:
        """The places of the chunks that may name a finding by themselves."""
        return [place for place, chunk in enumerate(self.chunks) if chunk.core]


def units_of(pieces: Sequence[Piece], said: Mapping[int, Said]) -> list[Unit]:
    """The units of a sentence in their order; what is said to be no finding is left out."""
    found: list[Unit] = []
    for run in _runs(pieces, said):
        found += _Assembly(run).units()
    return found


type _Run = list[tuple[Chunk, Said, Word | None]]


def _runs(pieces: Sequence[Piece], said: Mapping[int, Said]) -> Iterator[_Run]:
    """Chunks one tied to the next; a cue stands between two only if it is "without"."""
    run: _Run = []
    for place, piece in enumerate(pieces):
        if isinstance(piece, Found):
            continue
        before = pieces[place - 1] if place else None
        tied = piece.link is not Link.NONE and isinstance(before, Chunk)
        without = piece.link is Link.WITHOUT and isinstance(before, Found) and bool(run)
        if said[place].status is None:
            if run:
                yield run
            run = []
            continue
        if run and not (tied or without):
            yield run
            run = []
        cue = None
        if without and isinstance(before, Found):
            cue = Word("without", "without", before.mark.start, before.mark.end, " ")
        run.append((piece, said[place], cue))
    if run:
        yield run


class _Assembly:
    """Goes through a run once."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._units: list[Unit] = []
        self._waiting: list[tuple[Chunk, Said]] = []
        self._label: tuple[Word, ...] = ()

    def units(self) -> list[Unit]:
        for place, (chunk, said, cue) in enumerate(self._run):
            if chunk.core:
                self._core(chunk, said, cue)
            else:
                self._modifier(place, chunk, said)
        if self._units and self._waiting:
            last = self._units[-1]
            for chunk, said in self._waiting:
                last.chunks.append(chunk)
                last.said.append(said)
        return self._units

    def _core(self, chunk: Chunk, said: Said, cue: Word | None) -> None:
        last = self._units[-1] if self._units else None
        if self._waiting:
            self._share(chunk, said)
        elif last and self._may_tie(last, chunk, cue is not None or last.said[-1] == said):
            last.chunks.append(chunk)
            last.said.append(said)
            if cue:
                last.cues.append(cue)
        else:
            unit = Unit([chunk], [said], shared=self._label)
            if last and chunk.link in _LISTED and last.said[-1] == said:
                unit.joined = chunk.link is Link.AND
                if not _sites(chunk.words):
                    unit.site = tuple(
                        word for word in last.words if role_of(word.text) is Role.SITE
                    )
            self._units.append(unit)

    def _may_tie(self, last: Unit, chunk: Chunk, alike: bool) -> bool:
        return chunk.link in _TIED and alike and len(last.cores) < _MOST_TIED

    def _share(self, chunk: Chunk, said: Said) -> None:
        """Gives the sites that wait their finding: "hip and" the "pain" of "knee pain"."""
        waiting, self._waiting = self._waiting, []
        shares = chunk.link in _LISTED
        head = _head(chunk.words)
        if not shares or not head:
            self._label = tuple(word for one, _ in waiting for word in one.words)
            self._units.append(Unit([chunk], [said], shared=self._label))
            return
        first_sides = _sides(waiting[0][0].words)
        for one, said_of_it in waiting:
            sided = bool(_sides(one.words))
            only_side = not _sites(one.words)
            shared = (
                tuple(word for word in chunk.words if word.text not in SIDES) if only_side else head
            )
            self._units.append(
                Unit([one], [said_of_it], shared=(*shared, *(() if sided else first_sides)))
            )
        own_side = bool(_sides(chunk.words))
        self._units.append(Unit([chunk], [said], shared=() if own_side else first_sides))

    def _modifier(self, place: int, chunk: Chunk, said: Said) -> None:
        last = self._units[-1] if self._units else None
        following = self._run[place + 1][0] if place + 1 < len(self._run) else None
        heads_list = (
            following is not None
            and following.link in _LISTED
            and bool(_sites(following.words) or not following.core)
            and chunk.link in (Link.COMMA, Link.AND, Link.OR)
            and self._core_follows(place)
        )
        if last is None or self._waiting or (heads_list and _sites(chunk.words)):
            self._waiting.append((chunk, said))
        elif chunk.link in _LISTED and (_sites(chunk.words) or _sides(chunk.words)):
            self._repeat(last, chunk, said)
        else:
            last.chunks.append(chunk)
            last.said.append(said)

    def _core_follows(self, place: int) -> bool:
        """Whether the list that goes on after *place* ends in a finding with its site."""
        for chunk, _, _ in self._run[place + 1 :]:
            if chunk.core:
                return bool(_sites(chunk.words)) and bool(_head(chunk.words))
            if chunk.link not in (Link.COMMA, Link.AND, Link.OR):
                return False
        return False

    def _repeat(self, last: Unit, chunk: Chunk, said: Said) -> None:
        """The finding of *last* once more, at another site."""
        sided = bool(_sides(chunk.words))
        sites = _sites(chunk.words)
        kept = [
            word
            for word in last.words
            if role_of(word.text) is not Role.SITE
            or (word.text in SIDES and not sided)
            or (word.text not in SIDES and not sites)
        ]
        if sites and not _sites(last.own) and _sides(last.own):
            last.shared = (*last.shared, *sites)
        self._units.append(Unit([chunk], [said], shared=tuple(kept)))


def _sites(words: Sequence[Word]) -> tuple[Word, ...]:
    """Those of *words* that name a part of the body."""
    return tuple(
        word for word in words if role_of(word.text) is Role.SITE and word.text not in SIDES
    )


def _sides(words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(word for word in words if word.text in SIDES)


def _head(words: Sequence[Word]) -> tuple[Word, ...]:
    """What follows the last site: "pain" of "left knee pain"."""
    last = max(
        (place for place, word in enumerate(words) if role_of(word.text) is Role.SITE), default=-1
    )
    return tuple(words[last + 1 :]) if last >= 0 else ()
