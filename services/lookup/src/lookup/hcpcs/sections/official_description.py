"""Official Description: the descriptor as published, its length class named, its validity."""

from lookup.content import Block, Section, notice, paragraph
from lookup.hcpcs.page_facts import PageFacts
from lookup.wording import day


def section(facts: PageFacts) -> Section:
    """Public."""
    return Section(
        "official_description",
        "Official Description",
        True,
        (*_descriptor(facts), _validity(facts)),
    )


def _descriptor(facts: PageFacts) -> list[Block]:
    record, short = facts.described, facts.code
    if record is None:
        return [
            paragraph(facts.release.source_id, short.title),
            notice(
                "This is the short description, which CMS abbreviates to 28 characters. The long "
                f"description of {facts.label} is not loaded for this quarter."
            ),
        ]
    blocks = [paragraph(record.source_id, record.long_text)]
    if facts.record is None:
        blocks.append(
            paragraph(
                record.source_id,
                "This is the long description as of the HCPCS file of "
                f"{record.effective:%B %Y}. The short description has stayed the same since; "
                "the long one of this quarter is not loaded and may have changed.",
                "Long description of an earlier release",
            )
        )
    source = facts.source_id or record.source_id
    blocks.append(paragraph(source, short.title, "Short description (28 characters)"))
    return blocks


def _validity(facts: PageFacts) -> Block:
    release = facts.release
    text = (
        f"{facts.label} is in the {release.name} release, for services from "
        f"{day(release.effective)} to {day(release.expires)}."
    )
    ended = facts.record.ended if facts.record else None
    if ended is not None and ended <= release.expires:
        assert facts.record is not None
        return paragraph(
            facts.record.source_id, f"{text} It ends on {day(ended)}, that day included.", "Valid"
        )
    return paragraph(release.source_id, text, "Valid")
