"""Medicare Coverage: the policies whose text names the diagnosis."""

from lookup.content import Block, Section, notice, plain, table
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.relations import Kind


def section(facts: PageFacts) -> Section:
    """Gated."""
    return Section(
        "medicare_coverage", "Medicare Coverage", False, (_national(facts), _local(facts))
    )


def _national(facts: PageFacts) -> Block:
    relations, label = facts.relations, facts.node.label
    source = relations.loaded.get(Kind.NCD)
    if source is None:
        return notice(f"National coverage determinations (NCD) that name {label} not loaded.")
    if not relations.policies:
        return notice(source.lists_no(f"determination whose text names {label}"), source.source_id)
    rows = [
        (
            plain(f"NCD {of.section}, version {of.version}"),
            plain(of.title),
            plain(of.coverage or "not stated"),
            plain(of.effective.isoformat()),
            plain(of.terminated.isoformat() if of.terminated else "–"),
        )
        for of in relations.policies
    ]
    columns = ("Determination", "Title", "Coverage", "Effective", "Terminated")
    return table(source.source_id, f"NCDs that name {label}", columns, rows)


def _local(facts: PageFacts) -> Block:
    return notice(
        f"Lists of diagnoses of local coverage determinations (LCD), in which {facts.node.label} "
        "may be, not loaded."
    )
