"""Guidelines: paragraphs of the Official Guidelines that bear on the code, and index entries."""

from lookup.content import (
    Block,
    BlockKind,
    Link,
    Section,
    Span,
    items,
    notice,
    paragraph,
    plain,
    table,
)
from lookup.icd10pcs.axes import TABLE_LENGTH
from lookup.icd10pcs.facts import Guideline, PageFacts
from lookup.systems import ICD_10_PCS

_SECTIONS = "01"
"""The sections whose guidelines are loaded."""


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [_guideline(of) for of in facts.guidelines]
    if facts.section not in _SECTIONS:
        blocks.append(
            notice(f"Guidelines of its own for the section {facts.axes[0].label} not loaded.")
        )
    return Section(
        "guidelines", "Guidelines", False, (*blocks, *_definitions(facts), *_index(facts))
    )


def _guideline(of: Guideline) -> Block:
    title = f"Guideline {of.id}: {of.title}"
    if len(of.paragraphs) == 1:
        return paragraph(of.source_id, of.paragraphs[0], title)
    return items(of.source_id, title, [plain(text) for text in of.paragraphs])


def _definitions(facts: PageFacts) -> list[Block]:
    defined = [
        (axis, axis.definition)
        for axis in facts.axes
        if axis.definition is not None and axis.definition.definition
    ]
    if not defined:
        return []
    return [
        table(
            defined[0][1].source_id,
            "Definitions to apply",
            ("Axis", "Value", "Definition"),
            [
                (
                    plain(axis.name),
                    plain(axis.label or axis.character),
                    plain(definition.definition),
                )
                for axis, definition in defined
            ],
        )
    ]


def _index(facts: PageFacts) -> list[Block]:
    blocks: list[Block] = []
    if facts.index:
        blocks.append(
            Block(
                BlockKind.TABLE,
                facts.index[0].source_id,
                title="Index entries that lead here",
                columns=("Entry", "Leads to"),
                rows=tuple(
                    (
                        plain(entry.term),
                        (Span(entry.prefix, _target(facts, entry.prefix)),),
                    )
                    for entry in facts.index
                ),
            )
        )
    rows = [
        (plain(axis.name), plain(axis.label or ""), plain("; ".join(terms)))
        for axis in facts.axes[TABLE_LENGTH:]
        if (terms := facts.terms.get(axis.position))
    ]
    if rows:
        source_id = facts.axes[TABLE_LENGTH].source_id
        blocks.append(
            table(source_id, "Terms for which a value is used", ("Axis", "Value", "Terms"), rows)
        )
    return blocks


def _target(facts: PageFacts, prefix: str) -> Link:
    if prefix == facts.code.code:
        return Link(ICD_10_PCS, prefix)
    return Link(ICD_10_PCS, prefix, is_range=True)
