"""How notes are headed and worded, and the conditions they set."""

import re
from dataclasses import dataclass

from lookup.icd10cm.facts import Note, NoteKind, NoteLine, NoteSpan

HEADINGS = {
    NoteKind.NOTES: "Note",
    NoteKind.INCLUDES: "Includes",
    NoteKind.INCLUSION_TERM: "Inclusion terms",
    NoteKind.EXCLUDES1: "Excludes1",
    NoteKind.EXCLUDES2: "Excludes2",
    NoteKind.CODE_FIRST: "Code first",
    NoteKind.USE_ADDITIONAL: "Use additional code",
    NoteKind.CODE_ALSO: "Code also",
    NoteKind.VISUAL_IMPAIRMENT: "Categories of visual impairment",
}

LEADS = {
    NoteKind.CODE_FIRST: "Code first",
    NoteKind.USE_ADDITIONAL: "Use additional",
    NoteKind.CODE_ALSO: "Code also",
}
"""What the list prints before the first line of an instruction, which goes on from it."""

_CONDITION = re.compile(
    r"\bif (?:known and applicable|known|applicable|present|necessary|\w+-induced)\b"
    r"|\bwhere applicable\b"
    r"|\bfor adverse effects?\b"
    r"|\bfor codes [^:]*?(?=, to identify|:|$)"
    r"|\b(?:if|when)\b[^,:()]*"
)


def worded_lines(note: Note) -> tuple[NoteLine, ...]:
    """The lines of *note* as the list prints them: "Code first, if applicable, …"."""
    lead = LEADS.get(note.kind)
    if lead is None or not note.lines:
        return note.lines
    first, *others = note.lines
    joint = lead if first and first[0].text.startswith(",") else f"{lead} "
    return ((NoteSpan(joint), *first), *others)


@dataclass(frozen=True, slots=True)
class Introduced:
    """Lines of an instruction after the words that introduce them, empty where none do."""

    lead: str
    lines: tuple[NoteLine, ...]


def introduced_lines(note: Note) -> tuple[Introduced, ...]:
    """The lines of *note* as printed, with what introduces them ("…, such as:") kept apart.

    Only Code first, Use additional and Code also set lines under others; an excludes note may
    go on after the ones that are introduced, and does not say where. An introduction that names
    codes stays a line, because it links to them.
    """
    lines = worded_lines(note)
    if note.kind not in LEADS:
        return (Introduced("", lines),)
    found: list[Introduced] = []
    lead, held = "", list[NoteLine]()
    for place, line in enumerate(lines):
        text = "".join(span.text for span in line)
        introduces = text.endswith(":") and not any(span.target for span in line)
        if introduces and place + 1 < len(lines):
            if held:
                found.append(Introduced(lead, tuple(held)))
            lead, held = text, []
        else:
            held.append(line)
    found.append(Introduced(lead, tuple(held)))
    return tuple(found)


def condition(note: Note) -> str:
    """The condition under which an instruction applies, as worded; empty when it always does.

    Only Code first, Use additional and Code also set conditions for the whole of what they say:
    "if applicable", "for adverse effects", "if known".
    """
    if note.kind not in LEADS or not note.lines:
        return ""
    text = note.line_text(0)
    if len(note.lines) > 1 and not text.rstrip().endswith(":"):
        # Each line is an instruction of its own, unless the first one opens the list with a
        # condition and runs on (", if applicable, … " is printed once for all of them).
        text = text if text.startswith(",") else ""
    found = [" ".join(match[0].split()) for match in _CONDITION.finditer(text)]
    return ", ".join(wording.rstrip(" .") for wording in found)
