"""Lines of a claim in the spellings that people use, and those that have to be asked about."""

import re

import pytest

from gateway.claim_lines import TypedLine, typed_line, typed_lines
from gateway.claim_systems import systems_of_form


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("E11.9", TypedLine("E11.9")),
        ("  e119 ", TypedLine("E119")),
        ("ICD-10-CM E11.9", TypedLine("E11.9", "icd-10-cm")),
        ("icd10cm:e119", TypedLine("E119", "icd-10-cm")),
        ("ICD-10-PCS 0DTJ4ZZ", TypedLine("0DTJ4ZZ", "icd-10-pcs")),
        ("hcpcs level ii J0171", TypedLine("J0171", "hcpcs")),
        ("cpt 00001", TypedLine("00001", "cpt")),
        ("J0171 JW 3", TypedLine("J0171", "", ("JW",), 3)),
        ("j0171 jw jz 120", TypedLine("J0171", "", ("JW", "JZ"), 120)),
        ("J0171-JW-JZ", TypedLine("J0171", "", ("JW", "JZ"))),
        ("A4253, NU, 2", TypedLine("A4253", "", ("NU",), 2)),
        ("A4253\tNU\t2", TypedLine("A4253", "", ("NU",), 2)),
        ("J0171 3 units", TypedLine("J0171", "", (), 3)),
        ("J0171 40 units", TypedLine("J0171", "", (), 40)),
        ("J0171 1 unit", TypedLine("J0171")),
        ("J0171 units=3", TypedLine("J0171", "", (), 3)),
        ("J0171 ×3", TypedLine("J0171", "", (), 3)),
        ("J0171 x30", TypedLine("J0171", "", (), 30)),
        ("J0171 10", TypedLine("J0171", "", (), 10)),
        # Modifiers that look like units.
        ("00001 25", TypedLine("00001", "", ("25",))),
        ("00001 25 1", TypedLine("00001", "", ("25",))),
        ("G0439 25 2", TypedLine("G0439", "", ("25",), 2)),
        ("G0439-25", TypedLine("G0439", "", ("25",))),
        ("G0439 -25", TypedLine("G0439", "", ("25",))),
        ("G0439 X3 1", TypedLine("G0439", "", ("X3",))),
        ("G0439 U3", TypedLine("G0439", "", ("U3",))),
        ("G0439 UN", TypedLine("G0439", "", ("UN",))),
    ],
)
def test_a_line_is_read_in_any_spelling(text: str, line: TypedLine) -> None:
    assert typed_line(text) == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("J1100 40", "Write “-40” for the modifier or “40 units” for the units."),
        ("G0439 X3", "Write “-X3” for the modifier or “3 units” for the units."),
        ("J1100 2 3", "two numbers of units"),
        ("J1100 0", "1 to 99,999 units"),
        ("J1100 100000", "1 to 99,999 units"),
        ("J1100 " + "9" * 5_000, "1 to 99,999 units"),
        ("J1100 JWX", "neither a modifier of two characters nor a number"),
        ("J1100-JWX", "a modifier has two characters"),
        ("J1100 " + "JW " * 9, "more than 8 modifiers"),
        ("…", "needs a code"),
        ("A" * 65, "more than 64 characters"),
        ("J1100 <script>", "neither a modifier"),
        ("J1100 ٣", "neither a modifier"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as fault:
        typed_line(text)

    assert len(str(fault.value)) < 200


def test_faults_name_their_lines_and_blank_lines_count_for_nothing() -> None:
    lines, faults = typed_lines("E11.9\r\n\r\nJ1100 40\n\n  I10  ")

    assert [line.code for line in lines] == ["E11.9", "I10"]
    assert [fault.sentence[:23] for fault in faults] == ["Line 2 (“J1100 40”) end"]


@pytest.mark.parametrize(
    ("code", "systems"),
    [
        ("00001", ["cpt"]),
        ("0001T", ["cpt"]),
        ("E11.9", ["icd-10-cm"]),
        ("e119", ["icd-10-cm"]),
        ("E0601", ["hcpcs", "icd-10-cm"]),
        ("0DTJ4ZZ", ["icd-10-pcs"]),
        ("S82001A", ["icd-10-cm", "icd-10-pcs"]),
        ("C7A", ["icd-10-cm"]),
        ("nonsense", ["icd-10-cm"]),
    ],
)
def test_a_form_leaves_few_code_sets_to_look_into(code: str, systems: list[str]) -> None:
    assert systems_of_form(code) == systems
