"""History, Related Codes and Compliance: where the code stands and what stands around it."""

import re

from lookup.changes import Change, ChangeKind, change_on
from lookup.content import Block, Line, Section, items, notice, paragraph, plain, table
from lookup.facts import Release
from lookup.icd10cm.facts import Node
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.places import code_line, place_line
from lookup.icd10cm.sections.compliance import flags
from lookup.icd10cm.sections.sources import GUIDELINES
from lookup.wording import searched, validity

_MANIFESTATION = re.compile(r"\bin (?:other )?diseases? classified elsewhere\b", re.IGNORECASE)
_COLUMNS = ("Code", "Title", "Billable")


def section(facts: PageFacts) -> Section:
    """Gated."""
    node, source_id = facts.node, facts.node.source_id
    blocks: list[Block] = [
        paragraph(
            source_id,
            f"{node.label} is in the {facts.release.name} release, {validity(facts.release)}.",
            "Release",
        ),
        *_history(facts),
    ]
    if _is_manifestation(facts):
        blocks.append(
            paragraph(
                GUIDELINES.id,
                "This is a manifestation code: it is never first-listed or principal; the "
                "underlying condition comes first (guideline I.A.13).",
                "Sequencing",
            )
        )
    blocks.append(flags(facts))
    blocks.extend(_index(facts))
    blocks.append(table(source_id, "Hierarchy", ("Level", "Place", "Title"), _hierarchy(facts)))
    related = (
        ("Codes below", facts.children),
        ("Codes beside", facts.siblings),
        ("Previous and next", tuple(n for n in (facts.previous, facts.following) if n)),
    )
    for title, nodes in related:
        if nodes:
            blocks.append(table(source_id, title, _COLUMNS, [_row(other) for other in nodes]))
    if not facts.children and not facts.siblings:
        what = f"codes beside or below {node.label}"
        blocks.append(notice(searched(facts.release, what), source_id))
    return Section(
        "history_and_related", "History, Related Codes and Compliance", False, tuple(blocks)
    )


def _is_manifestation(facts: PageFacts) -> bool:
    """By the editor's flag; by the title where the editor does not say."""
    if _MANIFESTATION.search(facts.node.title):
        return True
    day = facts.release.effective
    return any(
        row.manifestation and row.effective <= day <= row.expires for row in facts.relations.editor
    )


def _history(facts: PageFacts) -> list[Block]:
    """What each release that is loaded did to the code, and what came before them."""
    label, releases = facts.node.label, facts.history.releases
    first = releases[0]
    blocks: list[Block] = []
    if len(releases) > 1:
        blocks.append(
            table(
                facts.node.source_id,
                "Releases",
                ("Release", "From", "To", "What happened"),
                [
                    (
                        plain(release.name),
                        plain(release.effective.isoformat()),
                        plain(release.expires.isoformat()),
                        plain(_happened(facts, release, follows=release is not first)),
                    )
                    for release in releases
                ],
            )
        )
    begun = facts.history.stretches[0].effective
    what = "when it was added or last revised" if begun == first.effective else "what was before"
    blocks.append(
        notice(f"Releases before {first.name} not loaded for {label}: {what} is not known here.")
    )
    return blocks


def _happened(facts: PageFacts, release: Release, *, follows: bool) -> str:
    held = [of for of in facts.history.stretches if of.holds_on(release.effective)]
    change = change_on(facts.history.stretches, release.effective) if follows else None
    if change is None:
        return "listed" if held else "not listed"
    match change.kind:
        case ChangeKind.ADDED:
            return "added"
        case ChangeKind.RETURNED:
            return "listed again"
        case ChangeKind.ENDED:
            return "no longer listed"
        case ChangeKind.REVISED:
            return _revised(change)


def _revised(change: Change) -> str:
    if change.before == change.code.title:
        return "became billable" if change.code.billable else "divided: no longer billable"
    return f"title revised; it was “{change.before}”"


def _index(facts: PageFacts) -> list[Block]:
    """Entries of the Alphabetic Index; nothing where no index is loaded, which nobody misses."""
    entries = facts.relations.index
    if not entries:
        return []
    lines = [
        plain(f"{of.entry} [{of.manifestation}]" if of.manifestation else of.entry)
        for of in entries
    ]
    return [items(entries[0].source_id, "Alphabetic Index", lines)]


def _hierarchy(facts: PageFacts) -> list[tuple[Line, ...]]:
    return [
        (plain(place.kind.value.capitalize()), place_line(place), plain(place.title))
        for place in facts.chain[:-1]
    ]


def _row(node: Node) -> tuple[Line, ...]:
    return code_line(node), plain(node.title), plain("yes" if node.billable else "no")
