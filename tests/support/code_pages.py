"""Code pages written by hand, in the shapes in which lookup sends them."""

from collections.abc import Sequence

from codingahead.lookup.v1 import lookup_pb2 as pb

SYSTEM = "icd-10-cm"
SOURCE = pb.Source(
    id="icd-10-cm-2026-04",
    name="ICD-10-CM tabular list",
    release="April 2026",
    effective="2026-04-01",
    licence="Public domain (United States government work)",
    origin="simple-icd-10-cm 1.5.0, icd10cm_tabular_2026.xml",
)
GUIDELINES = pb.Source(
    id="icd-10-cm-guidelines-2026",
    name="ICD-10-CM Official Guidelines for Coding and Reporting",
    release="FY 2026",
    effective="2025-10-01",
    licence="Public domain (United States government work)",
)
SITE = pb.Source(id="site", name="Editors of this site", licence="Apache-2.0")

TITLES = {
    "official_description": "Official Description",
    "common_language": "Common Language Description",
    "guidelines": "Guidelines",
    "modifiers": "7th Character and Laterality",
    "ncci_edits": "Excludes and Companion Codes",
    "crosswalks": "Crosswalks",
    "payment": "Payment",
    "medicare_coverage": "Medicare Coverage",
    "history_and_related": "History, Related Codes and Compliance",
}
"""The nine sections of an ICD-10-CM page."""
PUBLIC = frozenset({"official_description", "common_language"})
GATED = frozenset(TITLES) - PUBLIC


def text(*parts: str | tuple[str, str]) -> pb.Line:
    """A line; a pair is a text and the code or range ("E08-E13") it leads to."""
    return pb.Line(spans=[_span(part) for part in parts])


def _span(part: str | tuple[str, str]) -> pb.Span:
    if isinstance(part, str):
        return pb.Span(text=part)
    words, target = part
    link = pb.Link(system=SYSTEM)
    if "-" in target:
        link.range = target
    else:
        link.code = target
    return pb.Span(text=words, link=link)


def code(text_: str) -> pb.Line:
    """A cell that is a code with a page."""
    return text((text_, text_))


def paragraph(words: str, title: str = "", source: pb.Source = SOURCE) -> pb.Block:
    """Running text."""
    return pb.Block(kind=pb.Block.KIND_PARAGRAPH, title=title, text=words, source_id=source.id)


def notice(words: str, source_id: str = "") -> pb.Block:
    """A remark about the data."""
    return pb.Block(kind=pb.Block.KIND_NOTICE, text=words, source_id=source_id)


def lines(
    title: str, *items: pb.Line, origin: pb.Origin | None = None, condition: str = ""
) -> pb.Block:
    """A list."""
    return pb.Block(
        kind=pb.Block.KIND_LIST,
        title=title,
        items=items,
        origin=origin,
        condition=condition,
        source_id=SOURCE.id,
    )


def table(title: str, columns: Sequence[str], *rows: Sequence[pb.Line]) -> pb.Block:
    """A table."""
    return pb.Block(
        kind=pb.Block.KIND_TABLE,
        title=title,
        columns=columns,
        rows=[pb.Row(cells=row) for row in rows],
        source_id=SOURCE.id,
    )


def page(
    number: str = "E11.9",
    display: str = "Type 2 diabetes mellitus without complications",
    *,
    blocks: dict[str, list[pb.Block]] | None = None,
    billable: bool = True,
) -> pb.CodePage:
    """A page of *number*; sections that *blocks* leaves out say that nothing is loaded."""
    blocks = blocks or {}
    return pb.CodePage(
        code=pb.CodeRef(system=SYSTEM, code=number, display=display, billable=billable),
        release=pb.Release(
            id="icd-10-cm-2026-04",
            name="ICD-10-CM April 2026",
            effective="2026-04-01",
            expires="2026-09-30",
        ),
        ancestors=[
            pb.Ancestor(
                kind="chapter",
                label="4",
                display="Endocrine, nutritional and metabolic diseases (E00-E89)",
            ),
            pb.Ancestor(
                kind="section",
                label="E08-E13",
                display="Diabetes mellitus (E08-E13)",
                link=pb.Link(system=SYSTEM, range="E08-E13"),
            ),
            pb.Ancestor(
                kind="category",
                label="E11",
                display="Type 2 diabetes mellitus",
                link=pb.Link(system=SYSTEM, code="E11"),
            ),
        ],
        sections=[
            pb.Section(
                key=key,
                title=title,
                public=key in PUBLIC,
                blocks=blocks.get(key, [notice(f"Nothing of this is loaded for {number}.")]),
            )
            for key, title in TITLES.items()
        ],
        sources=[SOURCE, GUIDELINES, SITE],
    )


def canary(key: str) -> str:
    """A word that nothing but the section *key* of :func:`with_canaries` says."""
    return f"canary-{key.replace('_', '-')}-text"


def with_canaries(
    number: str = "E11.9", display: str = "Type 2 diabetes mellitus without complications"
) -> pb.CodePage:
    """A page in which every section says its own word, in every place of every kind of block."""
    blocks = {}
    for key in TITLES:
        word = canary(key)
        blocks[key] = [
            paragraph(word, word, pb.Source(id=word)),
            notice(word),
            lines(
                word,
                text(word, (word, "E11")),
                origin=pb.Origin(code=word),
                condition=word,
            ),
            table(word, (word, "Code"), (text(word), code("E11"))),
        ]
    made = page(number, display, blocks=blocks)
    made.sources.extend(
        pb.Source(id=canary(key), name=canary(key), release=canary(key), licence="free")
        for key in TITLES
    )
    return made


