"""The HCPCS Level II file in text: one line of 320 columns a record, shorter ones continue it.

Columns, counted from 1: code 1-5 (a modifier in 4-5), sequence 6-10, record type 11 (3 first
line of a procedure code, 4 its further lines, 7 and 8 the same for modifiers), long description
12-91, then what `hcpcs_record.WIDTHS` lists from column 92, with column 260 and those from 294
empty. Further lines have a code, a sequence and text only, and may end at column 91. Some years
begin with a notice. Terminated codes stay in the file.
"""

import re
from collections.abc import Mapping
from typing import Final

from lookup.build.official.hcpcs_record import (
    CONTINUATIONS,
    RECORD_TYPES,
    WIDTHS,
    HcpcsFile,
    HcpcsRecords,
)
from lookup.build.official.numbered_lines import numbered_lines
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.published_text import read_text

_WIDTH: Final = 320
_STEP: Final = 100
_TEXT_AT, _TEXT_END = 11, 91
_EMPTY_AT: Final = 259
_FIRST_LINE: Final = re.compile(r"(?:   [0-9A-Z]{2}|[0-9A-Z]{5})\d{5}[37]\S")
_LINE: Final = re.compile(
    rf"(?P<code>   [0-9A-Z]{{2}}|[0-9A-Z]{{5}})(?P<sequence>\d{{5}})(?P<kind>[{RECORD_TYPES}])"
)
# What makes a line of the notice suspicious: a sequence and record type near its beginning, or
# two dates side by side.
_RECORD_LIKE: Final = re.compile(rf".{{0,8}}\d{{5}}[{RECORD_TYPES}]|.*\d{{16}}")


def _slices() -> Mapping[str, slice]:
    slices: dict[str, slice] = {}
    at = _TEXT_END
    for column, width in WIDTHS.items():
        if at == _EMPTY_AT:
            at += 1
        slices[column] = slice(at, at + width)
        at += width
    return slices


_SLICES: Final = _slices()
_LAST_COLUMN: Final = _SLICES["ACTION CD"].stop


def recognises(head: bytes) -> bool:
    """Whether a line in *head* begins as the first line of a record does."""
    return any(_FIRST_LINE.match(line) for line in head.decode("latin-1").split("\n"))


def read(file: OfficialFile) -> HcpcsFile:
    """Read the whole file.

    Raises:
        SourceError: naming the first line that is cut short, out of its columns, out of order
            or a repetition, or saying that the file ends too early or its quarter is not known.
    """
    records = HcpcsRecords(file, _STEP)
    in_notice = True
    blank: int | None = None
    for number, line in numbered_lines(read_text(file)):
        match = _LINE.match(line)
        if in_notice and match is None:
            if _RECORD_LIKE.match(line):
                raise file.fault(number, "it looks like a record, but out of its columns")
            continue
        in_notice = False
        if not line.strip():
            blank = blank or number
            continue
        if blank is not None:
            raise file.fault(blank, "an empty line between records")
        if match is None:
            raise file.fault(
                number, "the line has no code, sequence number and record type in columns 1-11"
            )
        code, kind = match["code"].strip(), match["kind"]
        sequence = int(match["sequence"])
        text = line[_TEXT_AT:_TEXT_END]
        _check_columns(file, number, line, kind)
        if kind in CONTINUATIONS:
            records.more(number, code, sequence, kind, text)
        else:
            cells = {column: line[columns] for column, columns in _SLICES.items()}
            records.first(number, code, sequence, kind, text, cells)
    return records.finish()


def _check_columns(file: OfficialFile, number: int, line: str, kind: str) -> None:
    continues = kind in CONTINUATIONS
    if len(line) != _WIDTH and not (continues and len(line) == _TEXT_END):
        due = f"{_TEXT_END} or {_WIDTH}" if continues else f"{_WIDTH}"
        raise file.fault(
            number,
            f"the line has {len(line)} columns, not {due}: it is cut short or its columns are "
            "shifted; use the file as its publisher ships it",
        )
    if "\t" in line:
        raise file.fault(number, "a tab stands in place of columns")
    beyond = line[_TEXT_END:] if continues else line[_EMPTY_AT] + line[_LAST_COLUMN:]
    if beyond.strip():
        raise file.fault(number, "text stands in columns that are to be empty: they are shifted")
