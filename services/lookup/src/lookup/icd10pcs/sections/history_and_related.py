"""History, Related Codes and Compliance: list by list, and what stands around the code."""

from lookup.content import Block, Line, Link, Section, Span, notice, paragraph, plain, table
from lookup.icd10pcs.axes import LENGTH
from lookup.icd10pcs.facts import Listing, PageFacts
from lookup.icd10pcs.wording import code_row, validity
from lookup.systems import ICD_10_PCS
from lookup.wording import day, searched

_COLUMNS = ("Code", "Title")


def section(facts: PageFacts) -> Section:
    """Gated."""
    return Section(
        "history_and_related",
        "History, Related Codes and Compliance",
        False,
        (*_release(facts), _lists(facts), *_spans(facts), *_related(facts)),
    )


def _release(facts: PageFacts) -> list[Block]:
    code, release = facts.code, facts.release
    if facts.confirming:
        source_id = facts.confirming[0].list.source_id
        text = f"{code.code} is in the {release.name} release, {validity(release)}."
    else:
        source_id = code.source_id
        text = (
            f"{code.code} is carried over into the {release.name} release from an earlier list; no "
            f"loaded list of {release.effective:%B %Y} confirms it {validity(release)}."
        )
    blocks = [
        paragraph(source_id, f"{text} Inpatient codes follow the day of discharge.", "Release")
    ]
    newest = facts.releases[0]
    last = facts.stretches[-1]
    if last.expires < newest.effective:
        blocks.append(_ended(facts))
    return blocks


def _ended(facts: PageFacts) -> Block:
    code, last = facts.code.code, facts.stretches[-1]
    after = [of for of in facts.listings if of.list.effective > last.expires]
    complete = next((of for of in after if of.list.completes(facts.section)), None)
    if complete is not None:
        why = f"“{complete.list.name}” names every code of its section and does not name it."
    else:
        why = (
            "the grouper's lists name it no longer. That means that it was deleted or, more "
            "rarely, that it ceased to bear on grouping."
        )
    source = (complete or after[0]).list.source_id
    return notice(
        f"{code} is not in the {facts.releases[0].name} release; it is known as valid to "
        f"{day(last.expires)}: {why}",
        source,
        "Ended",
    )


def _lists(facts: PageFacts) -> Block:
    return table(
        facts.release.source_id,
        "Lists that were read",
        ("List", "For discharges from", "To", "Names the code"),
        [_list_row(facts, of) for of in facts.listings],
    )


def _list_row(facts: PageFacts, of: Listing) -> tuple[Line, ...]:
    if of.named:
        says = "yes"
    elif of.list.completes(facts.section):
        says = "no"
    else:
        says = "no; it names only some of the codes"
    return (
        plain(of.list.name),
        plain(of.list.effective.isoformat()),
        plain(of.list.expires.isoformat()),
        plain(says),
    )


def _spans(facts: PageFacts) -> list[Block]:
    first = next((of.list for of in facts.listings if of.named), None)
    blocks: list[Block] = []
    if first is not None:
        oldest = facts.listings[0].list
        text = (
            f"{facts.code.code} is first named by “{first.name}”, for discharges from "
            f"{day(first.effective)}."
        )
        if first is oldest:
            text += " Older lists are not loaded: it may be older."
        elif any(not of.list.completes(facts.section) for of in facts.listings[:1]):
            text += " Lists before it name only some of the codes: it may be older."
        blocks.append(paragraph(first.source_id, text, "First listed"))
    if len(facts.stretches) > 1:
        blocks.append(
            table(
                facts.release.source_id,
                "How it read in the loaded releases",
                ("From", "To", "Title"),
                [
                    (
                        plain(of.effective.isoformat()),
                        plain(of.expires.isoformat()),
                        plain(of.title),
                    )
                    for of in facts.stretches
                ],
            )
        )
    return blocks


def _related(facts: PageFacts) -> list[Block]:
    source_id = facts.release.source_id
    blocks = [
        table(
            source_id,
            "Hierarchy",
            ("Level", "Place", "Title"),
            [
                (
                    plain(axis.name),
                    (
                        Span(
                            facts.code.code[: axis.position],
                            Link(ICD_10_PCS, facts.code.code[: axis.position], is_range=True),
                        ),
                    ),
                    plain(axis.label or "value not loaded"),
                )
                for axis in facts.axes[: LENGTH - 1]
            ],
        )
    ]
    siblings = [code for code in facts.beside(LENGTH) if code.code != facts.code.code]
    if siblings:
        blocks.append(
            table(source_id, "Codes beside", _COLUMNS, [code_row(code) for code in siblings])
        )
    else:
        blocks.append(
            notice(
                searched(facts.release, f"code that differs from {facts.code.code} at its end"),
                source_id,
            )
        )
    beside = [code for code in (facts.previous, facts.following) if code is not None]
    blocks.append(
        table(source_id, "Previous and next", _COLUMNS, [code_row(code) for code in beside])
    )
    return blocks
