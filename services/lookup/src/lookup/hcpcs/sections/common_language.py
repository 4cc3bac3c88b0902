"""Common Language Description: the descriptor spelled out, and what kind of code it is.

It says what it was composed from.
"""

from lookup.content import Section, notice, paragraph
from lookup.hcpcs.common_language import compose
from lookup.hcpcs.page_facts import PageFacts


def section(facts: PageFacts) -> Section:
    """Public."""
    source = facts.source_id or facts.release.source_id
    blocks = [paragraph(source, text) for text in compose(facts.code, facts.heading)]
    blocks.append(
        notice(
            f"Composed from the short description in the {facts.release.name} release, with its "
            "abbreviations spelled out.",
            source,
        )
    )
    return Section("common_language", "Common Language Description", True, tuple(blocks))
