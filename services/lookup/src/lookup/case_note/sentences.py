"""Cuts a note into sentences, each in its section: lists, headings and wrapped lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lookup.case_note.finding import Mark
from lookup.case_note.sections import Section, heading_at, headings_within


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of a note that says one thing after the other, and the heading it stands under."""

    start: int
    end: int
    section: Section
    heading: Mark | None


_LINE: Final = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BULLET: Final = re.compile(
    r"[ \t\xa0]*(?:[-*\u2022\u00b7\u2013\u2014\u25aa\u25cf\u25e6\u2043\u27a2>~]+[ \t]*"
    r"|#[ \t]*\d{0,2}[.):]?[ \t]*|\(?\d{1,2}[.)][ \t]*(?!\d)|\(?[a-zA-Z][.)][ \t]+(?=\S))?"
)
_END: Final = re.compile(r"[.!?;|](?=[\"')\]]{0,2}(?:\s|$))|;|\|")
_NUMBERED: Final = re.compile(r"(?<=[\s:;.,])(?:\(\d{1,2}\)|\d{1,2}[.)])[ \t]+(?=[A-Za-z])")
_SHORTENED: Final = frozenset(
    (
        *("dr", "mr", "mrs", "ms", "prof", "pt", "pts", "vs", "e.g", "eg", "i.e", "ie", "approx"),
        *("hx", "dx", "tx", "rx", "sx", "fx", "st", "wt", "ht", "temp", "resp", "neg", "pos"),
        *("b.i.d", "q.d", "p.o", "a.m", "p.m", "yr", "yrs", "mo", "wk", "lt", "rt", "bilat"),
        *("min", "max", "fig", "dept", "jr", "sr", "h.o", "s.p", "w.o", "abd", "ext", "ant"),
        *("post", "inf", "sup", "lat", "med", "prox", "dist", "sec", "chr", "ac", "hosp", "cont"),
        *("incl", "poss", "prob", "susp", "unspec", "occ", "freq", "assoc", "c.o", "f.u", "cf"),
    )
)
_CARRIED_ON: Final = frozenset(
    (
        *("and", "or", "of", "the", "with", "without", "no", "in", "on", "at", "to", "for", "a"),
        *("an", "by", "from", "her", "his", "their", "right", "left", "bilateral", "denies"),
        *("acute", "chronic", "severe", "mild", "nor", "is", "was", "has", "had", "not", "due"),
        *("possible", "probable", "type", "stage", "history", "as", "as", "her", "than", "but"),
    )
)
_LETTERED: Final = frozenset(
    ("hepatitis", "vitamin", "type", "influenza", "group", "grade", "class", "stage", "category")
)
"""Words after which a single letter ends a sentence as any word does."""
_WRAPPED, _WRAPPED_BEFORE_CAPITAL = 30, 66
"""Lines at least so long may go on in the next one."""
_IDENTITY_WORDS = 8


def sentences_of(note: str) -> list[Sentence]:
    """The sentences of *note* in their order, without headings and what stands under some."""
    found: list[Sentence] = []
    for start, end, section, heading in _stretches(note):
        if section in (Section.PASSED_OVER, Section.IDENTITY):
            continue
        for begin, stop in _cut(note, start, end):
            if note[begin:stop].strip():
                found.append(Sentence(begin, stop, section, heading))
    return found


def _stretches(note: str) -> Iterator[tuple[int, int, Section, Mark | None]]:
    """Lines without their bullets and headings, wrapped ones joined, each with its section."""
    section, heading = Section.PLAIN, None
    told = False
    pending: tuple[int, int, Section, Mark | None] | None = None
    last_end = 0
    for line in _LINE.finditer(note):
        start, end = line.span()
        if not line[0].strip():
            continue
        blank = note.count("\n", last_end, start) > 1
        last_end = end
        bullet = _BULLET.match(note, start, end)
        begin = bullet.end() if bullet else start
        listed = begin > start and bool(note[start:begin].strip())
        if blank and told:
            section, heading, told = Section.PLAIN, None, False
        named = heading_at(note, begin, end)
        if named is not None:
            if pending:
                yield pending
                pending = None
            section, heading, begin = named[0], Mark(named[1], named[2]), named[3]
            told = False
        elif pending and not listed and not blank and _goes_on(note, pending, begin):
            pending = (pending[0], end, pending[2], pending[3])
            continue
        if pending:
            yield pending
            pending = None
        if not note[begin:end].strip():
            continue
        told = True
        place = begin
        own = section
        for within in headings_within(note, begin, end):
            yield place, within[1], _kept(note, own, place, within[1]), heading
            section, heading, place = within[0], Mark(within[1], within[2]), within[3]
            own = section
        own = _kept(note, own, place, end)
        pending = (place, end, own, heading)
        if section in (Section.IDENTITY, Section.ALLERGIES) and named is not None:
            section, heading = Section.PLAIN, None
    if pending:
        yield pending


def _kept(note: str, section: Section, start: int, end: int) -> Section:
    """*section*, but long lines after the name of a person are no more than names."""
    if section is Section.IDENTITY and len(note[start:end].split()) > _IDENTITY_WORDS:
        return Section.PLAIN
    return section


def _goes_on(note: str, line: tuple[int, int, Section, Mark | None], begin: int) -> bool:
    """Whether a line that stops without the end of a sentence goes on at *begin*."""
    start, end = line[0], line[1]
    text = note[max(start, end - 200) : end].rstrip()
    if not text or text[-1] in ".!?;:":
        return False
    last = text.rsplit(None, 1)[-1].lower()
    if text[-1] in ",&/-(" or last in _CARRIED_ON:
        return True
    line_start = max(note.rfind("\n", 0, end), note.rfind("\r", 0, end)) + 1
    length = end - line_start
    if note[begin : begin + 1].isupper():
        return length >= _WRAPPED_BEFORE_CAPITAL
    return length >= _WRAPPED


def _cut(note: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the sentences of ``note[start:end]`` begin and end."""
    ends = [match.end() for match in _END.finditer(note, start, end) if _ends(note, start, match)]
    ends += [match.start() for match in _NUMBERED.finditer(note, start, end)]
    begin = start
    for stop in [*sorted(ends), end]:
        if stop > begin:
            numbered = _NUMBERED.match(note, begin, stop)
            yield (numbered.end() if numbered else begin), stop
            begin = stop


def _ends(note: str, start: int, match: re.Match[str]) -> bool:
    if match[0] != ".":
        return True
    word = note[max(start, match.start() - 24) : match.start()].rsplit(None, 1)[-1:]
    if not word:
        return False
    last = word[0].lower().lstrip("(\"'")
    following = note[match.end() : match.end() + 8].lstrip()[:1]
    if last == "etc":
        return following.isupper()
    if len(last) == 1 and last.isalpha():
        return _before(note, start, match.start() - 1) in _LETTERED
    return last not in _SHORTENED


def _before(note: str, start: int, end: int) -> str:
    words = note[max(start, end - 24) : end].lower().split()
    return words[-1] if words else ""
