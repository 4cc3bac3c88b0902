"""What must hold for every page, looked for in one code of forty and in all odd ones."""

import re
from collections.abc import Callable, Iterator

import pytest

from lookup.content import Block, BlockKind, Page
from services.lookup.tests.icd10cm.sections.reading import KEYS, lines, section, words

_STEP = 40
_ODD = (
    "U07", "U07.1", "B20", "QA0", "QA0.0101", "O63.2", "H54.0X33", "S06.1X7",
    "M1A", "T07", "E11.A", "F99", "A00", "W19", "T36", "E11",
)  # fmt: skip
_DOUBLED = re.compile(r"\b(code|additional|first|also|with|the|of|is) \1\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def pages(labels: dict[str, int], page: Callable[[str], Page]) -> list[Page]:
    assert len(labels) == 98_186
    return [page(label) for label in (*sorted(labels)[::_STEP], *_ODD)]


def blocks(pages: list[Page]) -> Iterator[tuple[str, Block]]:
    for page in pages:
        for part in page.sections:
            for block in part.blocks:
                yield f"{page.code.code} {part.key} {block.title or block.text[:40]}", block


def test_it_has_nine_sections_in_order_and_none_is_empty(pages: list[Page]) -> None:
    for page in pages:
        assert tuple(part.key for part in page.sections) == KEYS
        assert all(part.title and part.blocks for part in page.sections), page.code.code


def test_no_block_is_empty_or_broken(pages: list[Page]) -> None:
    for where, block in blocks(pages):
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.NOTICE):
            assert block.text.strip(), where
        elif block.kind is BlockKind.LIST:
            assert block.items, where
        else:
            assert block.rows, where
            assert all(block.columns), where
            assert all(len(row) == len(block.columns) for row in block.rows), where


def test_no_text_is_empty_or_badly_spaced(pages: list[Page]) -> None:
    for page in pages:
        for part in page.sections:
            read = [words(line) for line in lines(part)]
            assert all(read), (page.code.code, part.key)
            said = [block.text for block in part.blocks]
            # Two lists may be introduced by the same words, one here and one above.
            told = [block.text for block in part.blocks if block.kind is not BlockKind.LIST]
            once = [text for text in told if text]
            assert len(set(once)) == len(once), (page.code.code, part.key)
            for text in (*read, *said, *(b.title for b in part.blocks)):
                assert "  " not in text, text
                assert text == text.strip(), text
                assert not _DOUBLED.search(text), text
            assert all(span.text for line in lines(part) for span in line)


def test_every_block_names_a_source_of_the_page_or_tells_what_is_not_loaded(
    pages: list[Page],
) -> None:
    for page in pages:
        known = {source.id for source in page.sources}
        for part in page.sections:
            for block in part.blocks:
                if not block.source_id:
                    assert block.kind is BlockKind.NOTICE
                    assert "not loaded" in block.text
                else:
                    assert block.source_id in known, (page.code.code, block)


def test_every_link_leads_to_a_code_or_a_range_that_is_there(
    pages: list[Page], labels: dict[str, int]
) -> None:
    published = {a.link.target for page in pages for a in page.ancestors if a.link}
    for page in pages:
        for part in page.sections:
            for span in (span for line in lines(part) for span in line if span.link):
                assert span.link is not None
                target = span.link.target
                if not span.link.is_range:
                    assert target in labels, target
                elif target not in published:
                    first, _, last = target.partition("-")
                    assert labels[first] < labels[last], target


def test_common_language_is_more_than_the_title_and_whole(pages: list[Page]) -> None:
    for page in pages:
        for block in section(page, "common_language").blocks:
            assert block.text.casefold() != page.code.title.casefold()
            assert block.text.endswith((".", "…")), block.text
            assert ".." not in block.text, block.text
            assert block.text.count("“") == block.text.count("”"), block.text
            assert block.text.count("(") == block.text.count(")"), block.text
