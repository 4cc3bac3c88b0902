"""Reads coverage policies from CMS's exports of the Medicare Coverage Database.

``ncd_trkg.csv`` holds one national coverage determination (NCD) for each version, in 26
columns with HTML in some; ``lcd_x_hcpc_code.csv`` says which procedure codes a local coverage
determination (LCD) names. The exports state no release: the newest change in them dates them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from lookup.build.official.csv_records import Record, filled, head_rows, read_records
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.plain_text import plain_text
from lookup.build.official.published_text import read_text

_NATIONAL: Final = (
    "NCD_id",
    "NCD_vrsn_num",
    "natl_cvrg_type",
    "cvrg_lvl_cd",
    "NCD_mnl_sect",
    "NCD_mnl_sect_title",
    "NCD_efctv_dt",
    "NCD_impltn_dt",
    "NCD_trmntn_dt",
    "itm_srvc_desc",
    "indctn_lmtn",
    "xref_txt",
    "othr_txt",
    "trnsmtl_num",
    "trnsmtl_issnc_dt",
    "trnsmtl_url",
    "chg_rqst_num",
    "pblctn_cd",
    "rev_hstry",
    "under_rvw",
    "creatd_tmstmp",
    "last_updt_tmstmp",
    "last_clrnc_tmstmp",
    "NCD_lab",
    "ncd_keyword",
    "NCD_AMA",
)
_LOCAL: Final = (
    "lcd_id",
    "lcd_version",
    "hcpc_code_id",
    "hcpc_code_version",
    "hcpc_code_group",
    "range",
    "last_updated",
    "long_description",
    "short_description",
)
_CODE: Final = re.compile(r"[0-9A-Z]{5}")
_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class NationalDetermination:
    """A version of an NCD. Texts are plain, one line for each paragraph; "" where left out.

    ``coverage_level`` is the export's code: "1" full, "2" restricted, "3" none; others occur
    and have no published meaning. A retired determination often has no termination date.
    """

    line: int
    number: int
    version: int
    determination: bool
    """False for a coverage provision, which is not a determination."""
    coverage_level: str
    section: str
    """Section of the NCD manual, "240.4.1"."""
    title: str
    effective: date
    implementation: date | None
    termination: date | None
    description: str
    indications: str
    cross_references: str
    other_text: str
    transmittal: str
    transmittal_url: str
    under_review: bool
    laboratory: bool
    ama_notice: bool
    """Whether the page is to show the AMA's copyright notice."""


@dataclass(frozen=True, slots=True)
class NationalPolicies:
    """An export of NCDs, current as of its newest change."""

    as_of: date
    determinations: tuple[NationalDetermination, ...]


@dataclass(frozen=True, slots=True)
class LocalCode:
    """A procedure code that an LCD names. The LCD's number is shown as "L" and ``lcd``."""

    line: int
    lcd: int
    lcd_version: int
    code: str
    code_version: str
    group: str
    code_range: str
    long_description: str
    short_description: str


@dataclass(frozen=True, slots=True)
class LocalPolicies:
    """An export of the codes that LCDs name, current as of its newest change."""

    as_of: date
    codes: tuple[LocalCode, ...]


def recognises(head: bytes) -> bool:
    """Whether *head* begins one of the two exports."""
    rows = head_rows(head, 1)
    return bool(rows) and (
        _names(rows[0][:3]) == _names(_NATIONAL[:3]) or _names(rows[0][:3]) == _names(_LOCAL[:3])
    )


def read(file: OfficialFile) -> NationalPolicies | LocalPolicies:
    """Read the export in *file*.

    Raises:
        SourceError: naming file and line, when a column is not the one it should be, a record
            is incomplete, there twice or holds what is not a number, date or code.
    """
    records = list(read_records(file, read_text(file)))
    header, rows = records[0], list(filled(file, records[1:]))
    if not rows:
        raise file.fault(header.line, "nothing after the header; download it again")
    if _names(header.cells[:3]) == _names(_LOCAL[:3]):
        return _local(file, header, rows)
    return _national(file, header, rows)


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip().casefold() for cell in cells]


