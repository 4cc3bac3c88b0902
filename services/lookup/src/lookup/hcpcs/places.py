"""Codes, dates and amounts of HCPCS as pages show them."""

from dataclasses import replace
from datetime import date

from lookup.content import Line, Link, Place, Span, plain
from lookup.facts import Code
from lookup.hcpcs.families import Family
from lookup.hcpcs.headings import Heading
from lookup.hcpcs.page_facts import PageFacts
from lookup.systems import HCPCS


def code_line(facts: PageFacts, code: str) -> Line:
    """A code, linked where the release holds it."""
    held = code in facts.named or code == facts.label
    return (Span(code, Link(HCPCS, code) if held else None),)


def name_line(facts: PageFacts, code: str) -> Line:
    """How a code reads; a dash where the release does not hold it."""
    return plain(facts.code.title if code == facts.label else facts.named.get(code, "–"))


def linked(code: Code) -> Line:
    """A code of the release, linked."""
    return (Span(code.code, Link(HCPCS, code.code)),)


def titled(code: Code, long_text: str | None) -> Code:
    """*code* with its long description as title, where one may be shown."""
    return replace(code, title=long_text) if long_text else code


def letter_place(family: Family) -> Place:
    """A letter group as a place of the hierarchy."""
    return Place(
        "letter", family.letter, family.title, Link(HCPCS, family.span, is_range=True), family.users
    )


def range_place(heading: Heading) -> Place:
    """A range of codes as a place of the hierarchy."""
    return Place("range", heading.span, heading.title, Link(HCPCS, heading.span, is_range=True))


def dollars(cents: int) -> str:
    """An amount of money, "$1,234.56"."""
    return f"${cents // 100:,}.{cents % 100:02d}"


def iso(day: date | None) -> Line:
    """A day in a table, a dash for none."""
    return plain(day.isoformat() if day else "–")
