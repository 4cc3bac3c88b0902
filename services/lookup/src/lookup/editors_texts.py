"""Puts what the site's editors wrote in the place of what was composed."""

from dataclasses import replace
from itertools import groupby
from typing import Final

from lookup.content import Block, Page, items, notice, paragraph, plain, sources_named
from lookup.facts import EditorsText
from lookup.spelling import code_key
from lookup.store import Store
from lookup.wording import day

BULLET: Final = "• "
"""How a paragraph begins that is a point of a list."""


def with_editors_texts(page: Page, store: Store) -> Page:
    """*page* with the sections for which there is a published text; public ones only."""
    key = code_key(page.code.code)
    texts = {
        section.key: store.editors_text(page.code.system, key, section.key)
        for section in page.sections
        if section.public
    }
    if not any(texts.values()):
        return page
    sections = tuple(
        replace(section, blocks=_blocks(text)) if (text := texts.get(section.key)) else section
        for section in page.sections
    )
    sources = tuple(store.source(source_id) for source_id in sources_named(sections))
    return replace(page, sections=sections, sources=sources)


def _blocks(text: EditorsText) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for is_list, words in groupby(text.paragraphs, lambda words: words.startswith(BULLET)):
        if is_list:
            points = [plain(point.removeprefix(BULLET)) for point in words]
            blocks.append(items(text.source_id, "", points))
        else:
            blocks += [paragraph(text.source_id, running) for running in words]
    written = f"Written by {text.author}, reviewed on {day(text.reviewed_on)}."
    return (*blocks, notice(written, text.source_id))
