"""What a page says, before it is put on the wire: sections of blocks, blocks of spans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from lookup.facts import Code, Release, Source


@dataclass(frozen=True, slots=True)
class Link:
    """Leads to a code or, with *is_range*, to a place of the hierarchy."""

    system: str
    target: str
    is_range: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, linked or not."""

    text: str
    link: Link | None = None


type Line = tuple[Span, ...]


class OriginKind(StrEnum):
    """Kinds of places at which an inherited fact may be written."""

    CODE = "code"
    RANGE = "range"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of the hierarchy at which an inherited fact is written."""

    kind: OriginKind
    label: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the hierarchy: what it is called there, its label, its name and where it leads.

    *definition* is what the code set says that the place means, where it says so; a public fact.
    """

    kind: str
    label: str
    title: str
    link: Link | None
    definition: str = ""


class BlockKind(Enum):
    """Forms of a block."""

    PARAGRAPH = auto()
    LIST = auto()
    TABLE = auto()
    NOTICE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a section; *origin* is set on what was written elsewhere in the hierarchy."""

    kind: BlockKind
    source_id: str
    title: str = ""
    text: str = ""
    items: tuple[Line, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()
    origin: Origin | None = None
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
    """All that is known about one code; *ancestors* are outermost first.

    *sources* are those that its blocks name. *previous* and *following* are the codes beside it
    in the order of the code set.
    """

    code: Code
    release: Release
    ancestors: tuple[Place, ...]
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    previous: Code | None = None
    following: Code | None = None


def sources_named(sections: Sequence[Section]) -> Iterator[str]:
    """Ids of the sources that blocks of *sections* name, each once, in order."""
    yield from dict.fromkeys(
        block.source_id for section in sections for block in section.blocks if block.source_id
    )


def paragraph(source_id: str, text: str, title: str = "") -> Block:
    """Running text."""
    return Block(BlockKind.PARAGRAPH, source_id, title=title, text=text)


def notice(text: str, source_id: str = "", title: str = "") -> Block:
    """A remark about the data; without a source when it tells what is not loaded."""
    return Block(BlockKind.NOTICE, source_id, title=title, text=text)


def items(source_id: str, title: str, lines: Sequence[Line]) -> Block:
    """A list."""
    return Block(BlockKind.LIST, source_id, title=title, items=tuple(lines))


def table(
    source_id: str, title: str, columns: tuple[str, ...], rows: Sequence[tuple[Line, ...]]
) -> Block:
    """Rows and columns."""
    return Block(BlockKind.TABLE, source_id, title=title, columns=columns, rows=tuple(rows))


def plain(text: str) -> Line:
    """A line without links."""
    return (Span(text),)


def code_line(system: str, code: str) -> Line:
    """A code, linked to its page."""
    return (Span(code, Link(system, code)),)
