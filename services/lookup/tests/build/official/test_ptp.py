"""NCCI pairs come out with their windows and indicators, or the file is refused."""

from datetime import date

import pytest

from lookup.build.errors import SourceError
from lookup.build.official import ptp
from lookup.build.official.ptp import PairEdits, PairTable
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.published_files import PTP_NAME, file_of


def read(text: str, name: str = PTP_NAME) -> PairEdits:
    return ptp.read(file_of(text, name))


def refusal(text: str, name: str = PTP_NAME) -> str:
    with pytest.raises(SourceError) as refused:
        read(text, name)
    return str(refused.value)


def test_an_edit_is_read_column_by_column() -> None:
    first, gone, back, never = read(published.ptp()).edits
    assert (first.column1, first.column2, first.line) == ("G0101", "G0102", 7)
    assert (first.before_1996, first.effective, first.deleted) == (True, date(1996, 1, 1), None)
    assert first.rationale == "Standards of medical / surgical practice"
    assert [edit.modifier for edit in (first, gone, back, never)] == ["0", "1", "1", "9"]
    assert (gone.before_1996, gone.effective, gone.deleted) == (
        *(False, date(2024, 1, 1), date(2025, 12, 31)),
    )


def test_a_pair_may_come_back_in_another_window() -> None:
    edits = read(published.ptp()).edits
    assert [(edit.column1, edit.column2) for edit in edits[1:3]] == [("G0101", "G0103")] * 2


@pytest.mark.parametrize(
    ("name", "kind", "table"),
    [
        (PTP_NAME, "Column1/Column2 Edits", PairTable.PRACTITIONER),
        ("ccioph-v322r0-f2.txt", "Column1/Column2 Edits", PairTable.OUTPATIENT_HOSPITAL),
        ("a/ccioph-v322r0-f2.zip!f2-v322r0.txt", "Edits", PairTable.OUTPATIENT_HOSPITAL),
        ("edits-v322r0.txt", "Practitioner PTP Edits", PairTable.PRACTITIONER),
    ],
)
def test_name_or_notice_tell_the_table(name: str, kind: str, table: PairTable) -> None:
    assert read(published.ptp(kind=kind), name).table is table


def test_the_name_tells_release_and_part() -> None:
    edits = read(published.ptp())
    assert (edits.version, edits.effective, edits.part) == ("32.2", date(2026, 7, 1), 1)
    assert read(published.ptp(), "ccipra-v310r0.txt").effective == date(2025, 1, 1)
    assert read(published.ptp(), "ccipra-v310r0.txt").part is None


def test_a_file_of_unknown_table_or_release_is_refused() -> None:
    assert "practitioner or the outpatient hospital table" in refusal(
        published.ptp(), "edits-v322r0.txt"
    )
    assert "an unknown release" in refusal(published.ptp(), "ccipra.txt")
    assert "an unknown release" in refusal(published.ptp(), "ccipra-v329r0.txt")


def test_a_file_that_is_cut_short_is_refused() -> None:
    text = published.ptp()
    cut = text[: text.index("Misuse of column two") + 9]
    assert refusal(cut).startswith(f"{PTP_NAME}:8: the last line has no end")
    cut = text[: text.index("\tMisuse of column two")]
    assert refusal(cut + "\r\n").startswith(f"{PTP_NAME}:8: 6 columns where 7 belong")
    assert "no edits after its header" in refusal(published.ptp(rows=[]))
    assert "column names" in refusal(text[: text.index("\t\t\t\t*=no data")])


def test_empty_lines_close_a_file_but_do_not_hide_what_follows() -> None:
    assert read(published.ptp() + "\r\n\t\t\t\t\t\t\r\n").edits == read(published.ptp()).edits
    rows = [published.PTP_ROWS[0], [""] * 7, published.PTP_ROWS[1]]
    assert refusal(published.ptp(rows)).startswith(f"{PTP_NAME}:8: an empty record stands between")


def test_columns_under_other_names_are_refused() -> None:
    text = published.ptp().replace("Effective\tDeletion", "Deletion\tEffective")
    assert refusal(text) == (
        f"{PTP_NAME}:3: column 4 is 'DELETION DATE' where 'EFFECTIVE DATE' belongs"
    )


def test_the_same_edit_twice_is_refused() -> None:
    rows = [*published.PTP_ROWS, published.PTP_ROWS[2]]
    assert refusal(published.ptp(rows)) == (
        f"{PTP_NAME}:11: the pair G0101, G0103 of 2026-04-01 is there twice"
    )


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (1, "G01", "'G01' is not a procedure code"),
        (2, "x", "'x' where * (before 1996) or nothing belongs"),
        (3, "2026-04-01", "'2026-04-01' is not a date (YYYYMMDD)"),
        (3, "*", "'*' is not a date (YYYYMMDD)"),
        (4, "20260231", "'20260231' is not a date (YYYYMMDD)"),
        (5, "2", "'2' is not a modifier indicator (0, 1 or 9)"),
        (6, "", "the rationale is missing"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(
    column: int, cell: str, reason: str
) -> None:
    row = list(published.PTP_ROWS[0])
    row[column] = cell
    assert refusal(published.ptp([row])) == f"{PTP_NAME}:7: {reason}"


def test_another_encoding_is_refused() -> None:
    with pytest.raises(SourceError, match="is not text"):
        ptp.read(file_of(published.ptp(), PTP_NAME, "utf-16-be"))
