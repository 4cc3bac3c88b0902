"""Guidelines: every note that holds for the code, own and inherited, with its origin."""

from dataclasses import replace

from lookup.content import Block, BlockKind, Section, notice, paragraph, plain, table
from lookup.icd10cm.facts import Node, Note, NoteKind
from lookup.icd10cm.notes import HEADINGS, condition, introduced_lines
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.places import note_line, origin_of
from lookup.icd10cm.sections.seventh import rule_for
from lookup.wording import searched

_ORDER = (
    NoteKind.NOTES,
    NoteKind.INCLUDES,
    NoteKind.INCLUSION_TERM,
    NoteKind.EXCLUDES1,
    NoteKind.EXCLUDES2,
    NoteKind.CODE_FIRST,
    NoteKind.USE_ADDITIONAL,
    NoteKind.CODE_ALSO,
    NoteKind.VISUAL_IMPAIRMENT,
)


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks: list[Block] = []
    for kind in _ORDER:
        for place, note in facts.notes_outward((kind,)):
            if kind is NoteKind.INCLUSION_TERM and place.id == facts.stem.id:
                # They stand in the Official Description.
                continue
            blocks.extend(_note(note, place, facts.node))
    blocks.extend(_seventh(facts))
    if not blocks:
        what = (
            f"includes, excludes, code first, use additional, code also or 7th character notes "
            f"for {facts.node.label}, neither its own nor inherited"
        )
        blocks.append(notice(searched(facts.release, what), facts.node.source_id))
    return Section("guidelines", "Guidelines", False, tuple(blocks))


def _note(note: Note, place: Node, node: Node) -> list[Block]:
    origin = None if place.id == node.id else origin_of(place)
    if note.kind is NoteKind.VISUAL_IMPAIRMENT:
        columns, *rows = (note.line_text(n).split("\t") for n in range(len(note.lines)))
        return [
            Block(
                BlockKind.TABLE,
                note.source_id,
                title=HEADINGS[note.kind],
                columns=tuple(columns),
                rows=tuple(tuple(plain(cell or "–") for cell in row) for row in rows),
                origin=origin,
            )
        ]
    return [
        Block(
            BlockKind.LIST,
            note.source_id,
            title=HEADINGS[note.kind],
            text=introduced.lead,
            items=tuple(note_line(line) for line in introduced.lines),
            origin=origin,
            condition=condition(note),
        )
        for introduced in introduced_lines(note)
    ]


def _seventh(facts: PageFacts) -> list[Block]:
    rule = rule_for(facts)
    if rule is None:
        return []
    place = facts.node_of(rule.node_id)
    origin = None if place.id == facts.node.id else origin_of(place)
    rows = [
        (plain(e.character), plain("; ".join((e.meaning, *e.remarks)))) for e in rule.extensions
    ]
    blocks = (
        paragraph(rule.source_id, rule.instruction, "7th characters"),
        table(
            rule.source_id,
            "Meaning of each 7th character",
            ("7th character", "Meaning"),
            rows,
        ),
    )
    return [replace(block, origin=origin) for block in blocks]
