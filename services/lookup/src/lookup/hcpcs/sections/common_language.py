"""Common Language Description: the descriptor spelled out, and what kind of code it is."""

from lookup.content import Section, paragraph
from lookup.hcpcs.common_language import compose
from lookup.hcpcs.page_facts import PageFacts


def section(facts: PageFacts) -> Section:
    """Public."""
    paragraphs = compose(facts.code, facts.heading)
    source = facts.source_id or facts.release.source_id
    return Section(
        "common_language",
        "Common Language Description",
        True,
        tuple(paragraph(source, text) for text in paragraphs),
    )
