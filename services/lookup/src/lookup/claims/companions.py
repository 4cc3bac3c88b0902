"""Rules on diagnoses together: what the tabular list's notes say of them."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from lookup.claims.facts import ClaimFacts, DiagnosisFacts, HeldNote, LineFacts, numbers
from lookup.claims.findings import Finding, Said, Severity
from lookup.icd10cm.facts import Naming, Node, NodeKind, NoteKind
from lookup.icd10cm.notes import HEADINGS, worded_lines
from lookup.icd10cm.pair_notes import PairNote, pair_notes
from lookup.icd10cm.ranges import admits
from lookup.wording import listed

EXCLUDES1: Final = "EXCLUDES1"
CODE_FIRST: Final = "CODE_FIRST"
USE_ADDITIONAL: Final = "USE_ADDITIONAL"
NOTE_KINDS: Final = (NoteKind.EXCLUDES1, NoteKind.CODE_FIRST, NoteKind.USE_ADDITIONAL)
"""The notes that these rules read."""
_LONGEST: Final = 320

type _Codes = Mapping[str, tuple[DiagnosisFacts, list[LineFacts]]]


def excludes1(facts: ClaimFacts) -> Iterator[Said]:
    """Pairs that a note of either one keeps apart, unless unrelated (guideline I.A.12.a)."""
    by_code = _by_code(facts)
    held = [note for note in facts.notes if note.note.kind is NoteKind.EXCLUDES1]
    named = {
        label: [naming for note in held if (naming := _naming(note, diagnosis.node))]
        for label, (diagnosis, _lines) in by_code.items()
    }
    above = {
        label: {node.id for node in diagnosis.chain}
        for label, (diagnosis, _lines) in by_code.items()
    }
    for first, second in combinations(by_code, 2):
        one, other = by_code[first], by_code[second]
        found = pair_notes(
            one[0].node,
            other[0].node,
            [naming for of in named[second] for naming in of if naming.owner.id in above[first]],
            [naming for of in named[first] for naming in of if naming.owner.id in above[second]],
        )
        if found:
            yield Finding(
                Severity.WARNING,
                EXCLUDES1,
                numbers((*one[1], *other[1])),
                f"{first} and {second} are normally not coded together: "
                f"{listed([_said(note) for note in found])}. The exception is when the two "
                "conditions are unrelated to each other (guideline I.A.12.a). Keep both only if "
                "the record makes that clear; otherwise ask the provider or remove one.",
                found[0].source_id,
            )


def code_first(facts: ClaimFacts) -> Iterator[Said]:
    """Diagnoses that ask for another one before them."""
    for held, holders in _asking(facts, NoteKind.CODE_FIRST):
        wanted = _wanted(facts, held, holders)
        if any(line.number < holders[0].number for line in wanted):
            continue
        if wanted:
            codes = listed(list(dict.fromkeys(line.label for line in wanted)), "or")
            todo = f"{codes} is given after it: sequence it first where the note applies."
        elif held.runs:
            todo = "No code that it names is on the claim: report it first where the note applies."
        else:
            todo = "It names no code: see that what it asks for comes first."
        yield _asked(CODE_FIRST, held, holders, wanted, todo)


def use_additional(facts: ClaimFacts) -> Iterator[Said]:
    """Diagnoses that ask for another one beside them."""
    for held, holders in _asking(facts, NoteKind.USE_ADDITIONAL):
        if not _wanted(facts, held, holders):
            todo = (
                "No code that it names is on the claim: add it where the record supports it."
                if held.runs
                else "It names no code: see that what it asks for is on the claim."
            )
            yield _asked(USE_ADDITIONAL, held, holders, [], todo)


def _by_code(facts: ClaimFacts) -> _Codes:
    by_code: dict[str, tuple[DiagnosisFacts, list[LineFacts]]] = {}
    for line, diagnosis in facts.diagnoses:
        by_code.setdefault(diagnosis.node.label, (diagnosis, []))[1].append(line)
    return by_code


def _naming(held: HeldNote, node: Node) -> list[Naming]:
    """The lines of a note that name *node*; what is named without a qualifier needs none."""
    found: dict[int, str] = {}
    for run in held.runs:
        if not run.first_id <= node.id <= run.last_id:
            continue
        extended, heading = node.stem_id is not None, not node.billable
        if admits(run.qualifier, node.label, extended=extended, heading=heading) is False:
            continue
        if run.line not in found or not run.qualifier:
            found[run.line] = run.qualifier
    return [Naming(held.owner, held.note, line, found[line]) for line in sorted(found)]


def _said(note: PairNote) -> str:
    text = "".join(span.text for span in note.line)
    where = "" if not note.inherited else f", inherited from {_place(note.place)},"
    narrowed = f", {note.condition}" if note.condition else ""
    return f"the Excludes1 note of {note.holds_for.label}{where} names “{text}”{narrowed}"


def _asking(facts: ClaimFacts, kind: NoteKind) -> Iterator[tuple[HeldNote, list[LineFacts]]]:
    """Each note of *kind* with the lines whose billable codes it holds for."""
    for held in facts.notes:
        if held.note.kind is kind:
            holders = [
                line
                for line, diagnosis in facts.diagnoses
                if diagnosis.node.billable
                and held.owner.holds(diagnosis.node.id)
                and _is_for(held, diagnosis.node)
            ]
            if holders:
                yield held, holders


def _is_for(held: HeldNote, node: Node) -> bool:
    """Whether *node* is among those a note is for: "for codes G31.0-G31.83, to identify:"."""
    if not _introduces(held) or "for codes " not in held.note.line_text(0):
        return True
    readers = [run for run in held.runs if run.line == 0]
    return not readers or any(run.first_id <= node.id <= run.last_id for run in readers)


def _introduces(held: HeldNote) -> bool:
    return held.note.line_text(0).rstrip().endswith(":")


def _wanted(facts: ClaimFacts, held: HeldNote, holders: list[LineFacts]) -> list[LineFacts]:
    """The lines with codes that a note asks for."""
    codes = {line.label for line in holders}
    return [
        line
        for line, diagnosis in facts.diagnoses
        if line.label not in codes
        and any(naming.line or not _introduces(held) for naming in _naming(held, diagnosis.node))
    ]


def _asked(
    rule: str, held: HeldNote, holders: list[LineFacts], wanted: list[LineFacts], todo: str
) -> Finding:
    codes = listed(list(dict.fromkeys(line.label for line in holders)))
    own = all(line.label == held.owner.label for line in holders)
    where = "" if own else f", inherited from {_place(held.owner)}"
    return Finding(
        Severity.INFO,
        rule,
        numbers((*holders, *wanted)),
        f"{HEADINGS[held.note.kind]} note of {codes}{where}: “{_text(held)}” {todo}",
        held.note.source_id,
    )


def _text(held: HeldNote) -> str:
    lines = ["".join(span.text for span in line).strip() for line in worded_lines(held.note)]
    joint = " " if _introduces(held) else "; "
    text = lines[0] if len(lines) == 1 else f"{lines[0]}{joint}{'; '.join(lines[1:])}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} …"


def _place(node: Node) -> str:
    if node.kind is NodeKind.CHAPTER:
        return f"chapter {node.label}"
    return f"section {node.label}" if node.kind is NodeKind.SECTION else node.label
