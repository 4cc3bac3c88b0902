"""Payment: status indicator, APC and national rate, offsets and caps, relative values."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Final

from lookup.content import Block, Line, Section, items, notice, paragraph, plain, table
from lookup.hcpcs.facts import Companionship, DetailKind, Fact, Locality, Rate, RelativeValue
from lookup.hcpcs.flags import Place, words_of
from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.places import dollars, iso
from lookup.hcpcs.record_terms import MULTIPLE_PRICING, PRICING
from lookup.wording import counted, searched

_MEDICARE_ONLY: Final = (
    "This speaks of Medicare's outpatient claims only, not of what another payer pays or of other "
    "kinds of claims."
)
_REMARKS: Final = {
    "N": "Packaged is still billed: the line is reported, and its payment is part of the payment "
    "for the services beside it.",
    "E1": _MEDICARE_ONLY,
    "E2": _MEDICARE_ONLY,
    "M": _MEDICARE_ONLY,
    "B": "Another code for the same service may be recognized. " + _MEDICARE_ONLY,
    "Y": "Claims for such equipment go to the DME MAC.",
}
_UNKNOWN: Final = "not in the layout that CMS publishes"


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [*_outpatient(facts), *_official(facts), *_values(facts), _other_schedules(facts)]
    return Section("payment", "Payment", False, tuple(blocks))


def _outpatient(facts: PageFacts) -> list[Block]:
    status, indicators = facts.status, facts.indicators
    if status is None or indicators is None:
        return [
            notice(
                f"Status indicator, APC and hospital outpatient rate not loaded for {facts.label} "
                "in this quarter."
            )
        ]
    rows: list[tuple[Line, ...]] = [
        (plain("Status indicator"), plain(status.status), plain(indicators.status or "–")),
        (plain("Payment indicator"), plain(str(status.payment)), plain(indicators.payment or "–")),
    ]
    rate = facts.rate()
    if rate is not None:
        rows.append((plain("APC"), plain(status.apc), plain(_apc_words(rate))))
    for detail in facts.details:
        if detail.kind is DetailKind.COMPOSITE:
            words = "one payment for several services of its group on a day"
            rows.append((plain("Composite APC"), plain(detail.value), plain(words)))
        elif detail.kind is DetailKind.OFF_CAMPUS:
            words = "in off-campus departments under section 603"
            rows.append((plain("APC off campus"), plain(detail.value), plain(words)))
    blocks: list[Block] = [
        table(
            facts.source_id,
            "Hospital outpatient payment (OPPS)",
            ("What", "Value", "Meaning"),
            rows,
        )
    ]
    if remark := _REMARKS.get(status.status):
        blocks.append(paragraph(facts.source_id, remark, f"Status indicator {status.status}"))
    blocks.extend(_rate(facts, rate))
    blocks.extend(_amounts(facts))
    if words_ := words_of(status, Place.PAYMENT):
        lines = [plain(f"{word[0].upper()}{word[1:]}.") for word in words_]
        blocks.append(items(facts.source_id, "Payment notes", lines))
    return blocks


def _apc_words(rate: Rate) -> str:
    if rate.cents:
        return f"{dollars(rate.cents)} national, unadjusted, per HCPCS unit"
    return "no fixed amount in the outpatient code editor"


def _rate(facts: PageFacts, rate: Rate | None) -> list[Block]:
    status = facts.status
    assert status is not None
    if rate is None:
        what = f"APC and rate of its own for {facts.label}"
        return [notice(searched(facts.release, what), facts.source_id)]
    if not any(held.cents for held in _history(facts)):
        return [
            notice(
                f"The outpatient code editor was searched; it lists no fixed amount for APC "
                f"{rate.apc}. What is paid is not told by it.",
                facts.source_id,
            )
        ]
    text = (
        "Rates are national and unadjusted, for hospital outpatient departments, for one unit of "
        "the code. What a hospital is paid is adjusted for wages, the status of the hospital and "
        "the rest of the claim."
    )
    if status.status != rate.status:
        text += (
            f" The APC itself has status {rate.status}: the code is paid so when it is not "
            "packaged or part of another payment."
        )
    blocks: list[Block] = [paragraph(facts.source_id, text, "What the rate is")]
    rows = []
    day = facts.release.effective
    for (apc, cents), of in groupby(_history(facts), key=lambda rate: (rate.apc, rate.cents)):
        rates = list(of)
        first, last = rates[0].effective, rates[-1].expires
        if first > day:
            break
        begins = f"{first.isoformat()} or earlier" if first == facts.begins_by else None
        amount = dollars(cents) if cents else "no fixed amount"
        rows.append((plain(begins) if begins else iso(first), iso(last), plain(apc), plain(amount)))
    if len(rows) > 1:
        rows.reverse()
        columns = ("From", "To", "APC", "Rate")
        blocks.append(table(facts.source_id, "Rates over time", columns, rows))
    return blocks


def _history(facts: PageFacts) -> list[Rate]:
    """The rates that the code had, oldest first."""
    found = []
    for status in facts.statuses:
        for rate in facts.rates:
            begins = max(rate.effective, status.effective)
            ends = min(rate.expires, status.expires)
            if rate.apc == status.apc and begins <= ends:
                found.append(Rate(rate.apc, begins, ends, rate.status, rate.cents))
    return found


def _amounts(facts: PageFacts) -> list[Block]:
    lines: list[Line] = []
    for detail in facts.details:
        if detail.kind is DetailKind.DEVICE_OFFSET and detail.cents:
            lines.append(
                plain(
                    f"Device offset: {dollars(detail.cents)} is the part of the rate that stands "
                    "for the device; it is taken off when the procedure is terminated before the "
                    "device is used."
                )
            )
        elif detail.kind is DetailKind.PAIN_RELIEF_CAP and detail.cents:
            lines.append(
                plain(f"Payment limit as a non-opioid for pain relief: {dollars(detail.cents)}.")
            )
    offsets = sum(c.kind is Companionship.OFFSET for c in facts.companions)
    if offsets:
        pairs = counted(offsets, "pair", "pairs")
        lines.append(plain(f"Pass-through offsets: {pairs}, listed under Crosswalks."))
    return [items(facts.source_id, "Offsets and limits", lines)] if lines else []


def _official(facts: PageFacts) -> list[Block]:
    record = facts.record
    if record is None:
        if Fact.RECORD in facts.loaded:
            return []
        return [
            notice(
                f"Pricing indicators of Medicare Part B not loaded for {facts.label}: they come "
                "with CMS's HCPCS file of the quarter."
            )
        ]
    lines = [
        plain(f"Pricing indicator {code}: {PRICING.get(code, _UNKNOWN)}") for code in record.pricing
    ]
    if record.multiple_pricing:
        lines.append(
            plain(
                f"Multiple pricing indicator {record.multiple_pricing}: "
                f"{MULTIPLE_PRICING.get(record.multiple_pricing, _UNKNOWN)}"
            )
        )
    if not lines:
        text = searched(facts.release, f"pricing indicators for {facts.label}")
        return [notice(text, record.source_id)]
    return [items(record.source_id, "Pricing under Medicare Part B", lines)]


def _values(facts: PageFacts) -> list[Block]:
    if Fact.VALUES not in facts.loaded:
        return [
            notice(f"Relative value units (physician fee schedule) not loaded for {facts.label}.")
        ]
    if not facts.values:
        text = (
            "The physician fee schedule that is loaded was searched; it lists no relative values "
            f"for {facts.label}."
        )
        return [notice(text, facts.loaded[Fact.VALUES])]
    rows = [
        (
            *(plain(value.modifier or "–"), plain(value.status)),
            *(_number(value.work), _number(value.non_facility_pe, na=value.non_facility_na)),
            *(_number(value.facility_pe, na=value.facility_na), _number(value.malpractice)),
            _number(value.non_facility_total, na=value.non_facility_na),
            _number(value.facility_total, na=value.facility_na),
            *(_number(value.conversion_factor), plain(value.conversion)),
        )
        for value in facts.values
    ]
    columns = (
        *("Modifier", "Status", "Work", "Practice, office", "Practice, facility", "Malpractice"),
        *("Total, office", "Total, facility", "Conversion factor", "For"),
    )
    blocks: list[Block] = [
        table(
            facts.values[0].source_id,
            "Relative value units (physician fee schedule)",
            columns,
            rows,
        )
    ]
    blocks.extend(_localities(facts))
    return blocks


def _other_schedules(facts: PageFacts) -> Block:
    """That amounts which no file read here holds may exist all the same."""
    return notice(
        "Amounts of other fee schedules (ambulance, laboratory, equipment and supplies, average "
        f"sales prices of drugs) not loaded for {facts.label}."
    )


def _localities(facts: PageFacts) -> list[Block]:
    value = next((v for v in facts.values if not v.modifier and v.conversion_factor), None)
    if value is None or value.work is None:
        return []
    if not facts.localities:
        return [notice("Geographic practice cost indices (amounts by locality) not loaded.")]
    rows = [
        (
            *(plain(locality.state), plain(f"{locality.name} ({locality.number})")),
            plain(_amount(value, locality, value.non_facility_pe, na=value.non_facility_na)),
            plain(_amount(value, locality, value.facility_pe, na=value.facility_na)),
        )
        for locality in facts.localities
    ]
    return [
        table(
            facts.localities[0].source_id,
            f"Amounts by locality (conversion factor for {value.conversion})",
            ("State", "Locality", "Office", "Facility"),
            rows,
        ),
        paragraph(
            facts.localities[0].source_id,
            "Each is the sum of work, practice expense and malpractice units, each times its index "
            "of the locality, times the conversion factor. Reductions and other rules of a claim "
            "are not in it.",
            "How the amounts are made",
        ),
    ]


def _amount(value: RelativeValue, locality: Locality, practice: Decimal | None, *, na: bool) -> str:
    """What the schedule allows in *locality*, rounded to cents."""
    if na or practice is None or value.work is None or value.malpractice is None:
        return "NA"
    assert value.conversion_factor is not None
    units = (
        value.work * locality.work
        + practice * locality.practice_expense
        + value.malpractice * locality.malpractice
    )
    cents = (units * value.conversion_factor * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return dollars(int(cents))


def _number(number: Decimal | None, *, na: bool = False) -> Line:
    return plain("NA" if na else "–" if number is None else str(number))
