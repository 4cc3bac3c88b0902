"""Common Language Description: composed for lay readers, and saying so."""

from lookup.content import Section, notice, paragraph
from lookup.icd10pcs.common_language import compose
from lookup.icd10pcs.facts import PageFacts


def section(facts: PageFacts) -> Section:
    """Public; made of public facts only."""
    # The part of the body is what most of the text is about: its source stands for all.
    source_id = next(
        (axis.source_id for axis in facts.axes[3:] if axis.label), facts.release.source_id
    )
    blocks = [paragraph(source_id, text) for text in compose(facts.axes)]
    blocks.append(
        notice("Composed from the meaning of the seven characters of the code.", source_id)
    )
    return Section("common_language", "Common Language Description", True, tuple(blocks))
