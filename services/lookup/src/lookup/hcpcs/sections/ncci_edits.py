"""NCCI Edits: pairs in both directions, units, add-on codes."""

from typing import Final

from lookup.content import Block, Line, Section, notice, paragraph, plain, table
from lookup.hcpcs.facts import (
    ADD_ONS,
    Claims,
    Companion,
    Companionship,
    DetailKind,
    Fact,
    Pair,
)
from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.places import code_line, iso, name_line
from lookup.wording import counted, listed, searched

_PAIRS: Final = "NCCI pairs"
_OFFICIAL: Final = "official pairs"
_PAIR_FACTS: Final = {
    Claims.HOSPITAL: Fact.HOSPITAL_PAIRS,
    Claims.PRACTITIONER: Fact.PRACTITIONER_PAIRS,
}
_TABLE_NAMES: Final = {
    Claims.HOSPITAL: "hospital outpatient",
    Claims.PRACTITIONER: "practitioner",
    Claims.SUPPLIER: "DME supplier",
}
_UNIT_FACTS: Final = {
    Claims.PRACTITIONER: Fact.PRACTITIONER_UNITS,
    Claims.HOSPITAL: Fact.HOSPITAL_UNITS,
    Claims.SUPPLIER: Fact.SUPPLIER_UNITS,
}
_INDICATORS: Final = {
    "yes": "may separate the pair",
    "no": "none may separate it",
    "0": "0: none may separate it",
    "1": "1: may separate the pair",
    "9": "9: not applicable, the edit was deleted",
}
_COUNTED: Final = {
    1: "1: units are counted by claim line",
    2: "2: units are counted by date of service, by policy",
    3: "3: units are counted by date of service, on clinical grounds",
}
_ADD_ON_NAMES: Final = {
    Companionship.ADD_ON_1: "type I",
    Companionship.ADD_ON_3: "type III",
    Companionship.ADD_ON_COVID: "COVID-19 laboratory",
    Companionship.ADD_ON_DRUG: "drug administration",
    Companionship.ADD_ON_MENTAL: "remote mental health",
    Companionship.ADD_ON_SOFTWARE: "software as a service",
    Companionship.ADD_ON_PARTIAL: "partial hospitalization",
}


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [
        *_hospital(facts),
        *_practitioner(facts),
        *_units(facts),
        *_add_on(facts),
        *_addons_of(facts),
    ]
    return Section("ncci_edits", "NCCI Edits", False, tuple(blocks))


def _hospital(facts: PageFacts) -> list[Block]:
    if Fact.HOSPITAL_PAIRS in facts.loaded:
        return _official(facts, Claims.HOSPITAL)
    if facts.status is None:
        return [
            notice(f"NCCI pairs of the hospital outpatient table not loaded for {facts.label}.")
        ]
    pairs = [pair for pair in facts.pairs if pair.modifier in ("yes", "no")]
    blocks: list[Block] = []
    if pairs:
        blocks.append(_pair_table(facts, Claims.HOSPITAL, pairs, facts.source_id))
    blocks.extend(_held_back(facts, _PAIRS, Claims.HOSPITAL, facts.source_id))
    if not blocks:
        what = f"hospital outpatient NCCI pair with {facts.label}"
        blocks.append(notice(searched(facts.release, what), facts.source_id))
    blocks.append(
        paragraph(
            facts.source_id,
            "The hospital outpatient table was read, as the outpatient code editor has it. It says "
            "yes or no to modifiers; it has no indicator 9, no rationale and dates by quarter, the "
            "first meaning “by then”.",
            "Which table",
        )
    )
    return blocks


def _practitioner(facts: PageFacts) -> list[Block]:
    if Fact.PRACTITIONER_PAIRS in facts.loaded:
        return _official(facts, Claims.PRACTITIONER)
    return [notice(f"NCCI pairs of the practitioner table not loaded for {facts.label}.")]


