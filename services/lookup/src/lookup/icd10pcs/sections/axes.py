"""Axes: the seven characters, and the values beside them that lead to listed codes."""

from collections.abc import Sequence

from lookup.content import Block, Line, Link, Section, Span, code_line, notice, plain, table
from lookup.facts import Code
from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH, axis_name, ordinal
from lookup.icd10pcs.facts import Axis, PageFacts
from lookup.icd10pcs.wording import carried_over, value
from lookup.systems import ICD_10_PCS
from lookup.wording import listed, searched


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks: list[Block] = [
        table(
            facts.axes[TABLE_LENGTH].source_id,
            "The seven characters",
            ("Position", "Axis", "Character", "Value"),
            [_row(axis, facts.code.code) for axis in facts.axes],
        )
    ]
    fixed: list[str] = []
    for position in range(TABLE_LENGTH + 1, LENGTH + 1):
        others = facts.beside(position)
        if others:
            blocks.append(_beside(facts, position, others))
        else:
            fixed.append(ordinal(position).lower())
    if fixed:
        what = f"other value of the {listed(fixed, 'or')} character that would make a code"
        blocks.append(notice(searched(facts.release, what), facts.release.source_id))
    if len(fixed) < LENGTH - TABLE_LENGTH:
        blocks.extend(carried_over(facts))
    return Section("modifiers", "Axes", False, tuple(blocks))


def _row(axis: Axis, code: str) -> tuple[Line, ...]:
    beginning = code[: axis.position]
    target = Link(ICD_10_PCS, beginning, is_range=True) if len(beginning) < LENGTH else None
    return (
        plain(str(axis.position)),
        plain(axis.name),
        (Span(axis.character, target),),
        plain(axis.label or "value not loaded"),
    )


def _beside(facts: PageFacts, position: int, others: Sequence[Code]) -> Block:
    return table(
        facts.release.source_id,
        f"{ordinal(position)} character: other values that lead to a listed code",
        ("Character", axis_name(facts.section, position), "Code"),
        [
            (
                plain(other.code[position - 1]),
                plain(value(facts, position, other.code[position - 1])),
                code_line(ICD_10_PCS, other.code),
            )
            for other in others
        ],
    )
