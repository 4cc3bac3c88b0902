"""The little Markdown that a text may use: paragraphs, and lists of one level."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lookup.packs.pack_text import BULLET, Fault

_POINT = re.compile(r"- +(?=\S)")

_REFUSED_LINES = (
    (re.compile(r" *([-*_=])(?: *\1)* *$"),
     "rules and underlined headings are not shown; take the line out"),
    (re.compile(r" +(?:[-*+]|[0-9]+[.)]) "),
     "lists have one level; begin the point with “- ” at the margin"),
    (re.compile(r"[*+] |-(?=[^\s\d-])"), "begin a point of a list with “- ”"),
    (re.compile(r"[0-9]{1,9}[.)](?: |$)"), "numbered lists are not shown; use “- ” or words"),
    (re.compile(r"#"), "headings are not shown; take “#” out"),
    (re.compile(r" *>"), "quotations are not shown; take “>” out"),
    (re.compile(r" *(?:```|~~~)"), "code is not shown; write plain text"),
    (re.compile(r" *\|"), "tables are not shown; write plain text"),
    (re.compile(r" *\[[^\]]*\]:"), "links are not shown; take the link's definition out"),
)  # fmt: skip
_REFUSED_INSIDE = (
    (re.compile(r"!?\]\(|\]\["), "links and pictures are not shown; write plain text"),
    (re.compile(r"<[A-Za-z/!?]"), "HTML and links are not shown; write plain text"),
    (re.compile(r"&(?:#[0-9]|#[xX]|[A-Za-z][A-Za-z0-9]*;)"),
     "HTML is not shown; write the character itself"),
    (re.compile(r"https?://|www\."), "links are not shown; name the source under “sources”"),
    (re.compile(r"[*_]|~~"), "emphasis is not shown; take “*”, “_” and “~~” out"),
    (re.compile(r"`"), "code is not shown; take the backticks out"),
    (re.compile(r"\\"), "nothing needs a backslash; take it out"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or a point of a list with its mark, and the line on which it begins."""

    text: str
    line: int


def read_passages(
    file: str, lines: Sequence[str], first_line: int
) -> tuple[list[Passage], list[Fault]]:
    """The passages of *lines*, which begin on line *first_line* of *file*, and what is wrong."""
    passages: list[Passage] = []
    faults: list[Fault] = []
    open_passage = False
    for number, line in enumerate(lines, first_line):
        if not line.strip():
            open_passage = False
            continue
        if fault := _fault(line):
            faults.append(Fault(file, number, fault))
            continue
        words = " ".join(unicodedata.normalize("NFC", line).split())
        if point := _POINT.match(line):
            passages.append(Passage(BULLET + " ".join(line[point.end() :].split()), number))
        elif open_passage:
            before = passages[-1]
            passages[-1] = Passage(f"{before.text} {words}", before.line)
        elif line[0] == " ":
            faults.append(Fault(file, number, "begin the text at the margin; take the blanks out"))
            continue
        else:
            passages.append(Passage(words, number))
        open_passage = True
    return passages, faults


def _fault(line: str) -> str | None:
    for character in line:
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"):
            return f"U+{ord(character):04X} is an invisible character; take it out"
    for pattern, what in _REFUSED_LINES:
        if pattern.match(line):
            return what
    for pattern, what in _REFUSED_INSIDE:
        if pattern.search(line):
            return what
    return None
