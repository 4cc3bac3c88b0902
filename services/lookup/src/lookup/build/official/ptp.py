"""Reads NCCI procedure-to-procedure edits as CMS ships them, tab-separated.

Six lines come first: the copyright notice, the table's name and the column names, split over
four. CMS publishes one table for practitioners and one for outpatient hospitals, each in
several files of one release; which table and release a file belongs to stands in its name
("ccipra-v322r0-f1.TXT": practitioners, version 32.2, part 1) and sometimes in its notice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import islice
from typing import Final

from lookup.build.official.csv_records import Record, column_name, filled, read_records
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.procedure_codes import PROCEDURE_CODE
from lookup.build.official.published_text import read_text

_PREAMBLE: Final = 6
_HEAD: Final = re.compile(
    rb"^\"?Column 1\"?\t\"?Column 2\"?\t\"?\*\s*=\s*in existence", re.M | re.I
)
_COLUMNS: Final = (
    "COLUMN 1",
    "COLUMN 2",
    "IN EXISTENCE PRIOR TO 1996",
    "EFFECTIVE DATE",
    "DELETION DATE NO DATA",
    "MODIFIER 0 NOT ALLOWED 1 ALLOWED 9 NOT APPLICABLE",
    "PTP EDIT RATIONALE",
)
_PRACTITIONER: Final = re.compile(r"ccipra|practitioner", re.IGNORECASE)
_HOSPITAL: Final = re.compile(r"ccioph|outpatient|hospital", re.IGNORECASE)
_VERSION: Final = re.compile(r"v(\d\d)(\d)r(\d)", re.IGNORECASE)
_PART: Final = re.compile(r"[-_]f(\d+)\b", re.IGNORECASE)
# Version 30 is the year 2024; its quarters are 30.0 to 30.3.
_FIRST_YEAR: Final = 1994
_DATE: Final = re.compile(r"\d{8}")


class PairTable(Enum):
    """Which claims a table of edits is for."""

    PRACTITIONER = "practitioner services"
    OUTPATIENT_HOSPITAL = "outpatient hospital services"


@dataclass(frozen=True, slots=True)
class PairEdit:
    """One edit. The same pair may come back later with another window.

    ``modifier``: "0" no modifier may bypass the edit, "1" one may, "9" the edit is deleted
    and the question does not arise. ``deleted`` is the last day of effect, None when in force.
    """

    line: int
    column1: str
    column2: str
    before_1996: bool
    effective: date
    deleted: date | None
    modifier: str
    rationale: str


@dataclass(frozen=True, slots=True)
class PairEdits:
    """One file of a release: ``part`` is its number among the table's files, when it says so."""

    table: PairTable
    version: str
    effective: date
    part: int | None
    notice: str
    edits: tuple[PairEdit, ...]


def recognises(head: bytes) -> bool:
    """Whether *head* begins a file of PTP edits."""
    return _HEAD.search(head[:8192]) is not None


def read(file: OfficialFile) -> PairEdits:
    """Read the PTP edits in *file*.

    Raises:
        SourceError: naming file and line, when neither name nor notice tells table and
            release, a column is not the one it should be, a row is incomplete or there twice.
    """
    records = read_records(file, read_text(file), "\t")
    preamble = list(islice(records, _PREAMBLE))
    _check_preamble(file, preamble)
    notice = " ".join(" ".join(preamble[0].cells).split())
    said = " ".join(" ".join(row.cells) for row in preamble[:2])
    table = _table(file, said)
    version, effective = _release(file)
    part = _PART.search(_own_name(file))
    dates: dict[str, date] = {}
    texts: dict[str, str] = {}
    seen: set[tuple[str, str, date, date | None]] = set()
    edits: list[PairEdit] = []
    for record in filled(file, records):
        edit = _edit(file, record, dates, texts)
        key = (edit.column1, edit.column2, edit.effective, edit.deleted)
        if key in seen:
            raise file.fault(
                record.line,
                f"the pair {edit.column1}, {edit.column2} of {edit.effective} is there twice",
            )
        seen.add(key)
        edits.append(edit)
    if not edits:
        raise file.fault(None, "it has no edits after its header; download it again")
    return PairEdits(
        table, version, effective, int(part[1]) if part else None, notice, tuple(edits)
    )


