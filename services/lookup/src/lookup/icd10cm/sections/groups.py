"""The MS-DRGs of a diagnosis, as two sections tell them."""

from lookup.content import Block, notice
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.relations import Grouping
from lookup.wording import day, listed


def of_grouper(grouping: Grouping) -> str:
    """Which grouper a fact is of, "MS-DRG grouper version 43.1 (FY 2026)"."""
    version = grouping.version
    return f"MS-DRG grouper version {version.name} (FY {version.fiscal_year})"


def not_loaded(facts: PageFacts, what: str) -> Block:
    """That no grouper is loaded for the release."""
    return notice(f"{what} not loaded for {day(facts.release.effective)}.")


def no_group(facts: PageFacts, grouping: Grouping) -> Block:
    """That the code leads to no group as principal diagnosis."""
    text = (
        f"The lists of {of_grouper(grouping)} were searched; they hold no MS-DRG for "
        f"{facts.node.label} as principal diagnosis."
    )
    return notice(text, grouping.source_id)


def leads_to(facts: PageFacts, grouping: Grouping) -> str:
    """What the table of groups shows, and what it does not."""
    where = ""
    if grouping.mdcs:
        word = "category" if len(grouping.mdcs) == 1 else "categories"
        where = f", in major diagnostic {word} {listed(grouping.mdcs)}"
    one = len(grouping.drgs) == 1
    which = (
        "" if one else " Which one depends on the other diagnoses, the discharge and the patient."
    )
    return (
        f"As principal diagnosis of a stay without an operating-room procedure, "
        f"{facts.node.label} leads to {'the group' if one else 'one of the groups'} below{where}."
        f"{which} A procedure may lead to another group.{_barred(facts)}"
    )


def _barred(facts: PageFacts) -> str:
    """That the groups are of little use to a code that may not be the principal diagnosis."""
    day_of = facts.release.effective
    held = [of for of in facts.relations.editor if of.effective <= day_of <= of.expires]
    if any(of.manifestation or of.unacceptable for of in held):
        return " By its code editor flags, though, it is not to be the principal diagnosis."
    return ""
