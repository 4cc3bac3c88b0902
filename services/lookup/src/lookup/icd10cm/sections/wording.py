"""Phrases that several sections share."""

from collections.abc import Sequence

from lookup.icd10cm.facts import Node
from lookup.wording import counted


def must_be_completed(node: Node, variants: Sequence[Node], children: Sequence[Node]) -> str:
    """Why a code cannot be reported, and what to do."""
    if variants:
        return (
            f"{node.label} cannot be reported as it stands: it needs a 7th character, "
            f"as in {variants[0].label}."
        )
    return (
        f"{node.label} cannot be reported as it stands: it is a heading over "
        f"{counted(len(children), 'more specific entry', 'more specific entries')}."
    )
