"""Official Description: the title as published, billable or not, inclusion terms."""

from lookup.content import Block, BlockKind, Section, paragraph
from lookup.icd10cm.facts import NoteKind
from lookup.icd10cm.notes import HEADINGS
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.places import note_line, origin_of
from lookup.icd10cm.sections.wording import must_be_completed
from lookup.wording import validity


def section(facts: PageFacts) -> Section:
    """Public."""
    node, source_id = facts.node, facts.node.source_id
    blocks = [paragraph(source_id, node.title), _billable(facts)]
    for place in (node, facts.stem) if node.stem_id is not None else (node,):
        blocks.extend(
            Block(
                BlockKind.LIST,
                note.source_id,
                title=HEADINGS[note.kind],
                items=tuple(note_line(line) for line in note.lines),
                origin=None if place is node else origin_of(place),
            )
            for note in facts.notes.get(place.id, ())
            if note.kind is NoteKind.INCLUSION_TERM
        )
    return Section("official_description", "Official Description", True, tuple(blocks))


def _billable(facts: PageFacts) -> Block:
    node = facts.node
    if node.billable:
        text = f"{node.label} is billable: it can be reported {validity(facts.release)}."
        return paragraph(node.source_id, text, "Billable")
    text = must_be_completed(node, facts.variants, facts.children)
    return paragraph(node.source_id, text, "Not billable")
