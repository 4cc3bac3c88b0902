"""Medicare Coverage: what flags and the coverage code say, statutes, manuals, policies."""

from typing import Final

from lookup.content import Block, Section, items, notice, paragraph, plain, table
from lookup.hcpcs.facts import Fact, Record
from lookup.hcpcs.flags import Place, words_of
from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.places import iso
from lookup.wording import day, searched

_COVERAGE: Final = {
    "C": "carrier judgement",
    "D": "special coverage instructions apply",
    "I": "not payable by Medicare",
    "M": "not covered by Medicare",
    "S": "not covered by Medicare by statute",
}
_NOT_EVERY_PAYER: Final = {
    "S": "S codes are for private payers. That Medicare does not recognize them does not mean that "
    "nobody covers the service.",
    "T": "T codes are for Medicaid programs. That Medicare does not recognize them does not mean "
    "that nobody covers the service.",
    "H": "H codes are for Medicaid programs; what they cover is for the state to say.",
}


def section(facts: PageFacts) -> Section:
    """Gated."""
    blocks = [*_flags(facts), *_record(facts), *_policies(facts)]
    if remark := _NOT_EVERY_PAYER.get(facts.label[0]):
        blocks.append(paragraph(facts.release.source_id, remark, "Other payers"))
    return Section("medicare_coverage", "Medicare Coverage", False, tuple(blocks))


def _flags(facts: PageFacts) -> list[Block]:
    status = facts.status
    if status is None:
        return [
            notice(
                "Medicare flags of the outpatient code editor not loaded for "
                f"{facts.label} in this quarter."
            )
        ]
    words = words_of(status, Place.COVERAGE)
    if not words:
        what = f"Medicare coverage flags for {facts.label}"
        text = f"{searched(facts.release, what)} That alone does not mean that it is covered."
        return [notice(text, facts.source_id)]
    lines = [plain(f"{word[0].upper()}{word[1:]}.") for word in words]
    return [items(facts.source_id, "What the outpatient code editor has it as", lines)]


def _record(facts: PageFacts) -> list[Block]:
    record = facts.record
    if record is None:
        if Fact.RECORD in facts.loaded:
            text = searched(facts.release, f"coverage code for {facts.label}")
            return [notice(text, facts.loaded[Fact.RECORD])]
        return [
            notice(
                f"Coverage code, statute and manual references not loaded for {facts.label}: they "
                "come with CMS's HCPCS file of the quarter."
            )
        ]
    lines = [*_coverage(record)]
    if record.statute:
        lines.append(f"Statute: {record.statute}")
    if record.coverage_issues:
        lines.append(f"National coverage manual (CIM): {', '.join(record.coverage_issues)}")
    if record.carriers_manual:
        lines.append(f"Carriers manual (MCM): {', '.join(record.carriers_manual)}")
    if not lines:
        text = searched(facts.release, f"coverage code for {facts.label}")
        return [notice(text, record.source_id)]
    title = f"CMS's HCPCS file of {record.effective:%B %Y}"
    return [items(record.source_id, title, [plain(line) for line in lines])]


def _coverage(record: Record) -> list[str]:
    if not record.coverage:
        return []
    text = f"Coverage code {record.coverage}: {_COVERAGE[record.coverage]}"
    if record.action_effective is not None:
        text += f" (record last changed on {day(record.action_effective)})"
    return [text]


def _policies(facts: PageFacts) -> list[Block]:
    blocks: list[Block] = []
    held = [
        policy
        for policy in facts.policies
        if (policy.effective is None or policy.effective <= facts.release.expires)
        and (policy.expires is None or policy.expires >= facts.release.effective)
    ]
    for fact, kinds, title in (
        (
            Fact.NATIONAL_POLICIES,
            ("NCD", "Coverage provision"),
            "National coverage determinations (NCD)",
        ),
        (Fact.LOCAL_POLICIES, ("LCD",), "Local coverage determinations (LCD)"),
    ):
        if fact not in facts.loaded:
            blocks.append(notice(f"{title} that name {facts.label} not loaded."))
            continue
        named = [policy for policy in held if policy.kind in kinds]
        if not named:
            text = f"{title} that are loaded were searched; none names {facts.label}."
            blocks.append(notice(text, facts.loaded[fact]))
            continue
        rows = [
            (
                *(plain(policy.kind), plain(policy.number), plain(policy.version)),
                *(plain(policy.title or "–"), plain(policy.coverage or "–")),
                *(iso(policy.effective), iso(policy.expires)),
            )
            for policy in named
        ]
        columns = ("Kind", "Number", "Version", "Title", "Says", "From", "To")
        blocks.append(table(named[0].source_id, title, columns, rows))
    return blocks
