"""Records of a comma- or tab-separated file, each with the line it begins on.

A quoted cell may hold line breaks, so a record's number says nothing about where it stands.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lookup.build.official.official_file import OfficialFile


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its cells as written, and the line it begins on, counted from 1."""

    line: int
    cells: list[str]

    @property
    def blank(self) -> bool:
        """Whether no cell says anything."""
        return not any(cell.strip() for cell in self.cells)


def read_records(file: OfficialFile, text: str, delimiter: str = ",") -> Iterator[Record]:
    """The records of *text*, which is *file*'s; blank lines are records without cells.

    Raises:
        SourceError: naming the line where a record begins whose quotes do not close.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise file.fault(
                line, f"a quoted cell is not closed as it should be ({error}); download it again"
            ) from None
        yield Record(line, cells)
        line = reader.line_num + 1


def filled(file: OfficialFile, records: Iterable[Record]) -> Iterator[Record]:
    """*records* without the empty ones that some files end with.

    Raises:
        SourceError: naming the line of an empty record that has others after it.
    """
    empty: Record | None = None
    for record in records:
        if record.blank:
            empty = empty or record
        elif empty is not None:
            raise file.fault(
                empty.line, "an empty record stands between others: the file is damaged"
            )
        else:
            yield record


def head_rows(head: bytes, count: int) -> list[list[str]]:
    """The first *count* records of a file's beginning, for recognising it; [] when it has none."""
    text = head.decode("latin-1").removeprefix("\xef\xbb\xbf")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            rows.append(row)
            if len(rows) == count:
                break
    except csv.Error:
        # What no spreadsheet wrote is not one of these files.
        return []
    return rows


def column_name(*parts: str) -> str:
    """A column's name without its typography: words in capitals, one space between.

    Publishers break names over rows and lines: "Non-" / "Facility " is "NON FACILITY".
    """
    kept = "".join(c if c.isalnum() else " " for part in parts for c in f"{part} ")
    return " ".join(kept.upper().split())
