"""Reads what a page says, as a person would."""

from lookup.content import Block, Line, Page, Section

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


def rows(block: Block) -> list[tuple[str, ...]]:
    """The rows of a table."""
    return [tuple(words(cell) for cell in row) for row in block.rows]


def titled(page: Page, key: str, title: str) -> Block:
    """The one block of a section with this title."""
    (block,) = (block for block in section(page, key).blocks if block.title == title)
    return block


def text(page: Page, key: str) -> str:
    """Paragraphs and notices of a section, one after the other."""
    return " ".join(block.text for block in section(page, key).blocks if block.text)


def lines(of: Section) -> list[Line]:
    """Every item and every cell."""
    return [
        line
        for block in of.blocks
        for line in (*block.items, *(cell for row in block.rows for cell in row))
    ]
