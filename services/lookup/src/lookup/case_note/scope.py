"""What a sentence says of each of its chunks: there, not there, once, perhaps, a relative's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lookup.case_note.chunks import Chunk, Link, Piece
from lookup.case_note.cues import Cue, Found
from lookup.case_note.finding import Mark, Status
from lookup.case_note.sections import Section


@dataclass(frozen=True, slots=True)
class Said:
    """A status with the words that give it; without a status it is no finding at all."""

    status: Status | None
    cue: Mark | None = None


_AFFIRMED: Final = Said(Status.AFFIRMED)
_SECTIONS: Final = {Section.PAST: Status.HISTORICAL, Section.FAMILY: Status.FAMILY}
_WIDE: Final = {
    Cue.NO: Status.NEGATED,
    Cue.MAYBE: Status.UNCERTAIN,
    Cue.WAS: Status.HISTORICAL,
    Cue.FAMILY: Status.FAMILY,
    Cue.IGNORED: None,
}
_NEXT: Final = {
    Cue.NO_NEXT: Status.NEGATED,
    Cue.MAYBE_NEXT: Status.UNCERTAIN,
    Cue.WAS_NEXT: Status.HISTORICAL,
}
_BEFORE: Final = {
    Cue.NOT_BEFORE: Status.NEGATED,
    Cue.MAYBE_BEFORE: Status.UNCERTAIN,
    Cue.WAS_BEFORE: Status.HISTORICAL,
    Cue.FAMILY_BEFORE: Status.FAMILY,
    Cue.IGNORED_BEFORE: None,
}
_JOINED: Final = frozenset((Link.OF, Link.WITH, Link.WITHOUT, Link.AND, Link.OR))


def statuses(pieces: Sequence[Piece], section: Section, heading: Mark | None) -> dict[int, Said]:
    """What is said of each chunk, by its place among *pieces*."""
    return _Scope(pieces, section, heading).said()


class _Scope:
    """Goes through the pieces of a sentence once, and back from cues that stand behind."""

    def __init__(self, pieces: Sequence[Piece], section: Section, heading: Mark | None) -> None:
        self._pieces = pieces
        status = _SECTIONS.get(section)
        self._default = Said(status, heading) if status is not None else _AFFIRMED
        self._family = section is Section.FAMILY
        self._wide: Said | None = None
        self._next: Said | None = None
        self._used = True
        """Whether a chunk has come since the last cue that reaches on."""
        self._next_used = False
        self._said: dict[int, Said] = {}

    def said(self) -> dict[int, Said]:
        for place, piece in enumerate(self._pieces):
            if isinstance(piece, Chunk):
                self._chunk(place, piece)
            else:
                self._cue(place, piece)
        return self._said

    def _chunk(self, place: int, chunk: Chunk) -> None:
        if (
            self._next_used
            and chunk.link not in _JOINED
            and (chunk.core or chunk.link is Link.NONE)
        ):
            self._next = None
        said = self._wide or self._default
        if self._next is not None:
            self._next_used = True
            said = self._next
        self._said[place] = said
        self._used = True

    def _cue(self, place: int, found: Found) -> None:
        behind = [cue for cue in found.meanings if cue in _BEFORE]
        ahead = [cue for cue in found.meanings if cue not in _BEFORE]
        if (
            behind
            and (not ahead or not self._follows(place))
            and self._back(place, found, behind[0])
        ):
            return
        for cue in ahead:
            self._forward(place, cue, found.mark)
        if not ahead and behind[0] is Cue.NOT_BEFORE:
            self._forward(place, Cue.NO, found.mark)

    def _forward(self, place: int, cue: Cue, mark: Mark) -> None:
        if cue in _WIDE:
            if not self._keeps(cue):
                self._wide, self._next, self._used = Said(_WIDE[cue], mark), None, False
        elif cue in _NEXT:
            if not self._keeps(cue):
                self._next, self._next_used = Said(_NEXT[cue], mark), False
        elif cue is Cue.MAYBE_AROUND:
            self._mark_back(place, Said(Status.UNCERTAIN, mark), frozenset((Status.AFFIRMED,)))
            if self._wide is None or self._wide.status is Status.UNCERTAIN:
                self._next, self._next_used = Said(Status.UNCERTAIN, mark), False
        elif cue in (Cue.IS, Cue.IS_NOW):
            holds = self._wide is not None and not self._used
            if not holds and not (self._wide and self._wide.status is Status.FAMILY):
                self._wide = self._next = None
            if cue is Cue.IS_NOW and not self._family:
                self._default = _AFFIRMED
        elif cue is Cue.ENDS:
            self._wide = self._next = None

    def _keeps(self, cue: Cue) -> bool:
        """Whether what was said before outweighs *cue*."""
        if self._wide is None or cue is Cue.NO:
            return self._wide is not None and self._wide.status is None
        if self._wide.status is None:
            return True
        if self._wide.status is Status.NEGATED:
            return not self._used
        if self._wide.status is Status.FAMILY:
            return cue in (Cue.WAS, Cue.WAS_NEXT)
        return False

    def _follows(self, place: int) -> bool:
        """Whether a chunk stands right behind the cue."""
        following = self._pieces[place + 1 : place + 2]
        return (
            bool(following)
            and isinstance(following[0], Chunk)
            and following[0].link is Link.NONE
            and following[0].adjacent
        )

    def _back(self, place: int, found: Found, cue: Cue) -> bool:
        """Say it of the chunk before, and of what that is joined to."""
        status = _BEFORE[cue]
        kept = frozenset((Status.AFFIRMED, Status.HISTORICAL, Status.UNCERTAIN, Status.FAMILY))
        return self._mark_back(place, Said(status, found.mark), kept)

    def _mark_back(self, place: int, said: Said, over: frozenset[Status]) -> bool:
        listed = False
        for before in range(place - 1, -1, -1):
            piece = self._pieces[before]
            if not isinstance(piece, Chunk):
                return before < place - 1
            if self._said[before].status in over:
                self._said[before] = said
            if piece.link in (Link.AND, Link.OR):
                listed = True
            elif not (
                piece.link in _JOINED or (piece.link is Link.COMMA and (listed or not piece.core))
            ):
                return True
        return place > 0
