"""Official Description: the long description with its date, and what confirms the code."""

from lookup.content import Block, Section, notice, paragraph
from lookup.icd10pcs.facts import PageFacts
from lookup.icd10pcs.wording import validity
from lookup.wording import listed


def section(facts: PageFacts) -> Section:
    """Public."""
    return Section(
        "official_description",
        "Official Description",
        True,
        (*_description(facts), _standing(facts)),
    )


def _description(facts: PageFacts) -> list[Block]:
    code = facts.code
    if not facts.described:
        return [
            notice(
                f"{code.code} is listed, and its description is not loaded: no list that was read "
                "has it. What its characters mean, as far as that is loaded, stands below.",
                code.source_id,
            )
        ]
    blocks = [paragraph(code.source_id, code.title)]
    read = next((of.list for of in facts.listings if of.list.source_id == code.source_id), None)
    if read is not None and read.effective != facts.release.effective:
        blocks.append(
            notice(
                f"This is the long description as published for {read.effective:%B %Y}; of "
                f"{facts.release.effective:%B %Y} no description is loaded.",
                code.source_id,
            )
        )
    return blocks


def _standing(facts: PageFacts) -> Block:
    code, release = facts.code.code, facts.release
    if facts.confirming:
        names = [f"“{of.list.name}”" for of in facts.confirming]
        return paragraph(
            facts.confirming[0].list.source_id,
            f"{code} can be reported {validity(release)}. It is confirmed by {listed(names)}.",
            "Valid",
        )
    last = next((of.list for of in reversed(facts.listings) if of.named), None)
    since = f" The newest that names it is “{last.name}”." if last else ""
    return notice(
        f"{code} is carried over from an earlier list: no loaded list of "
        f"{release.effective:%B %Y} names all codes, and those that there are do not name it."
        f"{since} Check that it is still valid before you report it {validity(release)}.",
        last.source_id if last else release.source_id,
        "Not confirmed for this release",
    )
