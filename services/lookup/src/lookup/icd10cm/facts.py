"""What the tabular list holds, as plain values.

The classification is one tree in tabular order: chapters, sections, categories, subcategories
and the codes made by adding a 7th character. A node's ``id`` is its place in that order, so the
nodes below it are exactly those with ``id < other <= last_id``.
"""

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node of the tree is called."""

    CHAPTER = "chapter"
    SECTION = "section"
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"


class NoteKind(StrEnum):
    """Kinds of notes in the tabular list, named as the list names them."""

    NOTES = "notes"
    INCLUDES = "includes"
    INCLUSION_TERM = "inclusion_term"
    EXCLUDES1 = "excludes1"
    EXCLUDES2 = "excludes2"
    CODE_FIRST = "code_first"
    USE_ADDITIONAL = "use_additional"
    CODE_ALSO = "code_also"
    VISUAL_IMPAIRMENT = "visual_impairment"


EXCLUDES = (NoteKind.EXCLUDES1, NoteKind.EXCLUDES2)
COMPANIONS = (NoteKind.CODE_FIRST, NoteKind.USE_ADDITIONAL, NoteKind.CODE_ALSO)


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the classification.

    *label* is the code with its dot, a section's range or a chapter's number; *span* is the
    range of categories below a chapter or section. *billable* nodes have nothing below them.
    """

    id: int
    parent_id: int | None
    last_id: int
    kind: NodeKind
    label: str
    span: str
    title: str
    inline_title: str
    """The title as it reads in the middle of a sentence."""
    billable: bool
    stem_id: int | None
    """Node to which a 7th character was added to make this code."""
    source_id: str

    @property
    def is_code(self) -> bool:
        """Whether it has a page of its own."""
        return self.kind in (NodeKind.CATEGORY, NodeKind.SUBCATEGORY)

    def holds(self, node_id: int) -> bool:
        """Whether *node_id* is this node or lies below it."""
        return self.id <= node_id <= self.last_id


@dataclass(frozen=True, slots=True)
class NoteSpan:
    """A stretch of a note; *target* is the code or range it names, if any."""

    text: str
    target: str = ""
    is_range: bool = False


type NoteLine = tuple[NoteSpan, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its lines in order, under the node where it is written."""

    id: int
    node_id: int
    kind: NoteKind
    lines: tuple[NoteLine, ...]
    source_id: str

    def line_text(self, number: int) -> str:
        """Line *number* without its links."""
        return "".join(span.text for span in self.lines[number])


@dataclass(frozen=True, slots=True)
class Extension:
    """A 7th character and what it means, with remarks printed under it."""

    character: str
    meaning: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeventhCharacterRule:
    """The 7th characters that codes under a node must take, unless a lower node narrows them."""

    node_id: int
    instruction: str
    extensions: tuple[Extension, ...]
    source_id: str


@dataclass(frozen=True, slots=True)
class Naming:
    """A note elsewhere that names a code: which line of it, and with what qualifier."""

    owner: Node
    note: Note
    line: int
    qualifier: str
    """As worded, "with .52"; empty when all that is named is meant."""
