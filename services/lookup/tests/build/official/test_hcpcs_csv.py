"""The HCPCS spreadsheet says what the text file says, or is refused with file and line."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.build.errors import SourceError
from lookup.build.official import hcpcs_anweb
from lookup.build.official.hcpcs_csv import read, recognises
from lookup.build.official.hcpcs_record import HcpcsRecord
from lookup.build.official.official_file import OfficialFile
from services.lookup.tests.build.official.hcpcs_layout import (
    HEADER,
    ROWS,
    anweb,
    csv_file,
    csv_rows,
)


def without_lines(records: tuple[HcpcsRecord, ...]) -> list[HcpcsRecord]:
    return [replace(record, line=0) for record in records]


@pytest.mark.parametrize("whole_texts", [True, False])
def test_it_holds_the_records_of_the_text_file(whole_texts: bool) -> None:
    file = csv_file(csv_rows(whole_texts=whole_texts))
    assert recognises(file.head)
    found, published = read(file), hcpcs_anweb.read(anweb())
    assert without_lines(found.records) == without_lines(published.records)
    assert without_lines(found.licensed) == without_lines(published.licensed)
    assert found.effective == published.effective == date(2026, 4, 1)


def test_zeros_that_a_spreadsheet_dropped_are_put_back() -> None:
    table = csv_rows(whole_texts=True)
    dropped = [[cell.lstrip("0") or "0" if cell.isdigit() else cell for cell in row]
               for row in table]  # fmt: skip
    assert dropped != table
    assert read(csv_file(dropped)).records == read(csv_file(table)).records


def test_names_of_columns_may_have_underscores_and_sequence_numbers_go_by_tens() -> None:
    table = csv_rows(whole_texts=False)
    for row in table:
        row[1] = row[1][:-1]
    header = HEADER.replace(" ", "_")
    assert recognises(csv_file(table, header).head)
    assert read(csv_file(table, header)).records


def test_a_record_is_found_on_the_line_where_it_begins() -> None:
    file = read(csv_file(csv_rows(whole_texts=True)))
    assert [r.line for r in file.records] == [2, 4, 5, 6, 8]


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (HEADER.replace("COV,ASC_GRP", "ASC_GRP,COV"), "column COV is missing or moved"),
        (HEADER.replace(",CIM2", ""), "column CIM2 is missing or moved"),
        (HEADER.replace(",ACTION CD", ""), "columns are missing"),
    ],
)
def test_other_columns_are_refused(header: str, fault: str) -> None:
    with pytest.raises(SourceError, match=rf"^HCPC2026_APR_ANWEB\.csv:1: {fault}"):
        read(csv_file(csv_rows(whole_texts=True), header))


@pytest.mark.parametrize(
    ("code", "column", "cell", "fault"),
    [
        ("E0100", "SEQNUM", "one", "SEQNUM 'one' is no number"),
        ("E0100", "RECID", "5", "RECID '5' is none of 3, 4, 7, 8"),
        ("E0100", "CIM1", "Sep-60", "E0100, column CIM1: 'Sep-60' is none of its values"),
        ("E0100", "PRICE2", "100", "column PRICE2 holds 2 characters, here 3"),
        ("E0100", "COV", "Z", "E0100, column COV: 'Z' is none of its values"),
        ("E0100", "ADD DT", "1/1/10", "E0100, column ADD DT: '1/1/10' is no date"),
        ("E0100", "SHORT DESCRIPTION", "", "E0100, column SHORT DESCRIPTION: it is empty"),
        ("E0100", "LONG DESCRIPTION", " ", "E0100, column LONG DESCRIPTION: it is empty"),
        ("E0100", "HCPC", "A0021", "A0021 stands already on line 4"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line(
    code: str, column: str, cell: str, fault: str
) -> None:
    table = csv_rows(whole_texts=True)
    line = next(n for n, row in enumerate(table, 2) if row[0] == code)
    table[line - 2][HEADER.split(",").index(column)] = cell
    with pytest.raises(SourceError, match=rf"^HCPC2026_APR_ANWEB\.csv:{line}: {fault}"):
        read(csv_file(table))


def test_a_row_with_other_cells_than_the_header_is_refused() -> None:
    table = csv_rows(whole_texts=True)
    table[3].insert(4, "")
    with pytest.raises(SourceError, match=r":5: 49 cells, not 48"):
        read(csv_file(table))


def test_a_further_line_holds_its_text_only() -> None:
    table = csv_rows(whole_texts=False)
    table[1][-1] = "N"
    with pytest.raises(SourceError, match=r":3: a further line of a text has cells beyond"):
        read(csv_file(table))


def test_a_header_alone_is_cut_short() -> None:
    with pytest.raises(SourceError, match=r":1: nothing follows the header"):
        read(csv_file([]))


@settings(deadline=None)
@given(st.integers(len(HEADER) // 2, len(csv_file(csv_rows(whole_texts=True)).content) - 3))
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    whole = csv_file(csv_rows(whole_texts=True))
    with pytest.raises(SourceError):
        read(OfficialFile(whole.name, whole.content[:length]))


def test_a_cut_within_a_quoted_text_is_refused() -> None:
    whole = csv_file(csv_rows(ROWS, whole_texts=True)).content
    quoted = whole.index(b'"Ambulance') + 20
    with pytest.raises(SourceError):
        read(OfficialFile("cut.csv", whole[:quoted] + b"\r\n"))
