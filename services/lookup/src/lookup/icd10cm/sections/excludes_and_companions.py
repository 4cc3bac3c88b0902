"""Excludes and Companion Codes: conflicts in both directions, and codes that go together.

A note stands at one code and speaks of another; who looks up either must find it. So each
direction has its table: what this code's notes name, and which notes elsewhere name this code.
"""

from collections.abc import Sequence

from lookup.content import Block, Line, Section, Span, notice, paragraph, plain, table
from lookup.icd10cm.facts import COMPANIONS, EXCLUDES, Naming, Node, Note, NoteKind
from lookup.icd10cm.notes import HEADINGS, LEADS, condition
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.places import note_line, place_line
from lookup.icd10cm.sections.sources import GUIDELINES
from lookup.wording import searched

_INSTRUCTION, _CONDITION = "Instruction", "Condition"
_OWN_COLUMNS = (_INSTRUCTION, "What is named", "Written at", _CONDITION)
_OTHER_COLUMNS = (_INSTRUCTION, "Written at", "Title there", "What the note says", _CONDITION)
_NONE = "none"
_ALIKE = 6
"""From so many places on that say the same, they share a row."""

type _Row = tuple[Line, ...]


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks: list[Block] = []
    for kind in EXCLUDES:
        own = _own(facts, (kind,))
        others = _others(facts, (kind,))
        if own or others:
            blocks.append(_meaning(kind))
        blocks.extend(_tables(facts, own, others, f"{HEADINGS[kind]} notes"))
    if not blocks:
        what = f"excludes notes that hold for {facts.node.label}, and none elsewhere that names it"
        blocks.append(notice(searched(facts.release, what), facts.node.source_id))
    companions = _tables(
        facts, _own(facts, COMPANIONS), _others(facts, COMPANIONS), "Companion codes"
    )
    if not companions:
        what = f"code first, use additional or code also notes for {facts.node.label}"
        companions = [notice(searched(facts.release, what), facts.node.source_id)]
    blocks.extend(companions)
    return Section("ncci_edits", "Excludes and Companion Codes", False, tuple(blocks))


def _meaning(kind: NoteKind) -> Block:
    if kind is NoteKind.EXCLUDES1:
        return paragraph(
            GUIDELINES.id,
            "A warning: the two conditions are normally not coded together. The exception is "
            "when they are unrelated to each other (guideline I.A.12.a); when the record does "
            "not make that clear, ask the provider.",
            "Excludes1",
        )
    return paragraph(
        GUIDELINES.id,
        "Not included here, but a patient may have both: both codes may be reported together "
        "when the record supports both (guideline I.A.12.b).",
        "Excludes2",
    )


def _tables(facts: PageFacts, own: list[_Row], others: list[_Row], what: str) -> list[Block]:
    label = facts.node.label
    blocks = []
    if own:
        blocks.append(_table(facts, f"{what} that hold for {label}", _OWN_COLUMNS, own))
    if others:
        title = f"{what} elsewhere that name {label}"
        blocks.append(_table(facts, title, _OTHER_COLUMNS, others))
    return blocks


def _table(facts: PageFacts, title: str, columns: tuple[str, ...], rows: Sequence[_Row]) -> Block:
    """A table without the columns in which no row says anything."""
    used = [
        place
        for place, column in enumerate(columns)
        if column not in (_INSTRUCTION, _CONDITION) or any(row[place] for row in rows)
    ]
    return table(
        facts.node.source_id,
        title,
        tuple(columns[place] for place in used),
        [tuple(row[place] or plain(_NONE) for place in used) for row in rows],
    )


def _own(facts: PageFacts, kinds: Sequence[NoteKind]) -> list[_Row]:
    return [
        (
            _optional(LEADS.get(note.kind, "")),
            named,
            _written_at(place, facts.node),
            _optional(condition(note)),
        )
        for place, note in facts.notes_outward(kinds)
        for named in _named(note)
    ]


def _named(note: Note) -> list[Line]:
    """The lines of *note*; in an instruction, those that one introduces go on from it.

    "code to identify control using: insulin (Z79.4); oral antidiabetic drugs (Z79.84)"
    """
    lines = [_line(note, number) for number in range(len(note.lines))]
    if note.kind not in LEADS:
        return lines
    found: list[Line] = []
    joint = ""
    for number, line in enumerate(lines):
        if note.line_text(number).endswith(":"):
            found.append(line)
            joint = " "
        elif joint:
            found[-1] = (*found[-1], Span(joint), *line)
            joint = "; "
        else:
            found.append(line)
    return found


def _written_at(place: Node, node: Node) -> Line:
    return plain("here") if place.id == node.id else place_line(place)


def _others(facts: PageFacts, kinds: Sequence[NoteKind]) -> list[_Row]:
    alike: dict[tuple[Line, Line, Line], list[Node]] = {}
    for naming in facts.namings:
        if naming.note.kind in kinds:
            said = (
                _optional(LEADS.get(naming.note.kind, "")),
                _said(naming),
                _optional(", ".join(filter(None, (naming.qualifier, condition(naming.note))))),
            )
            alike.setdefault(said, []).append(naming.owner)
    return [
        (lead, where, title, said, condition_)
        for (lead, said, condition_), owners in alike.items()
        for where, title in _places(owners)
    ]


def _places(owners: Sequence[Node]) -> list[tuple[Line, Line]]:
    """Where a note is written and the titles there; many places that say the same as one."""
    if len(owners) < _ALIKE:
        return [(place_line(owner), plain(owner.title)) for owner in owners]
    spans: list[Span] = []
    for owner in owners:
        if spans:
            spans.append(Span(", "))
        spans.extend(place_line(owner))
    return [(tuple(spans), plain(f"{len(owners):,} places that say the same"))]


def _optional(text: str) -> Line:
    return plain(text) if text else ()


def _line(note: Note, number: int) -> Line:
    """A line as published; the comma that joins it to the instruction before it is left out."""
    line = note_line(note.lines[number])
    first = line[0]
    return (Span(first.text.removeprefix(",").lstrip(), first.link), *line[1:])


def _said(naming: Naming) -> Line:
    """The line that names the code, after the one that introduces it where there is one."""
    note, number = naming.note, naming.line
    line = _line(note, number)
    if number == 0 or not note.line_text(0).endswith(":"):
        return line
    # Lines between the two are left out. An excludes note may hold others after the ones that
    # are introduced, and the published list does not say where those end.
    joint = " … " if note.kind in EXCLUDES and number > 1 else " "
    return (*_line(note, 0), Span(joint), *line)
