"""All the facts that one code's page is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lookup.facts import Code, Release
from lookup.icd10cm.facts import (
    Naming,
    Node,
    Note,
    NoteKind,
    SeventhCharacterRule,
)
from lookup.icd10cm.relations import Relations


@dataclass(frozen=True, slots=True)
class History:
    """The releases that are loaded and how the code reads in them, both oldest first."""

    releases: tuple[Release, ...]
    stretches: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the catalog holds about *node* and what surrounds it.

    *chain* runs from the chapter down to the node itself. *rules* are the 7th character rules
    met on the way up, innermost first. *variants* are the codes made by a 7th character from
    the node or, where the node is one of them, from its stem. *side_candidates* are the codes
    among which the other side may be found. *namings* are notes elsewhere that name the node.
    *relations* are what other publications say of it.
    """

    node: Node
    release: Release
    chain: tuple[Node, ...]
    notes: Mapping[int, tuple[Note, ...]]
    rules: tuple[SeventhCharacterRule, ...]
    variants: tuple[Node, ...]
    children: tuple[Node, ...]
    siblings: tuple[Node, ...]
    side_candidates: tuple[Node, ...]
    previous: Node | None
    following: Node | None
    namings: tuple[Naming, ...]
    relations: Relations
    history: History

    @property
    def stem(self) -> Node:
        """The node without its 7th character; the node itself where it has none."""
        return self.chain[-2] if self.node.stem_id is not None else self.node

    @property
    def outward(self) -> tuple[Node, ...]:
        """The node, then what holds it, innermost first."""
        return self.chain[::-1]

    def notes_outward(self, kinds: Iterable[NoteKind]) -> list[tuple[Node, Note]]:
        """Own and inherited notes of *kinds* with the node where each stands, innermost first."""
        wanted = frozenset(kinds)
        return [
            (node, note)
            for node in self.outward
            for note in self.notes.get(node.id, ())
            if note.kind in wanted
        ]

    def node_of(self, node_id: int) -> Node:
        """The node of the chain with this id."""
        return next(node for node in self.chain if node.id == node_id)
