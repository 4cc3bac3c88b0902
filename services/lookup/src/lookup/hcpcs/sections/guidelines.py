"""Guidelines: edits of the outpatient code editor that apply, and what a claim must heed."""

from lookup.content import Block, Section, items, notice, paragraph, plain, table
from lookup.hcpcs.flags import Place, age_range, edits_of, has_age_range, words_of
from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.record_terms import LABORATORY
from lookup.wording import day, searched


def section(facts: PageFacts) -> Section:
    """Gated."""
    if facts.status is None:
        blocks: list[Block] = [
            notice(
                "Edits and claim flags of the outpatient code editor (I/OCE) not loaded for "
                f"{facts.label} in this quarter."
            )
        ]
    else:
        blocks = [*_edits(facts), *_days(facts), *_claim(facts)]
    blocks.extend(_processing(facts))
    return Section("guidelines", "Guidelines", False, tuple(blocks))


def _edits(facts: PageFacts) -> list[Block]:
    status = facts.status
    assert status is not None
    rows = []
    for number, reason in edits_of(status):
        edit = facts.edits.get(number)
        if edit is None or "inactive" in edit.name:
            continue
        rows.append(
            (plain(str(number)), plain(edit.name), plain(edit.disposition or "–"), plain(reason))
        )
    if not rows:
        what = f"edits of the outpatient code editor for {facts.label} alone"
        return [notice(searched(facts.release, what), facts.source_id)]
    return [
        table(
            facts.source_id,
            "Edits of the outpatient code editor (I/OCE)",
            ("Edit", "Name", "What happens", "Why here"),
            rows,
        ),
        paragraph(
            facts.source_id,
            "They are edits of Medicare's hospital outpatient and other institutional claims. An "
            "edit applies when the claim meets its conditions; edits of pairs of codes stand "
            "under NCCI Edits.",
        ),
    ]


def _days(facts: PageFacts) -> list[Block]:
    status = facts.status
    assert status is not None
    blocks = []
    if status.approval_edit and status.approved is not None:
        text = f"A service before {day(status.approved)} meets edit {status.approval_edit}"
        if status.ended is not None and status.ended.year < 2035:
            text += f", and so does one after {day(status.ended)}"
        text += (
            f". That day need not be the first of a quarter: {facts.label} may be listed for days "
            "on which it may not be used yet."
        )
        blocks.append(paragraph(facts.source_id, text, "Approved days"))
    if has_age_range(status):
        blocks.append(
            paragraph(
                facts.source_id, f"The code is for {age_range(status)}.", "Age of the patient"
            )
        )
    return blocks


def _claim(facts: PageFacts) -> list[Block]:
    status = facts.status
    assert status is not None
    words = words_of(status, Place.CLAIM)
    if not words:
        return []
    lines = [plain(f"{word[0].upper()}{word[1:]}.") for word in words]
    return [items(facts.source_id, "Claim notes", lines)]


def _processing(facts: PageFacts) -> list[Block]:
    record = facts.record
    if record is None or not record.laboratory:
        return []
    lines = [
        plain(f"{number}: {LABORATORY.get(number, 'not in the layout that CMS publishes')}")
        for number in record.laboratory
    ]
    return [items(record.source_id, "Laboratory certification (CLIA) needed", lines)]
