"""How notes are headed and worded, and the conditions they set."""

import re

from lookup.facts import Note, NoteKind, NoteLine, NoteSpan

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
