"""Reads what a page says, as a person would."""

from lookup.content import Block, BlockKind, Line, Link, Page, Section

KEYS = (
    "official_description",
    "common_language",
    "guidelines",
    "modifiers",
    "ncci_edits",
    "crosswalks",
    "payment",
    "medicare_coverage",
    "history_and_related",
)


def section(page: Page, key: str) -> Section:
    """The section with this key."""
    return next(section for section in page.sections if section.key == key)


def words(line: Line) -> str:
    """A line without its links."""
    return "".join(span.text for span in line)


def links(line: Line) -> list[Link]:
    """Where a line leads."""
    return [span.link for span in line if span.link is not None]


def rows(block: Block) -> list[tuple[str, ...]]:
    """The rows of a table."""
    return [tuple(words(cell) for cell in row) for row in block.rows]


def items(block: Block) -> list[str]:
    """The items of a list."""
    return [words(item) for item in block.items]


def titled(of: Section, title: str) -> Block:
    """The one table or list with this title."""
    (block,) = (b for b in of.blocks if b.title == title and b.kind is not BlockKind.PARAGRAPH)
    return block


def texts(of: Section) -> list[str]:
    """Paragraphs and notices."""
    return [block.text for block in of.blocks if block.text]


def lines(of: Section) -> list[Line]:
    """Every item and every cell."""
    return [
        line
        for block in of.blocks
        for line in (*block.items, *(cell for row in block.rows for cell in row))
    ]
