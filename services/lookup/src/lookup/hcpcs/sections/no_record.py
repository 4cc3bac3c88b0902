"""What is said where CMS's HCPCS file of the quarter has nothing on a code."""

from lookup.content import Block, notice
from lookup.hcpcs.facts import Fact
from lookup.hcpcs.page_facts import PageFacts
from lookup.wording import searched


def no_record(facts: PageFacts, not_loaded: str) -> Block:
    """That the file was searched and has no record; *not_loaded* where there is no such file."""
    if Fact.RECORD not in facts.loaded:
        return notice(not_loaded)
    text = searched(facts.release, f"record of {facts.label} in CMS's HCPCS file")
    return notice(text, facts.loaded[Fact.RECORD])
