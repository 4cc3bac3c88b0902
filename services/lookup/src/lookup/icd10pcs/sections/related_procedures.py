"""In place of NCCI edits: why there are none, and procedures that may be meant instead."""

from lookup.cited import SITE
from lookup.content import Block, Section, code_line, notice, paragraph, plain, table
from lookup.icd10pcs.axes import TABLE_LENGTH, axis_name, is_approach
from lookup.icd10pcs.facts import PageFacts
from lookup.icd10pcs.wording import carried_over, code_row, value
from lookup.systems import ICD_10_PCS
from lookup.wording import searched

_APPROACH = 5
_MULTIPLE = "B3.2"
"""The guideline on multiple procedures."""


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks: list[Block] = [
        paragraph(
            SITE.id,
            "NCCI is not applied to inpatient procedures: its procedure-to-procedure edits and "
            "medically unlikely edits are for professional and outpatient claims, which report "
            "CPT and HCPCS codes." + _together(facts),
        )
    ]
    related = [*_fifth(facts), *_sixth(facts), *_operations(facts)]
    if related:
        related.extend(carried_over(facts))
    else:
        related = [
            notice(
                searched(facts.release, "procedure that differs in one of these characters only"),
                facts.release.source_id,
            )
        ]
    return Section("ncci_edits", "NCCI Edits and Related Procedures", False, (*blocks, *related))


def _together(facts: PageFacts) -> str:
    """Where the page says when several procedures are coded, if it does."""
    if not any(of.id == _MULTIPLE for of in facts.guidelines):
        return ""
    return f" Guideline {_MULTIPLE}, under Guidelines, says when several procedures are coded."


def _fifth(facts: PageFacts) -> list[Block]:
    name = axis_name(facts.section, _APPROACH)
    title = (
        "The same procedure by another approach"
        if is_approach(facts.section, _APPROACH)
        else f"The same procedure with another {name.lower()}"
    )
    return _table(facts, _APPROACH, title)


def _sixth(facts: PageFacts) -> list[Block]:
    name = axis_name(facts.section, _APPROACH + 1)
    return _table(facts, _APPROACH + 1, f"The same procedure with another {name.lower()}")


def _table(facts: PageFacts, position: int, title: str) -> list[Block]:
    others = facts.beside(position)
    if not others:
        return []
    return [
        table(
            facts.release.source_id,
            title,
            (axis_name(facts.section, position), "Code", "Title"),
            [
                (plain(value(facts, position, other.code[position - 1])), *code_row(other))
                for other in others
            ],
        )
    ]


def _operations(facts: PageFacts) -> list[Block]:
    if not facts.operations:
        return []
    name = axis_name(facts.section, TABLE_LENGTH)
    return [
        table(
            facts.release.source_id,
            f"Codes that differ in the {name.lower()} only",
            (name, "Code", "Title"),
            [
                (
                    plain(
                        facts.operation_labels.get(other.code[TABLE_LENGTH - 1], "value not loaded")
                    ),
                    code_line(ICD_10_PCS, other.code),
                    plain(other.title),
                )
                for other in facts.operations
            ],
        )
    ]
