"""Medicare Coverage: policies that name the code."""

from lookup.content import Section, notice
from lookup.icd10pcs.facts import PageFacts


def section(facts: PageFacts) -> Section:
    """Gated."""
    code = facts.code.code
    return Section(
        "medicare_coverage",
        "Medicare Coverage",
        False,
        (
            notice(f"National coverage determinations (NCD) that name {code} not loaded."),
            notice(f"Local coverage determinations (LCD) that name {code} not loaded."),
        ),
    )
