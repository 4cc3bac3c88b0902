"""Walks through HCPCS Level II: letter groups, ranges that can be scanned, codes."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from lookup.browsing import Browsed, Entry
from lookup.content import Link, Place
from lookup.facts import Code, Release
from lookup.hcpcs.families import FAMILIES
from lookup.hcpcs.headings import HEADINGS, Heading, block_of, heading_of
from lookup.hcpcs.places import letter_place, range_place, titled
from lookup.hcpcs.store import HcpcsStore
from lookup.refusals import Reason, Refused
from lookup.systems import HCPCS

_LETTER: Final = re.compile(r"[A-Z]")
_RANGE: Final = re.compile(r"([A-Z])(\d{4})\s*[-–]\s*([A-Z])(\d{4})")
_SCANNED: Final = 120
"""Codes that a reader can look through; ranges with more are shown by the hundred."""


def browse(store: HcpcsStore, release: Release, place: str) -> Browsed:
    """What lies at *place*: the letters, a letter, or a range in any spelling.

    Raises:
        Refused: when *place* is none of these or holds no code.
    """
    text = place.strip().upper()
    if not text:
        return _letters(store, release)
    if _LETTER.fullmatch(text):
        text = f"{text}0000-{text}9999"
    found = _RANGE.fullmatch(text)
    if found is None or found[1] + found[2] > found[3] + found[4]:
        raise Refused(
            Reason.REQUEST_INVALID, "range", "must be a letter, or two codes like J0120-J3999"
        )
    first, last = found[1] + found[2], found[3] + found[4]
    codes = store.codes_between(release, first, last)
    if not codes:
        raise Refused(
            Reason.CODE_NOT_FOUND, "range", f"{release.name} has no code in {first}-{last}"
        )
    return _range(store, release, Heading(first, last, ""), codes)


def _letters(store: HcpcsStore, release: Release) -> Browsed:
    entries = []
    for family in FAMILIES.values():
        first, last = family.span.split("-")
        if count := len(store.codes_between(release, first, last)):
            entries.append(Entry(letter_place(family), False, count))
    return Browsed(None, (), tuple(entries))


def _range(store: HcpcsStore, release: Release, wanted: Heading, codes: Sequence[Code]) -> Browsed:
    family = FAMILIES[wanted.first[0]]
    if wanted.span == family.span:
        return Browsed(letter_place(family), (), tuple(_headings(codes)))
    published = next((heading for heading in HEADINGS if heading.span == wanted.span), None)
    if published is not None:
        here = range_place(published)
        ancestors: tuple[Place, ...] = (letter_place(family),)
    else:
        here = Place("", wanted.span, "", Link(HCPCS, wanted.span, is_range=True))
        ancestors = _holders(wanted)
    if len(codes) <= _SCANNED:
        return Browsed(here, ancestors, tuple(_codes(store, release, codes)))
    if published is None and len({_holder(code.code) for code in codes}) > 1:
        return Browsed(here, ancestors, tuple(_headings(codes)))
    return Browsed(here, ancestors, tuple(_blocks(wanted, codes)))


def _holders(wanted: Heading) -> tuple[Place, ...]:
    """The letter and, where one holds all of it, the heading."""
    if wanted.first[0] != wanted.last[0]:
        return ()
    letter = letter_place(FAMILIES[wanted.first[0]])
    heading = heading_of(wanted.first)
    if heading is None or not heading.first <= wanted.last <= heading.last:
        return (letter,)
    return letter, range_place(heading)


def _holder(code: str) -> Heading:
    return heading_of(code) or block_of(code)


def _headings(codes: Sequence[Code]) -> Iterator[Entry]:
    for heading, of in groupby(codes, key=lambda code: _holder(code.code)):
        yield Entry(range_place(heading), False, len(list(of)))


def _blocks(within: Heading, codes: Sequence[Code]) -> Iterator[Entry]:
    """Hundreds, cut to the range that is looked at, with their first and last codes as title."""
    for block, of in groupby(codes, key=lambda code: block_of(code.code)):
        held = list(of)
        cut = Heading(max(block.first, within.first), min(block.last, within.last), "")
        title = f"{held[0].title} … {held[-1].title}" if len(held) > 1 else held[0].title
        yield Entry(range_place(Heading(cut.first, cut.last, title)), False, len(held))


def _codes(store: HcpcsStore, release: Release, codes: Sequence[Code]) -> Iterator[Entry]:
    texts = store.long_texts(release, [code.code for code in codes])
    for code in codes:
        shown = titled(code, texts.get(code.code))
        place = Place("code", shown.code, shown.title, Link(HCPCS, shown.code))
        yield Entry(place, shown.billable, 1)
