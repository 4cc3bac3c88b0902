"""Crosswalks: ICD-9-CM both ways, CCSR, chronic condition, HCC by model, MS-DRG."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lookup.content import (
    Block,
    BlockKind,
    Line,
    Link,
    Section,
    Span,
    items,
    notice,
    paragraph,
    plain,
    table,
)
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.relations import GemLine, HccEdit, Kind, LoadedSource
from lookup.icd10cm.sections.groups import leads_to, no_group, not_loaded
from lookup.systems import ICD_10_CM
from lookup.wording import listed

_BODY_SYSTEMS = {
    "BLD": "blood and immune mechanism",
    "CIR": "circulatory system",
    "DEN": "teeth and mouth",
    "DIG": "digestive system",
    "EAR": "ear and mastoid process",
    "END": "endocrine, nutritional and metabolic diseases",
    "EXT": "external causes",
    "EYE": "eye and adnexa",
    "FAC": "factors influencing health status and contact with health services",
    "GEN": "genitourinary system",
    "INF": "infectious and parasitic diseases",
    "INJ": "injury, poisoning and other consequences of external causes",
    "MAL": "congenital malformations and chromosomal abnormalities",
    "MBD": "mental, behavioral and neurodevelopmental disorders",
    "MUS": "musculoskeletal system and connective tissue",
    "NEO": "neoplasms",
    "NVS": "nervous system",
    "PNL": "perinatal conditions",
    "PRG": "pregnancy, childbirth and the puerperium",
    "RSP": "respiratory system",
    "SKN": "skin and subcutaneous tissue",
    "SYM": "symptoms, signs and abnormal findings",
}
"""What the first three letters of a CCSR category stand for."""
_CHRONIC = {0: "not chronic", 1: "chronic", 9: "no determination"}
_MODEL_FAMILIES = ("CMS-HCC V", "CMS-HCC ESRD", "RxHCC")


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [*_gems(facts), *_ccsr(facts), *_chronic(facts), *_hccs(facts), *_drgs(facts)]
    if not facts.node.billable and facts.relations.loaded:
        blocks = _of_heading(facts, blocks)
    return Section("crosswalks", "Crosswalks", False, tuple(blocks))


def _of_heading(facts: PageFacts, blocks: Sequence[Block]) -> list[Block]:
    """What is there for a code that cannot be reported, after a word on why it is little.

    Codes that were divided after a crosswalk was published may still be in it.
    """
    label = facts.node.label
    found = [block for block in blocks if block.kind is not BlockKind.NOTICE]
    text = (
        f"{label} cannot be reported as it stands. What follows was published when it could, "
        "before it was divided; it is not passed on to the codes below."
        if found
        else f"Crosswalks are published for codes that can be reported, not for a heading such as "
        f"{label}: the pages of the codes below it show theirs."
    )
    return [paragraph(facts.node.source_id, text), *found]


def _gems(facts: PageFacts) -> list[Block]:
    relations, label = facts.relations, facts.node.label
    blocks: list[Block] = []
    to_icd9 = relations.loaded.get(Kind.GEM_TO_ICD9)
    if to_icd9 is None:
        blocks.append(
            notice(f"General Equivalence Mappings (GEM) to ICD-9-CM not loaded for {label}.")
        )
    elif not relations.to_icd9:
        blocks.append(notice(to_icd9.lists_no(f"entry for {label}"), to_icd9.source_id))
    else:
        blocks.append(_to_icd9(facts, to_icd9))
    from_icd9 = relations.loaded.get(Kind.GEM_FROM_ICD9)
    if from_icd9 is None:
        blocks.append(
            notice(f"General Equivalence Mappings (GEM) from ICD-9-CM not loaded for {label}.")
        )
    elif not relations.from_icd9:
        what = f"ICD-9-CM code that leads to {label}"
        blocks.append(notice(from_icd9.lists_no(what), from_icd9.source_id))
    else:
        blocks.append(_from_icd9(facts, from_icd9))
    return blocks


def _to_icd9(facts: PageFacts, source: LoadedSource) -> Block:
    lines, titles = facts.relations.to_icd9, facts.relations.icd9_titles
    title = f"From {facts.node.label} to ICD-9-CM"
    if all(line.no_map for line in lines):
        text = f"No map: the mapping says that {facts.node.label} has no equivalent in ICD-9-CM."
        return paragraph(source.source_id, text, title)
    columns: tuple[str, ...] = ("ICD-9-CM code", "Title", "Match")
    rows: list[tuple[Line, ...]] = [
        (plain(line.target), plain(titles.get(line.target, "–")), plain(_match(line)))
        for line in lines
    ]
    if not any(line.combination for line in lines):
        return table(source.source_id, title, columns, rows)
    columns = (*columns, "Scenario", "Choice list")
    rows = [
        (
            *row,
            plain(str(line.scenario) if line.combination else "–"),
            plain(str(line.choice_list) if line.combination else "–"),
        )
        for row, line in zip(rows, lines, strict=True)
    ]
    text = (
        "A combination is made of several ICD-9-CM codes together: one from each choice list of "
        "the same scenario."
    )
    return replace(table(source.source_id, title, columns, rows), text=text)


def _from_icd9(facts: PageFacts, source: LoadedSource) -> Block:
    label, titles = facts.node.label, facts.relations.icd9_titles
    lines = facts.relations.from_icd9
    columns: tuple[str, ...] = ("ICD-9-CM code", "Title", "Match")
    leading = [line for line in lines if line.target == label]
    combined = any(line.combination for line in leading)
    if combined:
        columns = (*columns, "Needed together with it")
    rows = []
    for line in leading:
        row = [
            plain(line.source),
            plain(titles.get(line.source, "–")),
            plain(_match(line)),
        ]
        if combined:
            row.append(_companions(line, lines, facts.relations.icd10_titles) or plain("–"))
        rows.append(tuple(row))
    return table(source.source_id, f"From ICD-9-CM to {label}", columns, rows)


def _match(line: GemLine) -> str:
    if line.no_map:
        return "No map"
    closeness = "Approximate" if line.approximate else "Equivalent"
    if line.combination:
        return f"{closeness}, in combination"
    return closeness


def _companions(line: GemLine, lines: Sequence[GemLine], titles: Mapping[str, str]) -> Line:
    """The ICD-10-CM codes that the combination of *line* takes besides: one of each other list."""
    if not line.combination:
        return ()
    lists: dict[int, list[str]] = {}
    for other in lines:
        same = (other.source, other.scenario) == (line.source, line.scenario)
        if same and other.combination and other.choice_list != line.choice_list:
            lists.setdefault(other.choice_list, []).append(other.target)
    spans: list[Span] = []
    for number in sorted(lists):
        if spans:
            spans.append(Span(", and "))
        targets = list(dict.fromkeys(lists[number]))
        if len(targets) > 1:
            spans.append(Span("one of "))
        for place, target in enumerate(targets):
            if place:
                spans.append(Span(", "))
            # A code of the mapping that the release does not have leads nowhere.
            spans.append(Span(target, Link(ICD_10_CM, target) if target in titles else None))
    return tuple(spans)


def _ccsr(facts: PageFacts) -> list[Block]:
    relations, label = facts.relations, facts.node.label
    source = relations.loaded.get(Kind.CCSR)
    if source is None:
        return [notice(f"Clinical Classifications Software (CCSR) not loaded for {label}.")]
    if not relations.ccsr:
        return [notice(source.lists_no(f"category for {label}"), source.source_id)]
    text = (
        f"First CCSR category: {relations.ccsr}, of the group “"
        f"{_BODY_SYSTEMS.get(relations.ccsr[:3], relations.ccsr[:3])}”. Names of the categories "
        "are not in the source, nor are the further categories that a code may have."
    )
    return [paragraph(source.source_id, text, "CCSR")]


def _chronic(facts: PageFacts) -> list[Block]:
    relations, label = facts.relations, facts.node.label
    source = relations.loaded.get(Kind.CHRONIC)
    if source is None:
        return [notice(f"Chronic Condition Indicator not loaded for {label}.")]
    if relations.chronic is None:
        return [notice(source.lists_no(f"indicator for {label}"), source.source_id)]
    text = f"Indicator {relations.chronic}: {_CHRONIC[relations.chronic]} ({source.release})."
    return [paragraph(source.source_id, text, "Chronic condition")]


def _hccs(facts: PageFacts) -> list[Block]:
    relations, label = facts.relations, facts.node.label
    source = relations.loaded.get(Kind.HCC)
    if source is None:
        return [notice(f"Hierarchical Condition Categories (HCC) not loaded for {label}.")]
    models = sorted(relations.hcc_models, key=_model_order)
    if not relations.hccs:
        text = (
            f"The {source.release} release of {source.name} was searched: {listed(models)} map "
            f"{label} to no HCC. None is taken over from another code."
        )
        return [notice(text, source.source_id)]
    mappings = sorted(relations.hccs, key=lambda of: (_model_order(of.model), of.hcc))
    columns: tuple[str, ...] = ("Model", "HCC", "Label")
    dropping = any(mapping.drops for mapping in mappings)
    if dropping:
        columns = (*columns, "Takes precedence over")
    rows = []
    for of in mappings:
        row = [plain(of.model), plain(str(of.hcc)), plain(of.label)]
        if dropping:
            drops = ", ".join(str(hcc) for hcc in of.drops)
            row.append(plain(f"HCC {drops}" if drops else "–"))
        rows.append(tuple(row))
    without = [model for model in models if model not in {of.model for of in mappings}]
    block = table(
        source.source_id, f"HCC by risk adjustment model, {source.release} models", columns, rows
    )
    if without:
        verb = "maps" if len(without) == 1 else "map"
        block = replace(block, text=f"{listed(without)} {verb} {label} to no HCC.")
    blocks = [block]
    edits = [e for e in relations.hcc_edits if any(of.model == e.model for of in mappings)]
    if edits:
        edits.sort(key=lambda edit: _model_order(edit.model))
        title = "Where age or sex changes the HCC"
        blocks.append(items(source.source_id, title, [plain(_edit(edit)) for edit in edits]))
    return blocks


def _model_order(model: str) -> tuple[int, int]:
    """CMS-HCC before ESRD before RxHCC, the newest version first."""
    family = next(place for place, of in enumerate(_MODEL_FAMILIES) if model.startswith(of))
    return family, -int(model.rpartition("V")[2])


def _edit(edit: HccEdit) -> str:
    who = _who(edit)
    what = f"HCC {edit.hcc} instead" if edit.hcc is not None else "no HCC"
    check = ", by the age check of the Medicare Code Editor" if edit.kind == "mce_age" else ""
    return f"{edit.model}: {what} for {who}{check}."


def _who(edit: HccEdit) -> str:
    if edit.sex:
        return f"{edit.sex} patients"
    if edit.from_age is not None and edit.to_age is not None:
        return f"patients up to {edit.to_age} and from {edit.from_age} years of age"
    if edit.to_age is not None:
        return f"patients up to {edit.to_age} years of age"
    return f"patients from {edit.from_age} {'year' if edit.from_age == 1 else 'years'} of age"


def _drgs(facts: PageFacts) -> list[Block]:
    grouping = facts.relations.grouping
    if grouping is None:
        return [not_loaded(facts, "Grouping into MS-DRGs")]
    if not grouping.drgs:
        return [no_group(facts, grouping)]
    version = grouping.version
    block = table(
        grouping.source_id,
        f"MS-DRG as principal diagnosis, version {version.name}",
        ("MS-DRG", "Title"),
        [(plain(drg.number), plain(drg.title)) for drg in grouping.drgs],
    )
    return [replace(block, text=leads_to(facts, grouping))]
