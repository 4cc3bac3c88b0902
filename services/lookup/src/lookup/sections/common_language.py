"""Common Language Description: composed for lay readers, and saying so."""

from lookup.common_language import compose
from lookup.content import Section, notice, paragraph
from lookup.facts import NoteKind
from lookup.page_facts import PageFacts
from lookup.sections.seventh import extension_of


def section(facts: PageFacts) -> Section:
    """Public; made of public facts only."""
    source_id = facts.node.source_id
    terms = [
        note.line_text(number)
        for note in facts.notes.get(facts.stem.id, ())
        if note.kind is NoteKind.INCLUSION_TERM
        for number in range(len(note.lines))
    ]
    texts = compose(facts.node, facts.chain, terms, extension_of(facts), len(facts.children))
    blocks = [paragraph(source_id, text) for text in texts]
    blocks.append(notice(f"Composed from the {facts.release.name} release.", source_id))
    return Section("common_language", "Common Language Description", True, tuple(blocks))
