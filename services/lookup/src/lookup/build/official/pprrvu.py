"""Reads the national physician fee schedule's relative value file (PPRRVU, comma-separated).

The year and release stand in the title; the columns' names are split over the five records
that end with "HCPCS,MOD,DESCRIPTION" and are checked one by one, because a column more or
less has been the change of a release before (PRIC IND in 2026). CMS publishes amounts of two
conversion factors since 2026, for participants of qualifying payment models and for others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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
from lookup.build.official.procedure_codes import MODIFIER, PROCEDURE_CODE
from lookup.build.official.published_text import read_text

_TITLE: Final = re.compile(
    r"(20\d\d)\s+National Physician Fee Schedule Relative Value File\s+([A-Za-z]+)\s+Release", re.I
)
_MONTHS: Final = {"january": 1, "april": 4, "july": 7, "october": 10}
_HEADER_ROWS: Final = 5
_HEADER_WITHIN: Final = 20
_PRIC_IND_SINCE: Final = 2026
_PRIC_IND_AT: Final = 23
# How each name ends once its parts are joined ("STATUS" over "CODE").
_COLUMNS: Final = (
    r"HCPCS",
    r"MOD",
    r"DESCRIPTION",
    r"STATUS CODE",
    r"NOT USED FOR MEDICARE PAYMENT",
    r"WORK RVU",
    r"NON FAC(ILITY)? PE RVU",
    r"NA INDICATOR",
    r"(?<!NON )FAC(ILITY)? PE RVU",
    r"NA INDICATOR",
    r"MP RVU",
    r"NON FACILITY TOTAL",
    r"(?<!NON )FACILITY TOTAL",
    r"PCTC IND",
    r"GLOB DAYS",
    r"PRE OP",
    r"INTRA OP",
    r"POST OP",
    r"MULT PROC",
    r"BILAT SURG",
    r"ASST SURG",
    r"CO SURG",
    r"TEAM SURG",
    r"PRIC IND",
    r"ENDO BASE",
    r"CONV FACTOR",
    r"DIAGNOSTIC PROCEDURES",
    r"CALCULATION FLAG",
    r"FAMILY INDICATOR",
    r"PE USED FOR OPPS PAYMENT AMOUNT",
    r"PE USED FOR OPPS PAYMENT AMOUNT",
    r"MP USED FOR OPPS PAYMENT AMOUNT",
)
_NUMBER: Final = re.compile(r"\d*\.?\d+")


class Conversion(Enum):
    """Whose conversion factor a file holds."""

    ONE = "one for all"
    QUALIFYING = "qualifying participants of advanced payment models"
    NOT_QUALIFYING = "everyone else"


@dataclass(frozen=True, slots=True)
class RelativeValue:
    """One row: a code, its modifier ("" or "26", "TC", "53") and what the schedule says of it.

    Relative value units and amounts are exact; None where the file leaves them out or says
    "NA". Indicators are as published ("XXX", "090", "09"); ``pricing`` is "" before 2026.
    """

    line: int
    code: str
    modifier: str
    description: str
    status: str
    not_used_for_medicare: str
    work: Decimal | None
    non_facility_pe: Decimal | None
    non_facility_na: bool
    facility_pe: Decimal | None
    facility_na: bool
    malpractice: Decimal | None
    non_facility_total: Decimal | None
    facility_total: Decimal | None
    pctc: str
    global_days: str
    preoperative: Decimal | None
    intraoperative: Decimal | None
    postoperative: Decimal | None
    multiple_procedure: str
    bilateral: str
    assistant: str
    co_surgeon: str
    team: str
    pricing: str
    endoscopic_base: str
    conversion_factor: Decimal | None
    supervision: str
    calculation_flag: str
    imaging_family: str
    opps_non_facility: Decimal | None
    opps_facility: Decimal | None
    opps_malpractice: Decimal | None


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """A release of the schedule: from which day it applies, whose factor it holds, its rows."""

    effective: date
    conversion: Conversion
    title: str
    values: tuple[RelativeValue, ...]

    @property
    def year(self) -> int:
        """The calendar year of the schedule."""
        return self.effective.year


def recognises(head: bytes) -> bool:
    """Whether *head* begins a relative value file in its comma-separated form."""
    return any(
        len(row) > 3 and "fee schedule relative value file" in " ".join(row).casefold()
        for row in head_rows(head, 3)
    )


def read(file: OfficialFile) -> FeeSchedule:
    """Read the relative value file in *file*.

    Raises:
        SourceError: naming file and line, when its release is unknown, a column is not the
            one it should be, a row is incomplete or a code is there twice.
    """
    records = list(read_records(file, read_text(file)))
    header = _header(file, records)
    effective, title = _release(file, records[:header])
    columns = _check_columns(file, records[: header + 1], effective.year)
    values: dict[tuple[str, str], RelativeValue] = {}
    for record in filled(file, records[header + 1 :]):
        if len(record.cells) != columns:
            raise file.fault(
                record.line,
                f"{len(record.cells)} columns where {columns} belong: the row is cut short or "
                "its columns are shifted",
            )
        value = _value(file, record)
        twin = values.setdefault((value.code, value.modifier), value)
        if twin is not value:
            name = f"{value.code} {value.modifier}".strip()
            raise file.fault(record.line, f"{name} is there twice, first on line {twin.line}")
    if not values:
        raise file.fault(None, "it has no rows after its header; download it again")
    return FeeSchedule(effective, _conversion(file, title), title, tuple(values.values()))


def _header(file: OfficialFile, records: Sequence[Record]) -> int:
    for number, record in enumerate(records[:_HEADER_WITHIN]):
        names = [column_name(cell) for cell in record.cells[:3]]
        if names == ["HCPCS", "MOD", "DESCRIPTION"]:
            return number
    raise file.fault(
        None, "no row with the names HCPCS, MOD, DESCRIPTION: the file is cut short or damaged"
    )


def _release(file: OfficialFile, preamble: Sequence[Record]) -> tuple[date, str]:
    for record in preamble:
        title = " ".join(" ".join(record.cells).split())
        if found := _TITLE.search(title):
            if month := _MONTHS.get(found[2].lower()):
                return date(int(found[1]), month, 1), title
            raise file.fault(
                record.line,
                f"an unknown release, {found[2]}: releases come in January, April, July, October",
            )
    raise file.fault(1, "its title does not say of which year and release it is")


def _check_columns(file: OfficialFile, head: Sequence[Record], year: int) -> int:
    """The number of columns of that *year*, each of them under the name it should have."""
    expected = [
        name
        for column, name in enumerate(_COLUMNS)
        if column != _PRIC_IND_AT or year >= _PRIC_IND_SINCE
    ]
    line = head[-1].line
    if len(head[-1].cells) != len(expected):
        raise file.fault(
            line,
            f"{len(head[-1].cells)} columns where the schedule of {year} has {len(expected)}",
        )
    for column, name in enumerate(expected):
        parts = [row.cells[column] for row in head[-_HEADER_ROWS:] if column < len(row.cells)]
        if not re.search(rf"\b{name}$", column_name(*parts)):
            wanted = re.sub(r"\(\?.*?\)|[()?]", "", name)
            raise file.fault(
                line,
                f"column {column + 1} is {column_name(*parts) or 'without a name'!r} "
                f"where {wanted!r} belongs",
            )
    return len(expected)


def _conversion(file: OfficialFile, title: str) -> Conversion:
    for text in (title, file.name.rsplit("!", 1)[-1].rsplit("/", 1)[-1]):
        words = re.sub(r"[^a-z]", "", text.casefold())
        if "nonqpp" in words or "nonqualifying" in words:
            return Conversion.NOT_QUALIFYING
        if "qpp" in words or "qualifying" in words:
            return Conversion.QUALIFYING
    return Conversion.ONE


def _value(file: OfficialFile, record: Record) -> RelativeValue:
    cells = [cell.strip() for cell in record.cells]
    if len(cells) < len(_COLUMNS):
        cells.insert(_PRIC_IND_AT, "")
    if not PROCEDURE_CODE.fullmatch(cells[0]):
        raise file.fault(record.line, f"{cells[0]!r} is not a procedure code")
    if cells[1] and not MODIFIER.fullmatch(cells[1]):
        raise file.fault(record.line, f"{cells[1]!r} is not a modifier")
    if len(cells[3]) != 1:
        raise file.fault(record.line, f"{cells[3]!r} is not a status indicator")

    def number(column: int) -> Decimal | None:
        text = cells[column]
        if text in ("", "NA"):
            return None
        if not _NUMBER.fullmatch(text):
            raise file.fault(record.line, f"column {column + 1}: {text!r} is not a number")
        return Decimal(text)

    def not_applicable(column: int) -> bool:
        if cells[column] not in ("", "NA"):
            raise file.fault(
                record.line, f"column {column + 1}: {cells[column]!r} where NA or nothing belongs"
            )
        return cells[column] == "NA"

    return RelativeValue(
        line=record.line,
        code=cells[0],
        modifier=cells[1],
        description=cells[2],
        status=cells[3],
        not_used_for_medicare=cells[4],
        work=number(5),
        non_facility_pe=number(6),
        non_facility_na=not_applicable(7),
        facility_pe=number(8),
        facility_na=not_applicable(9),
        malpractice=number(10),
        non_facility_total=number(11),
        facility_total=number(12),
        pctc=cells[13],
        global_days=cells[14],
        preoperative=number(15),
        intraoperative=number(16),
        postoperative=number(17),
        multiple_procedure=cells[18],
        bilateral=cells[19],
        assistant=cells[20],
        co_surgeon=cells[21],
        team=cells[22],
        pricing=cells[23],
        endoscopic_base=cells[24],
        conversion_factor=number(25),
        supervision=cells[26],
        calculation_flag=cells[27],
        imaging_family=cells[28],
        opps_non_facility=number(29),
        opps_facility=number(30),
        opps_malpractice=number(31),
    )
