"""Reads the geographic practice cost indices (GPCI, Addendum E, comma-separated).

A title, an empty record, the header, one record for each Medicare locality, then footnotes.
The footnotes close the file: one without them was cut short.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from lookup.build.official.csv_records import Record, column_name, head_rows, read_records
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.published_text import read_text

_TITLE: Final = "geographic practice cost ind"
_YEAR: Final = re.compile(r"\bCY\s+(20\d\d)\b", re.IGNORECASE)
_HEADER_AT: Final = 2
_COLUMNS: Final = (
    ("Medicare administrative contractor", r"MEDICARE ADMINISTRATIVE CONTRACTOR( MAC)?"),
    ("state", r"STATE"),
    ("locality number", r"LOCALITY NUMBER"),
    ("locality name", r"LOCALITY NAME"),
    ("work GPCI", r"(?P<year>20\d\d )?PW GPCI.*"),
    ("practice expense GPCI", r"(?P<year>20\d\d )?PE GPCI.*"),
    ("malpractice GPCI", r"(?P<year>20\d\d )?MP GPCI.*"),
)
_INDEX: Final = re.compile(r"\d?\.?\d+")
_MAC: Final = re.compile(r"\d{4,5}")
_LOCALITY: Final = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Locality:
    """A Medicare payment locality and its indices, exact; ``marks`` refer to the footnotes.

    A locality is known by contractor and number: several states have a locality 00.
    """

    line: int
    contractor: str
    state: str
    number: str
    name: str
    marks: str
    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal


@dataclass(frozen=True, slots=True)
class PracticeCosts:
    """The indices of a calendar year, for every locality, and what the footnotes add."""

    year: int
    title: str
    work_heading: str
    """The work index's column as published: it says whether the 1.0 floor is in it."""
    localities: tuple[Locality, ...]
    footnotes: tuple[str, ...]


def recognises(head: bytes) -> bool:
    """Whether *head* begins a GPCI file in its comma-separated form."""
    return any(len(row) > 3 and _TITLE in " ".join(row).casefold() for row in head_rows(head, 2))


def read(file: OfficialFile) -> PracticeCosts:
    """Read the GPCI file in *file*.

    Raises:
        SourceError: naming file and line, when its year is unknown, a column is not the one
            it should be, a locality is incomplete or there twice, or the footnotes are missing.
    """
    records = list(read_records(file, read_text(file)))
    title = " ".join(" ".join(records[0].cells).split())
    found = _YEAR.search(title)
    if found is None:
        raise file.fault(1, "its title does not say of which calendar year it is (CY 2026)")
    year = int(found[1])
    if len(records) <= _HEADER_AT:
        raise file.fault(records[-1].line, "it ends before its header: it is cut short")
    header = records[_HEADER_AT]
    _check_columns(file, header, year)
    rows, footnotes = _split(file, records[_HEADER_AT + 1 :])
    localities: dict[tuple[str, str], Locality] = {}
    for record in rows:
        locality = _locality(file, record)
        twin = localities.setdefault((locality.contractor, locality.number), locality)
        if twin is not locality:
            raise file.fault(
                record.line,
                f"locality {locality.number} of contractor {locality.contractor} is there "
                f"twice, first on line {twin.line}",
            )
    if not localities:
        raise file.fault(header.line, "no localities after the header; download it again")
    return PracticeCosts(
        year, title, header.cells[4].strip(), tuple(localities.values()), footnotes
    )


def _check_columns(file: OfficialFile, header: Record, year: int) -> None:
    if len(header.cells) != len(_COLUMNS):
        raise file.fault(
            header.line, f"{len(header.cells)} columns where {len(_COLUMNS)} belong in the header"
        )
    for number, (cell, (meaning, pattern)) in enumerate(
        zip(header.cells, _COLUMNS, strict=True), start=1
    ):
        found = re.fullmatch(pattern, column_name(cell))
        if found is None:
            raise file.fault(
                header.line, f"column {number} is {cell.strip()!r} where the {meaning} belongs"
            )
        stated = found.groupdict().get("year")
        if stated and int(stated) != year:
            raise file.fault(
                header.line, f"column {number} is of {stated.strip()}, the title of {year}"
            )


def _split(
    file: OfficialFile, records: Sequence[Record]
) -> tuple[Sequence[Record], tuple[str, ...]]:
    """The localities' records and the footnotes that follow them."""
    count = 0
    while count < len(records) and not _begins_footnotes(records[count]):
        count += 1
    footnotes = [" ".join(" ".join(record.cells).split()) for record in records[count:]]
    kept = tuple(note for note in footnotes if note)
    if not kept:
        raise file.fault(
            records[-1].line if records else _HEADER_AT + 1,
            "it ends without the footnotes that close the table: it is cut short",
        )
    return records[:count], kept


def _begins_footnotes(record: Record) -> bool:
    return not any(cell.strip() for cell in record.cells[1:])


def _locality(file: OfficialFile, record: Record) -> Locality:
    if len(record.cells) != len(_COLUMNS):
        raise file.fault(record.line, f"{len(record.cells)} columns where {len(_COLUMNS)} belong")
    cells = [cell.strip() for cell in record.cells]
    forms = (_MAC, re.compile("[A-Z]{2}"), _LOCALITY, re.compile(".+"), *[_INDEX] * 3)
    for cell, form, (meaning, _) in zip(cells, forms, _COLUMNS, strict=True):
        if not form.fullmatch(cell):
            raise file.fault(record.line, f"{cell!r} is not a {meaning}")
    name = cells[3].rstrip("* ")
    # Spreadsheets drop leading zeros: contractors have five digits, localities two.
    return Locality(
        line=record.line,
        contractor=cells[0].zfill(5),
        state=cells[1],
        number=cells[2].zfill(2),
        name=name,
        marks=cells[3][len(name) :].strip(),
        work=Decimal(cells[4]),
        practice_expense=Decimal(cells[5]),
        malpractice=Decimal(cells[6]),
    )
