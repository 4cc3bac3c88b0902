"""Crosswalks: General Equivalence Mappings with ICD-9-CM, and MS-DRGs that list the code."""

from itertools import groupby

from lookup.content import Block, Line, Link, Section, Span, notice, paragraph, plain, table
from lookup.icd10pcs.facts import Companion, DrgListing, Mapping9, PageFacts
from lookup.icd10pcs.wording import drg_range, heading
from lookup.systems import ICD_10_PCS
from lookup.wording import counted

_MOST_SHOWN = 12


def section(facts: PageFacts) -> Section:
    """Gated."""
    return Section(
        "crosswalks",
        "Crosswalks",
        False,
        (*_mappings(facts, True), *_mappings(facts, False), *_drgs(facts)),
    )


def _mappings(facts: PageFacts, forward: bool) -> list[Block]:
    code = facts.code.code
    way = "ICD-10-PCS to ICD-9-CM" if forward else "ICD-9-CM to ICD-10-PCS"
    source_id = facts.mapped_directions.get(forward)
    if source_id is None:
        return [notice(f"General Equivalence Mapping from {way} not loaded for {code}.")]
    found = [of for of in facts.mappings if of.forward == forward]
    if not found:
        return [
            notice(
                f"The General Equivalence Mapping from {way} was searched; it has no line with "
                f"{code}. It was last published for fiscal year 2018: codes that are newer are "
                "not in it.",
                source_id,
            )
        ]
    blocks: list[Block] = [
        table(
            source_id,
            f"General Equivalence Mapping, {way}",
            ("ICD-9-CM", "Match", "Combination"),
            [
                (
                    plain(_dotted(of.icd9) if of.icd9 else "no equivalent"),
                    plain("approximate" if of.approximate else "exact"),
                    plain(_combination(of)),
                )
                for of in found
            ],
        )
    ]
    if not forward:
        blocks.append(
            paragraph(
                source_id,
                f"The mapping starts from ICD-9-CM: each line says that {code} is one of the codes "
                "for that ICD-9-CM procedure. Read the other way round it is not the mapping from "
                "ICD-10-PCS.",
            )
        )
    if facts.companions and not forward:
        blocks.append(_companions(facts, source_id))
    return blocks


def _dotted(icd9: str) -> str:
    return f"{icd9[:2]}.{icd9[2:]}" if len(icd9) > 2 else icd9


def _combination(of: Mapping9) -> str:
    if not of.combination:
        return "no"
    return (
        f"yes: scenario {of.scenario}, choice list {of.choice_list}; one code of each choice list "
        "of the scenario is needed"
    )


def _companions(facts: PageFacts, source_id: str) -> Block:
    rows: list[tuple[Line, ...]] = []
    for (icd9, scenario, number), of in groupby(
        facts.companions, key=lambda one: (one.icd9, one.scenario, one.choice_list)
    ):
        rows.append(
            (
                plain(_dotted(icd9)),
                plain(str(scenario)),
                plain(str(number)),
                _choices(facts, list(of)),
            )
        )
    return table(
        source_id,
        "Other choice lists of the same combination",
        ("ICD-9-CM", "Scenario", "Choice list", "Codes to choose from"),
        rows,
    )


def _choices(facts: PageFacts, of: list[Companion]) -> Line:
    return _linked(facts, [companion.code for companion in of])


def _linked(facts: PageFacts, codes: list[str]) -> Line:
    spans: list[Span] = []
    for code in codes[:_MOST_SHOWN]:
        if spans:
            spans.append(Span(", "))
        spans.append(Span(code, Link(ICD_10_PCS, code) if code in facts.known else None))
    if len(codes) > _MOST_SHOWN:
        spans.append(Span(f" and {counted(len(codes) - _MOST_SHOWN, 'more', 'more')}"))
    return tuple(spans)


def _drgs(facts: PageFacts) -> list[Block]:
    code = facts.code.code
    if facts.version is None:
        return [notice(f"MS-DRGs for discharges under {facts.release.name} not loaded for {code}.")]
    name = f"MS-DRG v{facts.version.name}"
    if facts.grouping is None:
        return [
            notice(
                f"The procedure lists of {name} were searched; they do not name {code}.",
                facts.version.source_id,
            )
        ]
    return [
        table(
            facts.grouping.source_id,
            f"{name}: groups that list {code}",
            ("MS-DRG", "Titles", "MDC", "Listed as"),
            [_drg_row(facts, of) for of in facts.grouping.listings],
        ),
        paragraph(
            facts.grouping.source_id,
            "A group is reached only by the principal diagnosis and the other codes of the stay "
            "together; that a group lists the procedure does not say that a stay falls into it.",
        ),
    ]


def _drg_row(facts: PageFacts, of: DrgListing) -> tuple[Line, ...]:
    drgs = [facts.drgs[number] for number in of.drgs if number in facts.drgs]
    mdcs = list(dict.fromkeys(drg.mdc for drg in drgs if drg.mdc))
    listed_as: Line = plain(heading(of.heading))
    if of.beside:
        codes = [code for each in of.beside for code in each.split("+")]
        listed_as = (
            Span(f"{heading(of.heading)}; only together with one of "),
            *_linked(facts, list(dict.fromkeys(codes))),
        )
    return (
        plain(drg_range(of.drgs)),
        plain("; ".join(drg.title for drg in drgs) or "title not loaded"),
        plain(", ".join(mdcs) or "any"),
        listed_as,
    )
