"""The HCPCS Level II file as comma-separated values: the text file's records, one column a cell.

A long description is in one row, or continues in rows of record type 4 or 8 as in the text
file. Spreadsheets drop leading zeros; where a cell has a fixed width they are put back.
"""

from typing import Final

from lookup.build.official.csv_records import head_rows, read_records
from lookup.build.official.hcpcs_record import (
    CONTINUATIONS,
    RECORD_TYPES,
    WIDTHS,
    HcpcsFile,
    HcpcsRecords,
)
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.published_text import read_text

_HEADER: Final = ("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", *WIDTHS)
_RECOGNISED_BY: Final = tuple(name.replace("_", " ") for name in _HEADER[:4])
_ZERO_FILLED: Final = ("PRICE", "LABCERT", "PROCNOTE")


def recognises(head: bytes) -> bool:
    """Whether *head* begins with the header of the HCPCS file."""
    rows = head_rows(head, 1)
    return bool(rows) and _names(rows[0])[: len(_RECOGNISED_BY)] == _RECOGNISED_BY


def read(file: OfficialFile) -> HcpcsFile:
    """Read the whole file.

    Raises:
        SourceError: naming the first line that is cut short, has other columns, is out of order
            or a repetition, or saying that the file ends too early or its quarter is not known.
    """
    rows = read_records(file, read_text(file))
    header = next(rows)
    expected = _names(list(_HEADER))
    found = _names(header.cells)
    if found != expected:
        differing = next(
            (due for due, name in zip(expected, found, strict=False) if due != name), None
        )
        what = f"column {differing} is missing or moved" if differing else "columns are missing"
        raise file.fault(header.line, f"{what}: the columns of this file are not known")
    records: HcpcsRecords | None = None
    for row in rows:
        if row.blank:
            continue
        if len(row.cells) != len(_HEADER):
            raise file.fault(row.line, f"{len(row.cells)} cells, not {len(_HEADER)}")
        code, sequence, kind, text, *details = (cell.strip() for cell in row.cells)
        if not (sequence.isascii() and sequence.isdigit()):
            raise file.fault(row.line, f"SEQNUM {sequence!r} is no number")
        if len(kind) != 1 or kind not in RECORD_TYPES:
            raise file.fault(row.line, f"RECID {kind!r} is none of {', '.join(RECORD_TYPES)}")
        # Sequence numbers go by hundreds in the text file; spreadsheets have shown tens as well.
        records = records or HcpcsRecords(file, step=int(sequence))
        if kind in CONTINUATIONS:
            if any(details):
                raise file.fault(row.line, "a further line of a text has cells beyond its text")
            records.more(row.line, code, int(sequence), kind, text)
        else:
            cells = {
                column: _zero_filled(column, cell)
                for column, cell in zip(WIDTHS, details, strict=True)
            }
            _check_widths(file, row.line, cells)
            records.first(row.line, code, int(sequence), kind, text, cells)
    if records is None:
        raise file.fault(header.line, "nothing follows the header: the file is cut short")
    return records.finish()


def _names(cells: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.replace("_", " ").upper().split()) for cell in cells)


def _zero_filled(column: str, cell: str) -> str:
    if cell.isdigit() and column.startswith(_ZERO_FILLED):
        return cell.zfill(WIDTHS[column])
    return cell


def _check_widths(file: OfficialFile, line: int, cells: dict[str, str]) -> None:
    for column, cell in cells.items():
        if len(cell) > WIDTHS[column]:
            raise file.fault(
                line, f"column {column} holds {WIDTHS[column]} characters, here {len(cell)}"
            )