def _own_name(file: OfficialFile) -> str:
    return file.name.rsplit("!", 1)[-1].rsplit("/", 1)[-1]


def _check_preamble(file: OfficialFile, preamble: Sequence[Record]) -> None:
    names = preamble[2:]
    if len(preamble) < _PREAMBLE or len(names[0].cells) != len(_COLUMNS):
        raise file.fault(
            names[0].line if names else None,
            f"its column names, {len(_COLUMNS)} of them on lines 3 to 6, are not complete",
        )
    for column, wanted in enumerate(_COLUMNS):
        name = column_name(*(row.cells[column] for row in names if column < len(row.cells)))
        if name != wanted:
            raise file.fault(
                names[0].line, f"column {column + 1} is {name!r} where {wanted!r} belongs"
            )


def _table(file: OfficialFile, said: str) -> PairTable:
    # An archive's name counts too: it is the one people keep.
    for text in (said, _own_name(file), file.name):
        practitioner, hospital = _PRACTITIONER.search(text), _HOSPITAL.search(text)
        if practitioner and not hospital:
            return PairTable.PRACTITIONER
        if hospital and not practitioner:
            return PairTable.OUTPATIENT_HOSPITAL
    raise file.fault(
        None,
        "nothing tells whether it is the practitioner or the outpatient hospital table; "
        "give it the name it was published under (ccipra-… or ccioph-…)",
    )


def _release(file: OfficialFile) -> tuple[str, date]:
    found = _VERSION.search(_own_name(file)) or _VERSION.search(file.name)
    if found is None or int(found[2]) > 3:
        raise file.fault(
            None,
            "an unknown release: give it the name it was published under, which holds the "
            "version (v322r0 for the third quarter of 2026)",
        )
    effective = date(_FIRST_YEAR + int(found[1]), 3 * int(found[2]) + 1, 1)
    return f"{found[1]}.{found[2]}", effective


def _edit(
    file: OfficialFile, record: Record, dates: dict[str, date], texts: dict[str, str]
) -> PairEdit:
    # Half a million rows share a few thousand codes, dates and reasons: each is kept once.
    cells = [cell.strip() for cell in record.cells]
    if len(cells) != len(_COLUMNS):
        raise file.fault(
            record.line,
            f"{len(cells)} columns where {len(_COLUMNS)} belong: the row is cut short or "
            "its columns are shifted",
        )
    for code in cells[:2]:
        if not PROCEDURE_CODE.fullmatch(code):
            raise file.fault(record.line, f"{code!r} is not a procedure code")
    if cells[2] not in ("", "*"):
        raise file.fault(record.line, f"{cells[2]!r} where * (before 1996) or nothing belongs")
    if cells[5] not in ("0", "1", "9"):
        raise file.fault(record.line, f"{cells[5]!r} is not a modifier indicator (0, 1 or 9)")
    if not cells[6]:
        raise file.fault(record.line, "the rationale is missing")
    return PairEdit(
        line=record.line,
        column1=texts.setdefault(cells[0], cells[0]),
        column2=texts.setdefault(cells[1], cells[1]),
        before_1996=cells[2] == "*",
        effective=_date(file, record, cells[3], dates),
        deleted=None if cells[4] == "*" else _date(file, record, cells[4], dates),
        modifier=texts.setdefault(cells[5], cells[5]),
        rationale=texts.setdefault(cells[6], cells[6]),
    )


def _date(file: OfficialFile, record: Record, text: str, dates: dict[str, date]) -> date:
    if (known := dates.get(text)) is not None:
        return known
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        parsed = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise file.fault(record.line, f"{text!r} is not a date (YYYYMMDD)") from None
    return dates.setdefault(text, parsed)
