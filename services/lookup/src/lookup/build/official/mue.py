"""Reads medically unlikely edits (MUE, comma-separated): how many units of a code are likely.

The first record is a notice of several lines, the second the header; which claims the table
is for stands in the header, from which day it applies in the file's name or in the notice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from lookup.build.official.csv_records import (
    Record,
    column_name,
    filled,
    head_rows,
    read_records,
)
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.procedure_codes import PROCEDURE_CODE
from lookup.build.official.published_text import read_text

_NAMES: Final = (
    r"HCPCS CPT CODE",
    r"(?P<table>PRACTITIONER|OUTPATIENT HOSPITAL|DME SUPPLIER).* MUE VALUES?",
    r"MUE ADJUDICATION INDICATOR",
    r"MUE RATIONALE",
)
_EFFECTIVE: Final = re.compile(
    r"(?:^|[^0-9])(?P<month>\d\d?)[-/](?P<day>\d\d?)[-/](?P<year>20\d\d)(?!\d)"
)
_INDICATOR: Final = re.compile(r"(?P<digit>[123])\s+\S.*")


class UnitTable(Enum):
    """Which claims a table of edits is for."""

    PRACTITIONER = "PRACTITIONER"
    OUTPATIENT_HOSPITAL = "OUTPATIENT HOSPITAL"
    DME_SUPPLIER = "DME SUPPLIER"


@dataclass(frozen=True, slots=True)
class UnitEdit:
    """The edit of one code.

    ``indicator``: 1 counts units per claim line, 2 and 3 per date of service (2 by policy,
    3 on clinical grounds); ``indicator_text`` is how the file words it.
    """

    line: int
    code: str
    units: int
    indicator: int
    indicator_text: str
    rationale: str


@dataclass(frozen=True, slots=True)
class UnitEdits:
    """A table of a quarter, from the day it applies."""

    table: UnitTable
    effective: date
    notice: str
    edits: tuple[UnitEdit, ...]


def recognises(head: bytes) -> bool:
    """Whether *head* begins a table of MUEs."""
    return any(
        len(row) >= 2
        and column_name(row[0]) == "HCPCS CPT CODE"
        and "MUE VALUE" in column_name(row[1])
        for row in head_rows(head, 4)
    )


def read(file: OfficialFile) -> UnitEdits:
    """Read the MUE table in *file*.

    Raises:
        SourceError: naming file and line, when neither name nor notice tells the quarter, a
            column is not the one it should be, a row is incomplete or a code is there twice.
    """
    records = list(read_records(file, read_text(file)))
    if len(records) < 3:
        raise file.fault(None, "it ends before its first code: it is cut short")
    notice, header = records[0], records[1]
    table = _table(file, header)
    edits: dict[str, UnitEdit] = {}
    for record in filled(file, records[2:]):
        edit = _edit(file, record)
        twin = edits.setdefault(edit.code, edit)
        if twin is not edit:
            raise file.fault(record.line, f"{edit.code} is there twice, first on line {twin.line}")
    if not edits:
        raise file.fault(header.line, "no codes after the header; download it again")
    said = " ".join(" ".join(notice.cells).split())
    return UnitEdits(table, _effective(file, said), said, tuple(edits.values()))


def _table(file: OfficialFile, header: Record) -> UnitTable:
    names = [column_name(cell) for cell in header.cells]
    if names and len(names) < len(_NAMES) and _NAMES[2] not in names:
        raise file.fault(
            header.line,
            "the column MUE Adjudication Indicator is missing: only Medicare's tables are read",
        )
    if len(names) != len(_NAMES):
        raise file.fault(header.line, f"{len(names)} columns where {len(_NAMES)} belong")
    found: Sequence[re.Match[str] | None] = [
        re.search(f"{pattern}$", name) for pattern, name in zip(_NAMES, names, strict=True)
    ]
    for column, (match, name) in enumerate(zip(found, names, strict=True), start=1):
        if match is None:
            raise file.fault(
                header.line, f"column {column} is {name!r}, which these tables do not have there"
            )
    values = found[1]
    assert values is not None
    return UnitTable(values["table"])


def _effective(file: OfficialFile, notice: str) -> date:
    own = file.name.rsplit("!", 1)[-1].rsplit("/", 1)[-1]
    for text in (own, file.name, notice):
        if found := _EFFECTIVE.search(text):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                raise file.fault(None, f"{found[0]!r} in its name is not a day") from None
    raise file.fault(
        None,
        "an unknown release: give it the name it was published under, which holds the day it "
        "applies from (…_Eff_10-01-2026.csv)",
    )


def _edit(file: OfficialFile, record: Record) -> UnitEdit:
    cells = [cell.strip() for cell in record.cells]
    if len(cells) != len(_NAMES):
        raise file.fault(
            record.line,
            f"{len(cells)} columns where {len(_NAMES)} belong: the row is cut short or its "
            "columns are shifted",
        )
    code, units, indicator, rationale = cells
    if not PROCEDURE_CODE.fullmatch(code):
        raise file.fault(record.line, f"{code!r} is not a procedure code")
    if not re.fullmatch(r"[0-9]{1,6}", units):
        raise file.fault(record.line, f"{units!r} is not a number of units")
    found = _INDICATOR.fullmatch(indicator)
    if found is None:
        raise file.fault(
            record.line, f"{indicator!r} is not an adjudication indicator (1, 2 or 3 and words)"
        )
    if not rationale:
        raise file.fault(record.line, "the rationale is missing")
    return UnitEdit(record.line, code, int(units), int(found["digit"]), indicator, rationale)
