"""What the facts of a page say about its 7th character."""

from lookup.icd10cm.facts import Extension, SeventhCharacterRule
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.seventh_characters import rule_in_force


def rule_for(facts: PageFacts) -> SeventhCharacterRule | None:
    """The rule that holds for the code: the innermost on the way up."""
    return rule_in_force(facts.rules)


def extension_of(facts: PageFacts) -> Extension | None:
    """The meaning of the code's own 7th character; None where it has none."""
    rule = rule_for(facts)
    if facts.node.stem_id is None or rule is None:
        return None
    own = facts.node.label[-1]
    return next(extension for extension in rule.extensions if extension.character == own)
