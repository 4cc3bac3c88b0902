"""Modifiers: indicators and modifiers that the data names for the code.

No claim is made which modifier fits. Level II modifiers only: the others are CPT.
"""

from lookup.cited import SITE
from lookup.content import Block, Line, Section, items, notice, paragraph, plain, table
from lookup.hcpcs.facts import DetailKind, Fact, Modifier
from lookup.hcpcs.flags import Place, words_of
from lookup.hcpcs.page_facts import PageFacts
from lookup.wording import counted, listed, searched

_INDICATORS = (
    ("Professional and technical component", "pctc"),
    ("Global days", "global_days"),
    ("Multiple procedures", "multiple_procedure"),
    ("Bilateral surgery", "bilateral"),
    ("Assistant at surgery", "assistant"),
    ("Co-surgeons", "co_surgeon"),
    ("Team surgery", "team"),
    ("Supervision of diagnostic procedures", "supervision"),
)


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks: list[Block] = []
    if facts.status is None:
        blocks.append(
            notice(
                f"Modifier flags of the outpatient code editor not loaded for {facts.label} in "
                "this quarter."
            )
        )
    else:
        blocks.extend(_of_code(facts))
        blocks.extend(_flagged(facts))
    blocks.extend(_indicators(facts))
    if Fact.RECORD not in facts.loaded:
        blocks.append(
            notice("Texts of modifiers not loaded: they come with CMS's HCPCS file of the quarter.")
        )
    blocks.append(
        notice("Modifiers of CPT (two digits, and P1 to P6) not loaded: they need a CPT licence.")
    )
    return Section("modifiers", "Modifiers", False, tuple(blocks))


def _of_code(facts: PageFacts) -> list[Block]:
    status = facts.status
    assert status is not None
    words = words_of(status, Place.MODIFIER)
    lines: list[Line] = [plain(f"{word[0].upper()}{word[1:]}.") for word in words]
    lines.extend(
        plain(
            f"With modifier {detail.value} it is not eligible for the all-inclusive rate of rural "
            "health clinics (edit 104)."
        )
        for detail in facts.details
        if detail.kind is DetailKind.RURAL_CONFLICT
    )
    if not lines:
        what = f"modifier flags of its own for {facts.label}"
        return [notice(searched(facts.release, what), facts.source_id)]
    return [items(facts.source_id, "What the outpatient code editor has it as", lines)]


def _flagged(facts: PageFacts) -> list[Block]:
    """Modifiers that bear on the code by what it is: pairs, telehealth, therapy."""
    status = facts.status
    assert status is not None
    blocks: list[Block] = []
    separable = any(pair.modifier in ("yes", "1") for pair in facts.pairs)
    if separable:
        named = [m for m in facts.modifiers if "ncci" in m.flags]
        blocks.append(_named(facts, "Level II modifiers that may separate an NCCI pair", named))
        blocks.append(
            paragraph(
                SITE.id,
                "CPT modifier 59 and its subsets XE, XP, XS and XU may stand on the code of either "
                "column since July 1, 2019. Whether one may be reported depends on the record.",
            )
        )
    if "telehealth" in status.flags:
        named = [m for m in facts.modifiers if "telehealth" in m.flags]
        if named:
            title = "Telehealth modifiers in the outpatient code editor"
            blocks.append(_named(facts, title, named))
    conflicts = [f"{one} and {other}" for one, other in facts.modifier_conflicts if one < other]
    if conflicts:
        blocks.append(
            paragraph(
                facts.source_id,
                f"Not on the same line, with any code (edit 102): {'; '.join(conflicts)}.",
                "Modifiers that exclude each other",
            )
        )
    total = counted(len(facts.modifiers), "Level II modifier", "Level II modifiers")
    blocks.append(
        paragraph(
            facts.source_id,
            f"The outpatient code editor accepts {total} in this quarter. It does not say which of "
            f"them fit {facts.label}.",
            "Modifiers accepted",
        )
    )
    return blocks


def _named(facts: PageFacts, title: str, modifiers: list[Modifier]) -> Block:
    """The modifiers with their texts, or in a line where no texts are loaded."""
    texts = facts.modifier_texts
    if not any(modifier.modifier in texts for modifier in modifiers):
        names = listed([modifier.modifier for modifier in modifiers])
        return paragraph(facts.source_id, f"{names}.", title)
    rows = [
        (
            plain(m.modifier),
            plain(texts[m.modifier].long_text if m.modifier in texts else "text not loaded"),
        )
        for m in modifiers
    ]
    return table(facts.loaded[Fact.RECORD], title, ("Modifier", "Text"), rows)


def _indicators(facts: PageFacts) -> list[Block]:
    if Fact.VALUES not in facts.loaded:
        return [
            notice(
                f"Indicators of the physician fee schedule (bilateral, assistant, team) not loaded "
                f"for {facts.label}."
            )
        ]
    source = facts.loaded[Fact.VALUES]
    values = [value for value in facts.values if not value.modifier]
    if not values:
        text = (
            "The physician fee schedule that is loaded was searched; it lists no indicators for "
            f"{facts.label}."
        )
        return [notice(text, source)]
    value = values[0]
    rows = [(plain(name), plain(getattr(value, field) or "–")) for name, field in _INDICATORS]
    return [
        table(
            value.source_id,
            "Indicators of the physician fee schedule",
            ("Indicator", "Value"),
            rows,
        )
    ]