def _national(file: OfficialFile, header: Record, rows: Sequence[Record]) -> NationalPolicies:
    _check_columns(file, header, _NATIONAL)
    found: dict[tuple[int, int], NationalDetermination] = {}
    changes: list[date] = []
    for record in rows:
        row = _Row(file, record, _NATIONAL)
        changes.append(row.day("last_updt_tmstmp"))
        determination = NationalDetermination(
            line=record.line,
            number=row.number("NCD_id"),
            version=row.number("NCD_vrsn_num"),
            determination=row.flag("natl_cvrg_type"),
            coverage_level=row.required("cvrg_lvl_cd"),
            section=row.required("NCD_mnl_sect"),
            title=plain_text(row.required("NCD_mnl_sect_title")),
            effective=row.day("NCD_efctv_dt"),
            implementation=row.day_or_none("NCD_impltn_dt"),
            termination=row.day_or_none("NCD_trmntn_dt"),
            description=plain_text(row.text("itm_srvc_desc")),
            indications=plain_text(row.text("indctn_lmtn")),
            cross_references=plain_text(row.text("xref_txt")),
            other_text=plain_text(row.text("othr_txt")),
            transmittal=row.text("trnsmtl_num"),
            transmittal_url=row.text("trnsmtl_url"),
            under_review=row.flag("under_rvw"),
            laboratory=row.flag("NCD_lab"),
            ama_notice=row.flag("NCD_AMA"),
        )
        key = (determination.number, determination.version)
        twin = found.setdefault(key, determination)
        if twin is not determination:
            raise file.fault(
                record.line,
                f"version {key[1]} of NCD {key[0]} is there twice, first on line {twin.line}",
            )
    return NationalPolicies(max(changes), tuple(found.values()))


def _local(file: OfficialFile, header: Record, rows: Sequence[Record]) -> LocalPolicies:
    _check_columns(file, header, _LOCAL)
    found: dict[tuple[int, int, str, str, str, str], LocalCode] = {}
    changes: list[date] = []
    for record in rows:
        row = _Row(file, record, _LOCAL)
        changes.append(row.day("last_updated"))
        code = LocalCode(
            line=record.line,
            lcd=row.number("lcd_id"),
            lcd_version=row.number("lcd_version"),
            code=row.required("hcpc_code_id").upper(),
            code_version=row.text("hcpc_code_version"),
            group=row.text("hcpc_code_group"),
            code_range=row.text("range"),
            long_description=plain_text(row.text("long_description")),
            short_description=plain_text(row.text("short_description")),
        )
        if not _CODE.fullmatch(code.code):
            raise file.fault(record.line, f"hcpc_code_id: {code.code!r} is not a procedure code")
        key = (
            *(code.lcd, code.lcd_version, code.code),
            *(code.code_version, code.group, code.code_range),
        )
        twin = found.setdefault(key, code)
        if twin is not code:
            raise file.fault(
                record.line,
                f"{code.code} in LCD {code.lcd} version {code.lcd_version} is there twice, "
                f"first on line {twin.line}",
            )
    return LocalPolicies(max(changes), tuple(found.values()))


def _check_columns(file: OfficialFile, header: Record, expected: Sequence[str]) -> None:
    if len(header.cells) != len(expected):
        raise file.fault(
            header.line, f"{len(header.cells)} columns where this export has {len(expected)}"
        )
    for number, (cell, name) in enumerate(zip(header.cells, expected, strict=True), start=1):
        if cell.strip().casefold() != name.casefold():
            raise file.fault(
                header.line, f"column {number} is {cell.strip()!r} where {name!r} belongs"
            )


class _Row:
    """A record's cells by column name; whatever is not as it should be is refused with both."""

    def __init__(self, file: OfficialFile, record: Record, columns: Sequence[str]) -> None:
        if len(record.cells) != len(columns):
            raise file.fault(
                record.line,
                f"{len(record.cells)} columns where {len(columns)} belong: the record is cut "
                "short or its columns are shifted",
            )
        self._file = file
        self._line = record.line
        self._cells = dict(zip(columns, record.cells, strict=True))

    def text(self, column: str) -> str:
        return self._cells[column].strip()

    def required(self, column: str) -> str:
        if text := self.text(column):
            return text
        raise self._file.fault(self._line, f"{column} is empty")

    def number(self, column: str) -> int:
        text = self.required(column)
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise self._file.fault(self._line, f"{column}: {text!r} is not a number")
        return int(text)

    def flag(self, column: str) -> bool:
        text = self.required(column)
        value = _FLAGS.get(text.casefold())
        if value is None:
            raise self._file.fault(self._line, f"{column}: {text!r} is not True or False")
        return value

    def day(self, column: str) -> date:
        text = self.required(column)
        try:
            return datetime.fromisoformat(text).date()
        except ValueError:
            raise self._file.fault(
                self._line, f"{column}: {text!r} is not a date (YYYY-MM-DD)"
            ) from None

    def day_or_none(self, column: str) -> date | None:
        return self.day(column) if self.text(column) else None
