"""History, Related Codes and Compliance: quarters and gaps, changes, family, neighbours."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from lookup.content import Block, Section, items, notice, paragraph, plain, table
from lookup.hcpcs.facts import Record
from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.places import iso, linked
from lookup.hcpcs.sections.no_record import no_record
from lookup.wording import day, listed, searched

_ACTIONS: Final = {
    "A": "code added",
    "B": "change in administrative data and long description",
    "C": "change in long description",
    "D": "code discontinued",
    "F": "change in administrative data",
    "N": "no change",
    "P": "payment change",
    "R": "code reactivated or reinstated",
    "S": "change in short description",
    "T": "other change",
}
_MOST_CHANGES: Final = 60


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [
        *_quarters(facts),
        *_dates(facts),
        *_changes(facts),
        *_family(facts),
        *_related(facts),
    ]
    return Section(
        "history_and_related", "History, Related Codes and Compliance", False, tuple(blocks)
    )


def _quarters(facts: PageFacts) -> list[Block]:
    rows = []
    for stretch in facts.stretches:
        begins = (
            plain(f"{stretch.effective.isoformat()} or earlier")
            if stretch.effective == facts.begins_by
            else iso(stretch.effective)
        )
        rows.append((begins, iso(stretch.expires), plain(stretch.title)))
    blocks: list[Block] = [
        table(
            facts.release.source_id,
            "Quarters in which the code is listed",
            ("From", "To", "Short description"),
            rows,
        )
    ]
    gaps = [
        f"from {day(_day_after(one.expires))} to {day(_day_before(other.effective))}"
        for one, other in pairwise(facts.stretches)
        if _day_after(one.expires) != other.effective
    ]
    if gaps:
        blocks.append(
            paragraph(
                facts.release.source_id,
                f"{facts.label} left and came back: it was not listed {listed(gaps)}.",
                "Gap",
            )
        )
    return blocks


def _dates(facts: PageFacts) -> list[Block]:
    record = facts.record
    if record is None:
        return [
            no_record(
                facts,
                f"Dates on which {facts.label} was added, changed and ended not loaded: they come "
                "with CMS's HCPCS file. The quarters above say only by when it was listed.",
            )
        ]
    return [_record_dates(record)]


def _record_dates(record: Record) -> Block:
    rows = [
        (plain("Added"), iso(record.added)),
        (plain("Last action in force since"), iso(record.action_effective)),
        (
            plain("Last action"),
            plain(f"{record.action}: {_ACTIONS.get(record.action, 'not described here')}"),
        ),
        (plain("Ended"), iso(record.ended)),
    ]
    title = f"Dates in CMS's HCPCS file of {record.effective:%B %Y}"
    return table(record.source_id, title, ("What", "Value"), rows)


def _changes(facts: PageFacts) -> list[Block]:
    changes = [c for c in facts.changes if c.day <= facts.release.expires]
    source = facts.source_id or facts.release.source_id
    if not changes:
        text = (
            f"The quarters from {facts.begins_by:%B %Y} on were searched; they list no change to "
            f"{facts.label}."
        )
        return [notice(text, source)]
    rows = [(iso(c.day), plain(c.text)) for c in changes[:_MOST_CHANGES]]
    return [table(source, "What each quarter changed", ("Since", "What"), rows)]


def _family(facts: PageFacts) -> list[Block]:
    family = facts.family
    lines = [plain(f"{family.letter} codes: {family.title}."), plain(family.users)]
    status = facts.status
    if status is not None and "dmerc_billable_only" in status.flags:
        lines.append(
            plain(
                "Medicare claims for it go to the DME MAC (durable medical equipment contractor) "
                "only."
            )
        )
    return [items(facts.release.source_id, "Family of codes", lines)]


def _related(facts: PageFacts) -> list[Block]:
    source = facts.release.source_id
    blocks: list[Block] = []
    beside = [code for code in (facts.previous, facts.following) if code is not None]
    columns = ("Code", "Short description")
    if beside:
        rows = [(linked(code), plain(code.title)) for code in beside]
        blocks.append(table(source, "Previous and next", columns, rows))
    if facts.siblings:
        rows = [(linked(code), plain(code.title)) for code in facts.siblings]
        title = f"Codes beside it in {facts.heading.span}"
        if facts.heading.title:
            title += f", {facts.heading.title}"
        blocks.append(table(source, title, columns, rows))
    else:
        text = searched(facts.release, f"other code in {facts.heading.span}")
        blocks.append(notice(text, source))
    return blocks


def _day_after(of: date) -> date:
    return of + timedelta(days=1)


def _day_before(of: date) -> date:
    return of - timedelta(days=1)
