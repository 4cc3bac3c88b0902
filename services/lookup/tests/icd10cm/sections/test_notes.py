"""How an instruction is worded and on what condition it stands."""

import pytest

from lookup.icd10cm.facts import Note, NoteKind, NoteSpan
from lookup.icd10cm.notes import condition, worded_lines


def note(kind: NoteKind, *lines: str) -> Note:
    return Note(1, 1, kind, tuple((NoteSpan(line),) for line in lines), "small")


def worded(of: Note) -> list[str]:
    return ["".join(span.text for span in line) for line in worded_lines(of)]


@pytest.mark.parametrize(
    ("kind", "line", "printed"),
    [
        (NoteKind.USE_ADDITIONAL, "code to identify insulin", "Use additional code to identify"),
        (NoteKind.CODE_FIRST, ", if applicable, sepsis", "Code first, if applicable, sepsis"),
        (NoteKind.CODE_ALSO, "any associated wound", "Code also any associated wound"),
        (NoteKind.EXCLUDES1, "gout NOS", "gout NOS"),
    ],
)
def test_an_instruction_runs_on_from_its_heading(kind: NoteKind, line: str, printed: str) -> None:
    assert worded(note(kind, line, "further"))[0].startswith(printed)
    assert worded(note(kind, line, "further"))[1] == "further"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([", if applicable: cerebral infarction"], "if applicable"),
        (["the underlying cause, if known and applicable, such as:"], "if known and applicable"),
        (["code, where applicable, to identify:"], "where applicable"),
        (["code to identify radiation, if radiation-induced"], "if radiation-induced"),
        (["code, for adverse effect, to identify drug, if drug-induced"],
         "for adverse effect, if drug-induced"),
        (["underlying condition when associated fever is present, such as with:", "leukemia"],
         "when associated fever is present"),
        (["code for associated symptoms, when specified:", "x"], "when specified"),
        (["code for any associated wound"], ""),
        # The first of several instructions sets no condition for the others …
        (["type of explosive, if known", "explosion of grenade"], ""),
        # … unless it is printed once for all of them.
        ([", if applicable, postprocedural sepsis", "sepsis during labor"], "if applicable"),
    ],
)  # fmt: skip
def test_the_condition_is_taken_as_worded(lines: list[str], expected: str) -> None:
    assert condition(note(NoteKind.USE_ADDITIONAL, *lines)) == expected


def test_excludes_set_no_condition() -> None:
    assert condition(note(NoteKind.EXCLUDES1, "sepsis, if present")) == ""
