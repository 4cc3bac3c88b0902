"""What must hold for every page, looked for in one code of thirty and in all odd ones."""

import re
from collections.abc import Callable, Iterator

import pytest

from lookup.content import Block, BlockKind, Page
from lookup.facts import Release
from lookup.store import Store
from services.lookup.tests.icd10cm.sections.reading import KEYS, lines, words

_STEP = 30
_ODD = (
    *("A0427", "E0601", "J1885", "J0570", "G0439", "G2211", "C9600", "S9364", "P9016", "L3201"),
    *("C9818", "U0001", "G0466", "Q5121", "V2020", "R0070", "T1040", "H0040", "M0201", "K0856"),
)
_DOUBLED = re.compile(r"\b(code|codes|the|of|is|with|not|which|and) \1\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def pages(store: Store, release: Release, page: Callable[..., Page]) -> list[Page]:
    keys = store.keys_starting(release, "", 10_000)
    assert len(keys) == release.code_count
    return [page(key) for key in (*keys[::_STEP], *_ODD)]


def blocks(pages: list[Page]) -> Iterator[tuple[str, Block]]:
    for page in pages:
        for part in page.sections:
            for block in part.blocks:
                yield f"{page.code.code} {part.key} {block.title or block.text[:40]}", block


def test_it_has_nine_sections_in_order_and_none_is_empty(pages: list[Page]) -> None:
    for page in pages:
        assert tuple(part.key for part in page.sections) == KEYS
        assert all(part.title and part.blocks for part in page.sections), page.code.code
        assert [part.public for part in page.sections] == [True, True] + [False] * 7


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


def test_every_block_names_a_source_of_the_page_or_tells_what_is_not_loaded(
    pages: list[Page],
) -> None:
    for page in pages:
        known = {source.id for source in page.sources}
        for where, block in blocks([page]):
            if block.source_id:
                assert block.source_id in known, where
            else:
                assert block.kind is BlockKind.NOTICE, where
                assert "not loaded" in block.text, where


def test_every_link_leads_to_a_code_of_the_release(
    pages: list[Page], store: Store, release: Release
) -> None:
    targets = {
        span.link.target
        for page in pages
        for part in page.sections
        for line in lines(part)
        for span in line
        if span.link
    }
    assert len(targets) > 1_000
    for target in targets:
        assert store.code(release, target) is not None, target


def test_it_cites_the_quarter_it_shows(page: Callable[..., Page]) -> None:
    for release_id in ("hcpcs-2019-07", "hcpcs-2022-10", "hcpcs-2026-04"):
        shown = page("A0427", release_id)
        quarter = release_id.removeprefix("hcpcs-")
        assert {source.id for source in shown.sources} == {f"ioce-{quarter}"}
