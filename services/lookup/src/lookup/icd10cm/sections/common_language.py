"""Common Language Description: composed for lay readers, and saying so."""

from lookup.content import Section, notice, paragraph
from lookup.icd10cm.common_language import Surroundings, compose
from lookup.icd10cm.facts import NoteKind
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.sections.seventh import extension_of


def section(facts: PageFacts) -> Section:
    """Public; made of public facts only."""
    source_id = facts.node.source_id
    terms = [
        note.line_text(number)
        for note in facts.notes.get(facts.stem.id, ())
        if note.kind is NoteKind.INCLUSION_TERM
        for number in range(len(note.lines))
    ]
    around = Surroundings(facts.chain, facts.siblings, facts.children)
    texts = compose(facts.node, facts.stem, around, terms, extension_of(facts))
    blocks = [paragraph(source_id, text) for text in texts]
    blocks.append(notice(f"Composed from the {facts.release.name} release.", source_id))
    return Section("common_language", "Common Language Description", True, tuple(blocks))
