"""Crosswalks, Payment and Medicare Coverage: what diagnoses have there, and what is not loaded.

"Not loaded" is said of each kind of fact by name: it is never the same as "none".
"""

from lookup.content import Section, notice, paragraph
from lookup.page_facts import PageFacts
from lookup.sections.sources import SITE


def crosswalks(facts: PageFacts) -> Section:
    """Gated."""
    label = facts.node.label
    return Section(
        "crosswalks",
        "Crosswalks",
        False,
        (
            notice(f"General Equivalence Mappings (GEM) to ICD-9-CM not loaded for {label}."),
            notice(f"Clinical Classifications Software (CCSR) not loaded for {label}."),
            notice(f"Hierarchical Condition Categories (HCC) not loaded for {label}."),
            notice(f"Grouping into MS-DRGs not loaded for {label}."),
        ),
    )


def payment(facts: PageFacts) -> Section:
    """Gated."""
    label = facts.node.label
    return Section(
        "payment",
        "Payment",
        False,
        (
            paragraph(
                SITE.id,
                "Diagnoses are not priced: a diagnosis code has no fee of its own. It bears on "
                "payment through the group in which an inpatient stay is placed and through the "
                "coverage of the services that it supports.",
            ),
            notice(f"Complication and comorbidity status (CC, MCC) not loaded for {label}."),
            notice(f"MS-DRG as principal diagnosis, with its weight, not loaded for {label}."),
        ),
    )


def medicare_coverage(facts: PageFacts) -> Section:
    """Gated."""
    label = facts.node.label
    return Section(
        "medicare_coverage",
        "Medicare Coverage",
        False,
        (
            notice(f"National coverage determinations (NCD) that name {label} not loaded."),
            notice(f"Local coverage determinations (LCD) that name {label} not loaded."),
        ),
    )
