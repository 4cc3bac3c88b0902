"""What the notes of the classification say of two codes together.

A note holds for the code where it stands and for all below; it names a code, and thereby all
below that one. So each of the two may hold a note that names the other, and either may have it
from above. That no note is found says nothing about a payer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lookup.icd10cm.facts import COMPANIONS, EXCLUDES, Naming, Node, NoteKind, NoteLine, NoteSpan
from lookup.icd10cm.notes import condition, worded_lines

_ORDER = (*EXCLUDES, *COMPANIONS)


@dataclass(frozen=True, slots=True)
class PairNote:
    """A note that holds for one of two codes and names the other.

    *place* is where it is written, which may be above *holds_for*. *condition* is empty when it
    always applies.
    """

    kind: NoteKind
    holds_for: Node
    names: Node
    place: Node
    line: NoteLine
    condition: str
    source_id: str

    @property
    def inherited(self) -> bool:
        """Whether it is written above the code it holds for."""
        return self.place.id != self.holds_for.id


def pair_notes(
    first: Node, second: Node, at_first: Sequence[Naming], at_second: Sequence[Naming]
) -> tuple[PairNote, ...]:
    """Every note on *first* and *second* together: excludes first, then in tabular order.

    *at_first* are the notes that hold for *first* and name *second*, *at_second* the reverse.
    """
    both = {_line_of(naming) for naming in at_first} & {_line_of(naming) for naming in at_second}
    notes = [
        PairNote(
            kind=naming.note.kind,
            holds_for=holder,
            names=named,
            place=naming.owner,
            line=_worded(naming),
            condition=", ".join(filter(None, (naming.qualifier, condition(naming.note)))),
            source_id=naming.note.source_id,
        )
        for holder, named, namings in ((first, second, at_first), (second, first, at_second))
        for naming in namings
        if naming.note.kind in _ORDER and _sets_apart(naming, named, both)
    ]
    return tuple(sorted(notes, key=lambda note: _ORDER.index(note.kind)))


def _line_of(naming: Naming) -> tuple[int, int]:
    return naming.note.id, naming.line


def _sets_apart(naming: Naming, named: Node, both: set[tuple[int, int]]) -> bool:
    """Whether a note speaks of one code at the other, and not of both alike.

    Where a note stands above both codes, a line that names both is about neither of them in
    relation to the other, and a line that introduces ("for codes G31.0-G31.83, to identify:")
    names those the note is for.
    """
    if not naming.owner.holds(named.id):
        return True
    return _line_of(naming) not in both and not _introduces(naming, naming.line)


def _introduces(naming: Naming, line: int) -> bool:
    return naming.note.line_text(line).rstrip().endswith(":")


def _worded(naming: Naming) -> NoteLine:
    """The line that names the code, after the one that introduces it where there is one."""
    lines, number = worded_lines(naming.note), naming.line
    if number == 0 or not _introduces(naming, 0):
        return lines[number]
    # Lines between the two are left out. An excludes note may hold others after the ones that
    # are introduced, and the published list does not say where those end.
    joint = " … " if naming.note.kind in EXCLUDES and number > 1 else " "
    return (*lines[0], NoteSpan(joint), *lines[number])
