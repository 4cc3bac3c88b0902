"""Crosswalks: cross-references, BETOS, types of service, and codes that go with this one."""

from typing import Final

from lookup.content import Block, Line, Section, items, notice, plain, table
from lookup.hcpcs.facts import Companionship, Record
from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.places import code_line, dollars, name_line
from lookup.hcpcs.record_terms import BETOS, TYPES_OF_SERVICE
from lookup.hcpcs.sections.no_record import no_record
from lookup.wording import counted, searched

_UNKNOWN: Final = "not in the layout that CMS publishes"
_KINDS: Final = {
    Companionship.DEVICE: (
        "Device that the procedure needs on the same day",
        "Procedures that need this device on the same day",
    ),
    Companionship.COMPLEXITY: (
        "Services that raise the comprehensive APC beside this one",
        "Services whose comprehensive APC this one raises",
    ),
    Companionship.VISIT: (
        "Visits that qualify for this FQHC payment code",
        "FQHC payment codes that this visit qualifies for",
    ),
    Companionship.OFFSET: (
        "Procedures from which the cost of this pass-through device is taken off",
        "Pass-through devices whose cost is taken off this procedure",
    ),
}


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [*_record(facts), *_companions(facts)]
    return Section("crosswalks", "Crosswalks", False, tuple(blocks))


def _record(facts: PageFacts) -> list[Block]:
    record = facts.record
    if record is None:
        return [
            no_record(
                facts,
                f"Cross-references, BETOS and types of service not loaded for {facts.label}: they "
                "come with CMS's HCPCS file of the quarter.",
            )
        ]
    blocks = _references(facts, record)
    lines = []
    if record.betos:
        lines.append(
            plain(
                f"BETOS (Berenson-Eggers type of service) {record.betos}: "
                f"{BETOS.get(record.betos, _UNKNOWN)}"
            )
        )
    lines.extend(
        plain(f"Type of service {kind}: {TYPES_OF_SERVICE.get(kind, _UNKNOWN)}")
        for kind in record.types_of_service
    )
    if record.asc_group:
        since = f", since {record.asc_effective.isoformat()}" if record.asc_effective else ""
        lines.append(plain(f"Ambulatory surgical center payment group: {record.asc_group}{since}"))
    if lines:
        blocks.append(items(record.source_id, "Classifications", lines))
    return blocks


def _references(facts: PageFacts, record: Record) -> list[Block]:
    blocks: list[Block] = []
    if record.cross_references:
        rows = [
            (code_line(facts, code), name_line(facts, code)) for code in record.cross_references
        ]
        blocks.append(table(record.source_id, "Cross-references", ("Code", "Description"), rows))
    if record.withheld:
        blocks.append(
            notice(
                f"{record.withheld:,} withheld: CPT is not loaded. "
                f"{counted(record.withheld, 'cross-reference names', 'cross-references name')} "
                "a CPT code.",
                record.source_id,
            )
        )
    if not blocks:
        text = searched(facts.release, f"cross-references for {facts.label}")
        blocks.append(notice(text, record.source_id))
    return blocks


def _companions(facts: PageFacts) -> list[Block]:
    if facts.status is None:
        return [
            notice(
                "Devices, visits of federally qualified health centers (FQHC) and services that "
                f"raise a comprehensive APC not loaded for {facts.label} in this quarter."
            )
        ]
    blocks: list[Block] = []
    for kind, titles in _KINDS.items():
        for place, title in enumerate(titles, 1):
            blocks.extend(_kind(facts, kind, place, title))
    if not blocks:
        what = (
            f"device needed with {facts.label}, visit of a federally qualified health center "
            "(FQHC) or second service that raises a comprehensive APC"
        )
        blocks.append(notice(searched(facts.release, what), facts.source_id))
    return blocks


def _kind(facts: PageFacts, kind: Companionship, place: int, title: str) -> list[Block]:
    blocks: list[Block] = []
    rows: list[tuple[Line, ...]] = []
    extra = {Companionship.COMPLEXITY: "APC then", Companionship.OFFSET: "Offset"}.get(kind)
    for companion in facts.companions:
        here, there = (
            (companion.code, companion.other) if place == 1 else (companion.other, companion.code)
        )
        if companion.kind is not kind or here != facts.label:
            continue
        row = (code_line(facts, there), name_line(facts, there))
        if kind is Companionship.COMPLEXITY:
            rows.append((*row, plain(companion.apc)))
        elif kind is Companionship.OFFSET:
            rows.append((*row, plain(dollars(companion.cents) if companion.cents else "none")))
        else:
            rows.append(row)
    if rows:
        columns = ("Code", "Description", extra) if extra else ("Code", "Description")
        blocks.append(table(facts.source_id, title, columns, rows))
    if withheld := facts.withheld.get(f"{kind}/{place}", 0):
        blocks.append(notice(f"{withheld:,} withheld: CPT is not loaded.", facts.source_id, title))
    return blocks
