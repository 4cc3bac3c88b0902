"""Payment: diagnoses are not priced; what they weigh in an inpatient stay."""

from dataclasses import replace

from lookup.cited import SITE
from lookup.content import (
    Block,
    BlockKind,
    Line,
    Link,
    Section,
    Span,
    notice,
    paragraph,
    plain,
    table,
)
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.relations import CodeRun, Grouping, SeverityLevel
from lookup.icd10cm.sections.groups import leads_to, not_loaded, of_grouper
from lookup.ms_drg.facts import DrgWeight, MsDrg
from lookup.systems import ICD_10_CM
from lookup.wording import counted, day, listed

_RUNS_SHOWN = 60
_LEVELS = {
    "CC": "a complication or comorbidity (CC)",
    "MCC": "a major complication or comorbidity (MCC)",
}
_HOSPITAL_ACQUIRED = {
    "01": "foreign object retained after surgery",
    "02": "air embolism",
    "03": "blood incompatibility",
    "04": "stage III and IV pressure ulcers",
    "05": "falls and trauma",
    "06": "catheter-associated urinary tract infection",
    "07": "vascular catheter-associated infection",
    "08": "surgical site infection, mediastinitis after coronary bypass",
    "09": "manifestations of poor glycemic control",
    "10": "deep vein thrombosis and pulmonary embolism after certain orthopedic procedures",
    "11": "surgical site infection after bariatric surgery",
    "12": "surgical site infection after certain orthopedic procedures",
    "13": "surgical site infection after implantation of a cardiac device",
    "14": "iatrogenic pneumothorax with venous catheterization",
}
"""CMS's categories of hospital-acquired conditions."""


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [
        paragraph(
            SITE.id,
            "Diagnoses are not priced: a diagnosis code has no fee of its own. It bears on "
            "payment through the group in which an inpatient stay is placed and through the "
            "coverage of the services that it supports.",
        )
    ]
    grouping = facts.relations.grouping
    if grouping is None:
        blocks.append(not_loaded(facts, "Complication and comorbidity status (CC, MCC)"))
        blocks.append(not_loaded(facts, "MS-DRG as principal diagnosis, with its weight,"))
    elif not facts.node.billable:
        text = (
            f"{of_grouper(grouping)} groups codes that can be reported; the pages of the codes "
            f"below {facts.node.label} show their severity, groups and weights."
        )
        blocks.append(notice(text, grouping.source_id))
    else:
        blocks.extend(_severity(facts, grouping))
        blocks.extend(_weights(facts, grouping))
    return Section("payment", "Payment", False, tuple(blocks))


def _severity(facts: PageFacts, grouping: Grouping) -> list[Block]:
    label, severity = facts.node.label, grouping.severity
    title = "As a secondary diagnosis"
    if severity is None:
        text = f"{label} is neither a CC nor an MCC in {of_grouper(grouping)}."
        return [paragraph(grouping.source_id, text, title)]
    text = f"{label} is {_LEVELS[severity.level]} in {of_grouper(grouping)}."
    if severity.only_if_alive:
        text += f" It counts as {severity.level} only for a patient who is discharged alive."
    if severity.not_in:
        text += f" It does not count in MS-DRG {listed(severity.not_in)}."
    blocks = [paragraph(grouping.source_id, text, title)]
    if severity.excluded_by:
        blocks.append(_exclusions(facts, grouping, severity))
    if severity.hospital_acquired:
        category = severity.hospital_acquired
        blocks.append(
            paragraph(
                grouping.source_id,
                f"Category {category}, {_HOSPITAL_ACQUIRED[category]}: when it was not present "
                f"on admission (indicator N or U) {label} may not count as {severity.level}.",
                "Hospital-acquired condition",
            )
        )
    return blocks


def _exclusions(facts: PageFacts, grouping: Grouping, severity: SeverityLevel) -> Block:
    spans: list[Span] = []
    for run in severity.excluded_by[:_RUNS_SHOWN]:
        if spans:
            spans.append(Span(", "))
        spans.append(_run(run))
    if (more := len(severity.excluded_by) - _RUNS_SHOWN) > 0:
        spans.append(Span(f" and {counted(more, 'further range', 'further ranges')}"))
    number = counted(severity.excluded_by_count, "principal diagnosis", "principal diagnoses")
    text = (
        f"It does not count as {severity.level} beside {number}, collection "
        f"{severity.collection} in Appendix C of the MS-DRG Definitions Manual:"
    )
    line: Line = tuple(spans)
    return Block(
        BlockKind.LIST,
        grouping.source_id,
        title="CC exclusions",
        text=text,
        items=(line,),
    )


def _run(run: CodeRun) -> Span:
    if run.first == run.last:
        return Span(run.first, Link(ICD_10_CM, run.first))
    target = f"{run.first}-{run.last}"
    return Span(target, Link(ICD_10_CM, target, is_range=True))


def _weights(facts: PageFacts, grouping: Grouping) -> list[Block]:
    if not grouping.drgs:
        text = (
            f"{facts.node.label} leads to no MS-DRG as principal diagnosis, and so has no weight."
        )
        return [notice(text, grouping.source_id)]
    weights = [drg.weight for drg in grouping.drgs if drg.weight is not None]
    if not weights:
        block = notice(
            f"Relative weights of MS-DRGs not loaded for {day(facts.release.effective)}."
        )
        return [_titles(facts, grouping), block]
    block = table(
        weights[0].source_id,
        f"MS-DRG as principal diagnosis, weights of FY {weights[0].fiscal_year}",
        (
            *("MS-DRG", "Title", "Relative weight"),
            *("Geometric mean stay (days)", "Arithmetic mean stay (days)"),
            "Post-acute transfer",
        ),
        [_row(drg, drg.weight) for drg in grouping.drgs if drg.weight is not None],
    )
    text = (
        f"For the groups of version {grouping.version.name} to which {facts.node.label} leads as "
        "principal diagnosis without an operating-room procedure. A weight is no amount: a "
        "hospital's base rate is multiplied by it. Where a cut was capped at 10 percent, the "
        "capped weight is shown."
    )
    return [replace(block, text=text)]


def _titles(facts: PageFacts, grouping: Grouping) -> Block:
    block = table(
        grouping.source_id,
        f"MS-DRG as principal diagnosis, version {grouping.version.name}",
        ("MS-DRG", "Title"),
        [(plain(drg.number), plain(drg.title)) for drg in grouping.drgs],
    )
    return replace(block, text=leads_to(facts, grouping))


def _row(drg: MsDrg, weight: DrgWeight) -> tuple[Line, ...]:
    return (
        *(plain(drg.number), plain(drg.title), plain(weight.weight or "not paid")),
        *(plain(weight.geometric_stay or "–"), plain(weight.arithmetic_stay or "–")),
        plain("yes" if weight.post_acute else "no"),
    )
