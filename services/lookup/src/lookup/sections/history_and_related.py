"""History, Related Codes and Compliance: where the code stands and what stands around it."""

import re

from lookup.content import (
    Block,
    Line,
    Section,
    code_line,
    notice,
    paragraph,
    place_line,
    plain,
    table,
)
from lookup.facts import Node
from lookup.page_facts import PageFacts
from lookup.sections.sources import GUIDELINES
from lookup.sections.wording import searched, validity

_MANIFESTATION = re.compile(r"\bin (?:other )?diseases? classified elsewhere\b", re.IGNORECASE)
_COLUMNS = ("Code", "Title", "Billable")


def section(facts: PageFacts) -> Section:
    """Gated."""
    node, source_id = facts.node, facts.node.source_id
    blocks: list[Block] = [
        paragraph(
            source_id,
            f"{node.label} is in the {facts.release.name} release, {validity(facts.release)}.",
            "Release",
        ),
        notice(
            f"Earlier releases not loaded: when {node.label} was added or last revised is not "
            "known here."
        ),
    ]
    if _MANIFESTATION.search(node.title):
        blocks.append(
            paragraph(
                GUIDELINES.id,
                "The title marks a manifestation: such a code is never first-listed or "
                "principal; the underlying condition comes first (guideline I.A.13).",
                "Sequencing",
            )
        )
    blocks.append(
        notice(
            "Medicare Code Editor flags (manifestation, unacceptable principal diagnosis, age) "
            f"not loaded for {node.label}."
        )
    )
    blocks.append(table(source_id, "Hierarchy", ("Level", "Place", "Title"), _hierarchy(facts)))
    related = (
        ("Codes below", facts.children),
        ("Codes beside", facts.siblings),
        ("Previous and next", tuple(n for n in (facts.previous, facts.following) if n)),
    )
    for title, nodes in related:
        if nodes:
            blocks.append(table(source_id, title, _COLUMNS, [_row(other) for other in nodes]))
    if not facts.children and not facts.siblings:
        what = f"codes beside or below {node.label}"
        blocks.append(notice(searched(facts.release, what), source_id))
    return Section(
        "history_and_related", "History, Related Codes and Compliance", False, tuple(blocks)
    )


def _hierarchy(facts: PageFacts) -> list[tuple[Line, ...]]:
    return [
        (plain(place.kind.value.capitalize()), place_line(place), plain(place.title))
        for place in facts.chain[:-1]
    ]


def _row(node: Node) -> tuple[Line, ...]:
    return code_line(node), plain(node.title), plain("yes" if node.billable else "no")