def diabetes() -> pb.CodePage:
    """E11.9 with content of every kind."""
    e11 = pb.Origin(code="E11")
    group = pb.Origin(range="E08-E13")
    return page(
        blocks={
            "official_description": [
                paragraph("Type 2 diabetes mellitus without complications"),
                paragraph(
                    "Billable: this code is complete and can be reported on claims with a date "
                    "of service from 1 April to 30 September 2026.",
                    "Reporting",
                ),
            ],
            "common_language": [
                paragraph(
                    "E11.9 is the ICD-10-CM code for type 2 diabetes mellitus without "
                    "complications. It belongs to type 2 diabetes mellitus (E11), stands in the "
                    "group “Diabetes mellitus” (E08-E13) and is found in chapter 4, “Endocrine, "
                    "nutritional and metabolic diseases”."
                ),
                notice("Composed from the ICD-10-CM April 2026 release.", SOURCE.id),
            ],
            "guidelines": [
                lines(
                    "Includes",
                    text("diabetes (mellitus) due to insulin secretory defect"),
                    text("diabetes NOS"),
                    text("insulin resistant diabetes (mellitus)"),
                    origin=e11,
                ),
                lines(
                    "Excludes1",
                    text("diabetes mellitus due to underlying condition (", ("E08.-", "E08"), ")"),
                    text("drug or chemical induced diabetes mellitus (", ("E09.-", "E09"), ")"),
                    text("gestational diabetes (", ("O24.4-", "O24.4"), ")"),
                    text("neonatal diabetes mellitus (", ("P70.2", "P70.2"), ")"),
                    text("type 1 diabetes mellitus (", ("E10.-", "E10"), ")"),
                    origin=e11,
                ),
                lines(
                    "Use additional",
                    text("code to identify control using:"),
                    text("insulin (", ("Z79.4", "Z79.4"), ")"),
                    text("oral antidiabetic drugs (", ("Z79.84", "Z79.84"), ")"),
                    origin=e11,
                    condition="to identify control",
                ),
                lines(
                    "Excludes1",
                    text(
                        "transitory endocrine and metabolic disorders specific to newborn (",
                        ("P70-P74", "P70-P74"),
                        ")",
                    ),
                    origin=pb.Origin(chapter="4"),
                ),
            ],
            "modifiers": [
                notice(
                    "ICD-10-CM April 2026 was searched and lists no 7th characters for E11.9. "
                    "Its title names no side.",
                    SOURCE.id,
                )
            ],
            "ncci_edits": [
                paragraph(
                    "A warning: the two conditions are normally not coded together. The "
                    "exception is when they are unrelated to each other (guideline I.A.12.a).",
                    "Excludes1",
                    GUIDELINES,
                ),
                table(
                    "Excludes1 notes that hold for E11.9",
                    ("What is named", "Written at", "Condition"),
                    (
                        text("type 1 diabetes mellitus (", ("E10.-", "E10"), ")"),
                        code("E11"),
                        text(),
                    ),
                    (
                        text("gestational diabetes (", ("O24.4-", "O24.4"), ")"),
                        code("E11"),
                        text("in pregnancy"),
                    ),
                ),
                table(
                    "Excludes1 notes elsewhere that name E11.9",
                    ("Written at", "Title there", "What the note says", "Condition"),
                    (
                        code("R73.0"),
                        text("Abnormal glucose"),
                        text("diabetes mellitus (", ("E08-E13", "E08-E13"), ")"),
                        text(),
                    ),
                    (
                        code("O24.4"),
                        text("Gestational diabetes mellitus"),
                        text("type 2 diabetes mellitus (", ("E11.-", "E11"), ")"),
                        text(),
                    ),
                ),
            ],
            "payment": [
                paragraph(
                    "Diagnoses are not priced: a diagnosis code has no fee of its own.",
                    source=SITE,
                ),
                notice("Complication and comorbidity status (CC, MCC) not loaded for E11.9."),
                notice("MS-DRG as principal diagnosis, with its weight, not loaded for E11.9."),
            ],
            "crosswalks": [
                notice("General Equivalence Mappings (GEM) to ICD-9-CM not loaded for E11.9."),
                notice("Clinical Classifications Software (CCSR) not loaded for E11.9."),
                notice("Hierarchical Condition Categories (HCC) not loaded for E11.9."),
            ],
            "medicare_coverage": [
                notice("National coverage determinations (NCD) that name E11.9 not loaded."),
            ],
            "history_and_related": [
                paragraph(
                    "E11.9 is in the ICD-10-CM April 2026 release, valid from 1 April 2026 to "
                    "30 September 2026.",
                    "Release",
                ),
                notice("Earlier releases not loaded: when E11.9 was added is not known here."),
                table(
                    "Codes beside",
                    ("Code", "Title", "Billable", "Weight"),
                    (
                        code("E11.0"),
                        text("Type 2 diabetes mellitus with hyperosmolarity"),
                        text("no"),
                        text("1.0423"),
                    ),
                    (
                        code("E11.10"),
                        text("Type 2 diabetes mellitus with ketoacidosis without coma"),
                        text("yes"),
                        text("12.5"),
                    ),
                    (
                        code("E11.A"),
                        text("Type 2 diabetes mellitus without complications in remission"),
                        text("yes"),
                        text("0.98"),
                    ),
                ),
                lines(
                    "Inherited",
                    text("An own line with a range ", ("E08-E13", "E08-E13")),
                    origin=group,
                ),
            ],
        }
    )
