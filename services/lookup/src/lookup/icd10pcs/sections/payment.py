"""Payment: operating-room status, and the weights of the MS-DRGs that list the code."""

from lookup.cited import SITE
from lookup.content import Block, Section, notice, paragraph, plain, table
from lookup.icd10pcs.facts import PageFacts
from lookup.ms_drg.facts import DrgWeight, MsDrg


def section(facts: PageFacts) -> Section:
    """Gated."""
    return Section(
        "payment",
        "Payment",
        False,
        (
            paragraph(
                SITE.id,
                "ICD-10-PCS codes have no fee of their own: they bear on the MS-DRG in which "
                "Medicare places an inpatient stay, and the weight of that group times the "
                "hospital's base rate is the payment.",
            ),
            *_status(facts),
            *_weights(facts),
        ),
    )


def _status(facts: PageFacts) -> list[Block]:
    code, grouping, version = facts.code.code, facts.grouping, facts.version
    if version is None:
        return [notice(f"Operating-room status under {facts.release.name} not loaded for {code}.")]
    title = f"Operating-room status, MS-DRG v{version.name}"
    if grouping is None:
        return [
            paragraph(
                facts.release.source_id,
                f"The lists of MS-DRG v{version.name} do not name {code}. A valid code that they "
                "do not name is a non-O.R. procedure that does not affect the group.",
                title,
            )
        ]
    if not grouping.operating_room:
        text = f"{code} is a non-O.R. procedure that can affect the group."
    elif grouping.operating_room == 1:
        text = (
            f"{code} is an O.R. procedure. Where it has nothing to do with the principal "
            "diagnosis, the stay can fall into MS-DRGs 981-983."
        )
    else:
        text = (
            f"{code} is an O.R. procedure, a non-extensive one: where it has nothing to do with "
            "the principal diagnosis, the stay can fall into MS-DRGs 987-989."
        )
    return [paragraph(grouping.source_id, text, title)]


def _weights(facts: PageFacts) -> list[Block]:
    if facts.version is None:
        return []
    drgs = [facts.drgs[number] for number in sorted(facts.drgs)]
    if not drgs:
        return []
    year = facts.version.fiscal_year
    weighted = [(drg, drg.weight) for drg in drgs if drg.weight is not None]
    if not weighted:
        return [notice(f"Relative weights of MS-DRGs for fiscal year {year} not loaded.")]
    return [
        table(
            weighted[0][1].source_id,
            f"Relative weights, fiscal year {year}",
            ("MS-DRG", "Title", "Type", "Weight", "Mean stay in days"),
            [
                (
                    plain(drg.number),
                    plain(drg.title),
                    plain(_type(drg)),
                    plain(weight.weight or "not paid"),
                    plain(_stay(weight)),
                )
                for drg, weight in weighted
            ],
        ),
        paragraph(
            weighted[0][1].source_id,
            "The weight is the one that pays, after the cap on cuts of more than ten per cent; "
            "the mean stay is the geometric one.",
        ),
    ]


def _type(drg: MsDrg) -> str:
    if drg.surgical:
        return "surgical"
    return "medical" if drg.medical else "neither"


def _stay(weight: DrgWeight) -> str:
    return weight.geometric_stay or "none published"
