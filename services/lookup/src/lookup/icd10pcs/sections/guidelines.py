"""Guidelines: definitions, index entries, and paragraphs of the Official Guidelines.

What is of this code alone comes first; the last paragraphs bear on every code.
"""

from collections.abc import Sequence

from lookup.content import (
    Block,
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
from lookup.icd10pcs.facts import Guideline, IndexEntry, PageFacts
from lookup.systems import ICD_10_PCS
from lookup.wording import counted

_SECTIONS = "01"
"""The sections whose guidelines are loaded."""
_MOST_OF_TABLE = 8
"""More entries that lead to a whole table than these say little about one code of it."""


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [_guideline(of) for of in facts.guidelines]
    if facts.section not in _SECTIONS:
        blocks.append(
            notice(f"Guidelines of its own for the section {facts.axes[0].label} not loaded.")
        )
    return Section(
        "guidelines", "Guidelines", False, (*_definitions(facts), *_index(facts), *blocks)
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
    near = [entry for entry in facts.index if len(entry.prefix) > TABLE_LENGTH]
    of_table = [entry for entry in facts.index if len(entry.prefix) == TABLE_LENGTH]
    told = of_table if len(of_table) <= _MOST_OF_TABLE else _naming(facts, of_table)
    blocks: list[Block] = []
    if near:
        blocks.append(_entries(facts, "Index entries that lead here", near))
    if told:
        title = f"Index entries that lead to the whole table {facts.table_name}"
        blocks.append(_entries(facts, title, told))
    if rest := len(of_table) - len(told):
        blocks.append(
            paragraph(
                of_table[0].source_id,
                f"{counted(rest, 'entry', 'entries')} of the Alphabetic Index "
                f"{'leads' if rest == 1 else 'lead'} to the whole table {facts.table_name} and "
                "not to this code in particular.",
                "Other index entries",
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


def _naming(facts: PageFacts, entries: Sequence[IndexEntry]) -> list[IndexEntry]:
    """Those of *entries* that name what one of the code's last four characters means."""
    meanings = [
        words.lower()
        for axis in facts.axes[TABLE_LENGTH:]
        if axis.label and not axis.says_nothing
        for words in (axis.label, *facts.terms.get(axis.position, ()))
    ]
    return [of for of in entries if any(meaning in of.term.lower() for meaning in meanings)]


def _entries(facts: PageFacts, title: str, entries: Sequence[IndexEntry]) -> Block:
    return table(
        entries[0].source_id,
        title,
        ("Entry", "Leads to"),
        [
            (plain(_term(entry)), (Span(entry.prefix, _target(facts, entry.prefix)),))
            for entry in entries
        ],
    )


def _term(entry: IndexEntry) -> str:
    """The entry without what the print repeats at the head of a column."""
    return entry.term.replace(" (continued)", "")


def _target(facts: PageFacts, prefix: str) -> Link:
    if prefix == facts.code.code:
        return Link(ICD_10_PCS, prefix)
    return Link(ICD_10_PCS, prefix, is_range=True)
