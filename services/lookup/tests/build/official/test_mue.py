"""Units edits come out with how they count, or the file is refused with its line."""

from datetime import date

import pytest

from lookup.build.errors import SourceError
from lookup.build.official import mue
from lookup.build.official.mue import UnitEdits, UnitTable
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.published_files import MUE_NAME, file_of


def read(text: str, name: str = MUE_NAME) -> UnitEdits:
    return mue.read(file_of(text, name))


def refusal(text: str, name: str = MUE_NAME) -> str:
    with pytest.raises(SourceError) as refused:
        read(text, name)
    return str(refused.value)


def test_the_leading_digit_of_the_indicator_counts() -> None:
    edits = read(published.mue()).edits
    assert [(edit.code, edit.units, edit.indicator) for edit in edits] == [
        *(("A4218", 20, 3), ("G0008", 1, 2), ("V5364", 0, 1)),
    ]
    assert edits[0].indicator_text == "3 Date of Service Edit: Clinical"
    assert (edits[0].rationale, edits[0].line) == ("CMS Policy", 6)


def test_the_notice_is_kept_as_one_text() -> None:
    assert read(published.mue()).notice == "A notice about copyright 2025. Of several lines."


@pytest.mark.parametrize(
    ("column", "table"),
    [
        ("Practitioner Services MUE Values", UnitTable.PRACTITIONER),
        ("Outpatient Hospital Services MUE Values", UnitTable.OUTPATIENT_HOSPITAL),
        ("Facility Outpatient\r\nHospital Services MUE Values", UnitTable.OUTPATIENT_HOSPITAL),
        ("DME Supplier Services MUE Values", UnitTable.DME_SUPPLIER),
    ],
)
def test_the_header_tells_the_table(column: str, table: UnitTable) -> None:
    assert read(published.mue(column=column)).table is table


def test_the_name_tells_the_day_from_which_it_applies() -> None:
    assert read(published.mue()).effective == date(2026, 10, 1)
    name = "practitioner-mue-table-effective-01-01-2025.zip!table.csv"
    assert read(published.mue(), name).effective == date(2025, 1, 1)


def test_an_unknown_release_is_refused() -> None:
    assert "an unknown release" in refusal(published.mue(), "mue.csv")
    assert "is not a day" in refusal(published.mue(), "MUE_Eff_13-41-2026.csv")


def test_a_file_that_is_cut_short_is_refused() -> None:
    text = published.mue()
    assert refusal(text[:-5]).startswith(f"{MUE_NAME}:8: the last line has no end")
    cut = text[: text.index(",Nature of Service")] + "\r\n"
    assert refusal(cut).startswith(f"{MUE_NAME}:7: 3 columns where 4 belong")
    assert "before its first code" in refusal(published.mue(rows=[]))
    within_notice = text[: text.index("Of several")] + "\r\n"
    assert refusal(within_notice).startswith(f"{MUE_NAME}:1: a quoted cell is not closed")


def test_tables_without_adjudication_indicator_are_refused() -> None:
    text = published.rows_of(
        [
            ["A notice"],
            ["HCPCS/CPT Code", "Practitioner Services MUE Values", "MUE Rationale"],
            ["A4218", "20", "CMS Policy"],
        ]
    )
    assert mue.recognises(text.encode())
    assert refusal(text).startswith(f"{MUE_NAME}:2: the column MUE Adjudication Indicator")


def test_columns_under_other_names_are_refused() -> None:
    text = published.mue().replace("MUE Rationale", "Remarks")
    assert refusal(text) == (
        f"{MUE_NAME}:4: column 4 is 'REMARKS', which these tables do not have there"
    )
    text = published.mue().replace("MUE Rationale", "MUE Rationale,More")
    assert refusal(text) == f"{MUE_NAME}:4: 5 columns where 4 belong"


def test_a_code_that_comes_twice_is_refused() -> None:
    rows = [*published.MUE_ROWS, ("G0008", "2", "1 Line Edit", "CMS Policy")]
    assert refusal(published.mue(rows)) == (f"{MUE_NAME}:9: G0008 is there twice, first on line 7")


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (0, "A421", "'A421' is not a procedure code"),
        (1, "-1", "'-1' is not a number of units"),
        (2, "Line Edit", "'Line Edit' is not an adjudication indicator (1, 2 or 3 and words)"),
        (2, "4 Line Edit", "'4 Line Edit' is not an adjudication indicator (1, 2 or 3 and words)"),
        (3, "", "the rationale is missing"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(
    column: int, cell: str, reason: str
) -> None:
    row = list(published.MUE_ROWS[0])
    row[column] = cell
    assert refusal(published.mue([row])) == f"{MUE_NAME}:6: {reason}"