def _official(facts: PageFacts, claims: Claims) -> list[Block]:
    source = facts.loaded[_PAIR_FACTS[claims]]
    pairs = [p for p in facts.pairs if p.claims is claims and p.modifier not in ("yes", "no")]
    blocks: list[Block] = []
    if pairs:
        blocks.append(_pair_table(facts, claims, pairs, pairs[0].source_id))
    blocks.extend(_held_back(facts, f"{_OFFICIAL} {claims}", claims, source))
    if not blocks:
        text = (
            f"The {_TABLE_NAMES[claims]} NCCI table that is loaded was searched; it lists no edit "
            f"with {facts.label}."
        )
        blocks.append(notice(text, source))
    return blocks


def _pair_table(facts: PageFacts, claims: Claims, pairs: list[Pair], source_id: str) -> Block:
    rationale = any(pair.rationale for pair in pairs)
    columns: tuple[str, ...] = ("Code", "Description", "Column", "Modifier", "From", "To")
    rows: list[tuple[Line, ...]] = []
    for pair in pairs:
        second = pair.first == facts.label
        other = pair.second if second else pair.first
        begins = plain("before 1996") if pair.before_1996 else _from(facts, pair)
        row = (
            *(code_line(facts, other), name_line(facts, other)),
            plain("2 (not paid beside this code)" if second else "1 (this code is not paid)"),
            *(plain(_INDICATORS[pair.modifier]), begins, _to(facts, pair)),
        )
        rows.append((*row, plain(pair.rationale or "–")) if rationale else row)
    if rationale:
        columns = (*columns, "Rationale")
    return table(source_id, f"NCCI pairs, {_TABLE_NAMES[claims]} table", columns, rows)


def _from(facts: PageFacts, pair: Pair) -> Line:
    if pair.modifier in ("yes", "no") and pair.effective == facts.begins_by:
        return plain(f"{pair.effective.isoformat()} or earlier")
    return iso(pair.effective)


def _to(facts: PageFacts, pair: Pair) -> Line:
    if pair.modifier in ("yes", "no") and pair.expires is not None:
        last = facts.statuses[-1].expires if facts.statuses else pair.expires
        return plain("in force") if pair.expires >= last else iso(pair.expires)
    return plain("in force") if pair.expires is None else iso(pair.expires)


def _held_back(facts: PageFacts, relation: str, claims: Claims, source_id: str) -> list[Block]:
    first, second = (facts.withheld.get(f"{relation}/{place}", 0) for place in (1, 2))
    if not first + second:
        return []
    return [
        notice(
            f"{first + second:,} withheld: CPT is not loaded. "
            f"{counted(first, 'pair', 'pairs')} with {facts.label} in column 1 and "
            f"{counted(second, 'pair', 'pairs')} with it in column 2 of the "
            f"{_TABLE_NAMES[claims]} table name a CPT code.",
            source_id,
        )
    ]


def _units(facts: PageFacts) -> list[Block]:
    blocks: list[Block] = []
    rows = [
        (
            *(plain(_TABLE_NAMES[unit.claims]), plain(f"{unit.units:,}")),
            *(plain(_COUNTED[unit.indicator]), plain(unit.rationale or "–")),
        )
        for unit in facts.units
    ]
    if rows:
        columns = ("Claims", "Units", "Adjudication indicator", "Rationale")
        title = "Medically unlikely edits (MUE)"
        blocks.append(table(facts.units[0].source_id, title, columns, rows))
    had = {unit.claims for unit in facts.units}
    for claims, fact in _UNIT_FACTS.items():
        if claims in had:
            continue
        if fact not in facts.loaded:
            continue
        text = (
            f"The {_TABLE_NAMES[claims]} MUE table that is loaded was searched; it lists none for "
            f"{facts.label}. A missing MUE does not mean unlimited units."
        )
        blocks.append(notice(text, facts.loaded[fact]))
    missing = [
        _TABLE_NAMES[claims] for claims, fact in _UNIT_FACTS.items() if fact not in facts.loaded
    ]
    if missing:
        blocks.append(
            notice(
                f"Medically unlikely edits (MUE) not loaded for {listed(missing)} claims. "
                "That does not mean unlimited units."
            )
        )
    return blocks


