"""What a page says, before it is put on the wire: sections of blocks, blocks of spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from lookup.facts import Node, NodeKind, NoteLine, Release, Source
from lookup.systems import ICD_10_CM


@dataclass(frozen=True, slots=True)
class Link:
    """Leads to a code or, with *is_range*, to a range of codes."""

    target: str
    is_range: bool = False
    system: str = ICD_10_CM


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, linked or not."""

    text: str
    link: Link | None = None


type Line = tuple[Span, ...]


class BlockKind(Enum):
    """Forms of a block."""

    PARAGRAPH = auto()
    LIST = auto()
    TABLE = auto()
    NOTICE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a section; *origin* is set on what was written at another node."""

    kind: BlockKind
    source_id: str
    title: str = ""
    text: str = ""
    items: tuple[Line, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()
    origin: Node | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One of the nine sections."""

    key: str
    title: str
    public: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that is known about one code; *ancestors* are outermost first."""

    node: Node
    release: Release
    ancestors: tuple[Node, ...]
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]


def paragraph(source_id: str, text: str, title: str = "") -> Block:
    """Running text."""
    return Block(BlockKind.PARAGRAPH, source_id, title=title, text=text)


def notice(text: str, source_id: str = "", title: str = "") -> Block:
    """A remark about the data; without a source when it tells what is not loaded."""
    return Block(BlockKind.NOTICE, source_id, title=title, text=text)


def table(
    source_id: str, title: str, columns: tuple[str, ...], rows: Sequence[tuple[Line, ...]]
) -> Block:
    """Rows and columns."""
    return Block(BlockKind.TABLE, source_id, title=title, columns=columns, rows=tuple(rows))


def plain(text: str) -> Line:
    """A line without links."""
    return (Span(text),)


def code_line(node: Node) -> Line:
    """A code, linked to its page."""
    return (Span(node.label, Link(node.label)),)


def place_line(node: Node) -> Line:
    """A place of the hierarchy, linked where it has a page."""
    if node.is_code:
        return code_line(node)
    if node.kind is NodeKind.SECTION:
        return (Span(node.label, link_to(node)),)
    return (Span(f"Chapter {node.label}", link_to(node)),)


def link_to(node: Node) -> Link | None:
    """Where a place of the hierarchy leads.

    A section of one category is named like it ("B20") and has no address of its own.
    """
    if node.is_code:
        return Link(node.label)
    return Link(node.span, is_range=True) if "-" in node.span else None


def note_line(line: NoteLine) -> Line:
    """A line of a note with its links."""
    return tuple(
        Span(span.text, Link(span.target, span.is_range) if span.target else None) for span in line
    )
