"""What must hold for every page, looked for in one code of sixty and in odd ones."""

import re
from collections.abc import Callable, Iterator

import pytest

from lookup.content import Block, BlockKind, Page
from lookup.facts import Release
from lookup.store import Store
from services.lookup.tests.icd10pcs.reading import KEYS, lines, section, words

_STEP = 60
_ODD = (
    "0DTJ4ZZ", "5A1955Z", "0SRD0J9", "10E0XZZ", "B2111ZZ", "XW033E5", "F0746DZ", "021209W",
    "30233N1", "3E033GC", "4A133B1", "GZ72ZZZ", "HZ2ZZZZ", "X27Q3TA", "09XM0Z2", "F08E5AZ",
    "02HV33Z", "6A550Z3", "8E0ZXY5", "9WB1XHZ", "7W00X0Z", "2W30X1Z", "C21GZZZ", "DWY5GDZ",
)  # fmt: skip
_DOUBLED = re.compile(r"\b(the|of|is|and|a|to|in|or|not) \1\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def pages(pcs_store: Store, releases: dict[str, Release], page: Callable[..., Page]) -> list[Page]:
    newest = releases["2026-04-01"]
    keys = pcs_store.keys_starting(newest, "", 100_000)
    assert len(keys) == newest.code_count
    made = [page(key) for key in dict.fromkeys((*keys[::_STEP], *_ODD))]
    return [*made, page("X27H385", "2024-04-01"), page("0SG604Z", "2024-10-01")]


def blocks(pages: list[Page]) -> Iterator[tuple[str, Block]]:
    for page in pages:
        for part in page.sections:
            for block in part.blocks:
                yield f"{page.code.code} {part.key} {block.title or block.text[:40]}", block


def test_it_has_nine_sections_in_order_and_none_is_empty(pages: list[Page]) -> None:
    for page in pages:
        assert tuple(part.key for part in page.sections) == KEYS
        assert all(part.title and part.blocks for part in page.sections), page.code.code
        assert [part.key for part in page.sections if part.public] == list(KEYS[:2])


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
            for text in (*read, *(b.text for b in part.blocks), *(b.title for b in part.blocks)):
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


def test_every_link_leads_to_a_code_or_a_place_of_the_release(
    pages: list[Page], pcs_store: Store
) -> None:
    for page in pages:
        for part in page.sections:
            for span in (span for line in lines(part) for span in line if span.link):
                assert span.link is not None
                target = span.link.target
                if span.link.is_range:
                    assert pcs_store.keys_starting(page.release, target, 1), target
                else:
                    assert pcs_store.keys_among(page.release, [target]), target


def test_common_language_is_more_than_the_description_and_whole(pages: list[Page]) -> None:
    for page in pages:
        texts = [block.text for block in section(page, "common_language").blocks]
        assert len(set(texts)) == len(texts)
        for text in texts:
            assert text.casefold() != page.code.title.casefold()
            assert text.endswith("."), text
            assert ".." not in text, text
            assert not re.search(r"[{}]", text), text
            assert text.count("“") == text.count("”"), text
            assert text.count("(") == text.count(")"), text


def test_ancestors_are_the_first_six_characters(pages: list[Page]) -> None:
    for page in pages:
        assert [place.label for place in page.ancestors] == [
            page.code.code[:length] for length in range(1, 7)
        ]