def _add_on(facts: PageFacts) -> list[Block]:
    """What the code must be reported beside, if it is an add-on."""
    status = facts.status
    if status is None:
        return [notice(f"Add-on codes and their primaries not loaded for {facts.label}.")]
    blocks: list[Block] = []
    for kind in ADD_ONS:
        primaries = [c for c in facts.companions if c.kind is kind and c.code == facts.label]
        withheld = facts.withheld.get(f"{kind}/1", 0)
        if primaries or withheld:
            blocks.extend(_primaries(facts, kind, primaries, withheld))
    if any(detail.kind is DetailKind.ADD_ON_2 for detail in facts.details):
        blocks.append(
            paragraph(
                facts.source_id,
                f"{facts.label} is an add-on code of type II: it has no list of primaries of its "
                "own; the Medicare contractor decides which primary procedures it goes with. It is "
                "not reported alone.",
                "Add-on code",
            )
        )
    if not blocks:
        what = f"primary that {facts.label} would be an add-on to"
        blocks.append(notice(searched(facts.release, what), facts.source_id))
    return blocks


def _primaries(
    facts: PageFacts, kind: Companionship, primaries: list[Companion], withheld: int
) -> list[Block]:
    text = (
        f"{facts.label} is an add-on code ({_ADD_ON_NAMES[kind]}): it is reported with a primary "
        "procedure, not alone."
    )
    if kind is Companionship.ADD_ON_3:
        text += (
            " Some primaries are listed; the contractor may accept others, so that the list is not "
            "complete."
        )
    blocks: list[Block] = [paragraph(facts.source_id, text, "Add-on code")]
    if primaries:
        rows = [
            (
                code_line(facts, c.other),
                name_line(facts, c.other),
                plain(_since(facts, c)),
            )
            for c in primaries
        ]
        columns = ("Primary", "Description", "Since")
        title = f"Primary procedures listed ({_ADD_ON_NAMES[kind]})"
        blocks.append(table(facts.source_id, title, columns, rows))
    if withheld:
        total = withheld + len(primaries)
        blocks.append(
            notice(
                f"{withheld:,} withheld: CPT is not loaded. Of {total:,} listed "
                f"{'primary' if total == 1 else 'primaries'} of {facts.label}, "
                f"{withheld:,} {'is a CPT code' if withheld == 1 else 'are CPT codes'}; whether a "
                "claim has a primary cannot be told without them.",
                facts.source_id,
            )
        )
    return blocks


def _since(facts: PageFacts, companion: Companion) -> str:
    day = companion.effective.isoformat()
    return f"{day} or earlier" if companion.effective == facts.begins_by else day


def _addons_of(facts: PageFacts) -> list[Block]:
    """Add-on codes that the code may be the primary of."""
    if facts.status is None:
        return []
    blocks: list[Block] = []
    addons = [c for c in facts.companions if c.kind in ADD_ONS and c.other == facts.label]
    if addons:
        rows = [
            (
                *(code_line(facts, c.code), name_line(facts, c.code)),
                plain(_ADD_ON_NAMES[c.kind]),
            )
            for c in addons
        ]
        columns = ("Add-on", "Description", "Kind")
        blocks.append(table(facts.source_id, "Add-on codes with this primary", columns, rows))
    withheld = sum(facts.withheld.get(f"{kind}/2", 0) for kind in ADD_ONS)
    if withheld:
        blocks.append(
            notice(
                f"{withheld:,} withheld: CPT is not loaded. "
                f"{counted(withheld, 'add-on code', 'add-on codes')} with {facts.label} as primary "
                f"{'is a CPT code' if withheld == 1 else 'are CPT codes'}.",
                facts.source_id,
            )
        )
    return blocks
