"""A procedure code or modifier as the HCPCS files state it, and the checks both layouts share.

CMS publishes the same records as text in columns and as a spreadsheet. Each reader hands on the
cells as it finds them; here they become records, are checked against each other and dated.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from lookup.build.errors import SourceError
from lookup.build.official.named_release import NamedRelease, named_release, parts_of
from lookup.build.official.official_file import OfficialFile

_LEVEL_II: Final = re.compile(r"[A-CE-V]\d{4}")
_CPT_OR_CDT: Final = re.compile(r"\d{4}[0-9A-Z]|D\d{4}")
_MODIFIER: Final = re.compile(r"[0-9A-Z]{2}")
_CPT_MODIFIER: Final = re.compile(r"\d[0-9A-Z]|P[1-6]")
_LAST_LEVEL_II: Final = "V"
_PROCEDURE, _PROCEDURE_MORE, _MODIFIER_FIRST, _MODIFIER_MORE = "3", "4", "7", "8"
RECORD_TYPES: Final = _PROCEDURE + _PROCEDURE_MORE + _MODIFIER_FIRST + _MODIFIER_MORE
CONTINUATIONS: Final = _PROCEDURE_MORE + _MODIFIER_MORE


def _numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}{number}" for number in range(1, count + 1))


_PRICES: Final = _numbered("PRICE", 4)
_CIMS: Final = _numbered("CIM", 3)
_MCMS: Final = _numbered("MCM", 3)
_LABCERTS: Final = _numbered("LABCERT", 8)
_XREFS: Final = _numbered("XREF", 5)
_TYPES: Final = _numbered("TOS", 5)

WIDTHS: Final[Mapping[str, int]] = {
    "SHORT DESCRIPTION": 28,
    **dict.fromkeys(_PRICES, 2),
    "MULT_PI": 1,
    **dict.fromkeys(_CIMS, 6),
    **dict.fromkeys(_MCMS, 8),
    "STATUTE": 10,
    **dict.fromkeys(_LABCERTS, 3),
    **dict.fromkeys(_XREFS, 5),
    "COV": 1,
    "ASC_GRP": 2,
    "ASC_DT": 8,
    "OPPS": 3,
    "OPPS_PI": 1,
    "OPPS_DT": 8,
    "PROCNOTE": 4,
    "BETOS": 3,
    **dict.fromkeys(_TYPES, 1),
    "ANEST_BU": 3,
    "ADD DT": 8,
    "ACT EFF DT": 8,
    "TERM DT": 8,
    "ACTION CD": 1,
}
"""Columns of a record after its long description, by the spreadsheet's names: their widths."""

_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    **dict.fromkeys(_PRICES, re.compile(r"(?:\d\d)?")),
    "MULT_PI": re.compile(r"[9A-G]?"),
    # "60-9" is a section of a manual; "Sep-60" is what a spreadsheet makes of it.
    **dict.fromkeys((*_CIMS, *_MCMS), re.compile(r"[0-9A-Z .()-]*")),
    **dict.fromkeys(_LABCERTS, re.compile(r"(?:\d{3})?")),
    **dict.fromkeys(_XREFS, re.compile(r"[0-9A-Z]*")),
    "COV": re.compile(r"[CDIMS]?"),
    "OPPS": re.compile(r"[0-9A-Z]*"),
    "OPPS_PI": re.compile(r"[0-9A-Z]?"),
    "PROCNOTE": re.compile(r"(?:\d{4})?"),
    "BETOS": re.compile(r"[0-9A-Z]*"),
    **dict.fromkeys(_TYPES, re.compile(r"[0-9A-Z]?")),
    "ANEST_BU": re.compile(r"\d*"),
    "ACTION CD": re.compile(r"[ABCDFNPRST]"),
}


@dataclass(frozen=True, slots=True)
class HcpcsRecord:
    """A procedure code ("A0021") or, with *modifier*, a modifier ("AA").

    Texts are the published ones: the long one of its lines joined with a space, the short one of
    28 characters at most. Lists hold only what is filled in. *coverage* is C (carrier judgement),
    D (special instructions), I (not payable by Medicare), M (not covered) or S (not covered by
    statute); *action* what changed last: A added, B and C long description, D discontinued, F
    administrative data, N nothing, P payment, R reactivated, S short description, T other. The
    code may be used until *terminated*, that day included. Old codes have no *action_effective*.

    *cross_references* of a discontinued code may be CPT codes: they are numbers without text,
    but the licence gate applies to them.
    """

    code: str
    modifier: bool
    line: int
    long_text: str
    short_text: str
    pricing: tuple[str, ...]
    multiple_pricing: str
    coverage_issues: tuple[str, ...]
    carriers_manual: tuple[str, ...]
    statute: str
    lab_certifications: tuple[str, ...]
    cross_references: tuple[str, ...]
    coverage: str
    asc_group: str
    asc_effective: date | None
    outpatient_group: str
    outpatient_indicator: str
    outpatient_effective: date | None
    processing_note: str
    betos: str
    types_of_service: tuple[str, ...]
    anesthesia_units: int | None
    added: date
    action_effective: date | None
    terminated: date | None
    action: str

    @property
    def level_ii(self) -> bool:
        """Whether it is CMS's own; if not, its texts are the AMA's or the ADA's."""
        if self.modifier:
            return _CPT_MODIFIER.fullmatch(self.code) is None
        return _LEVEL_II.fullmatch(self.code) is not None


@dataclass(frozen=True, slots=True)
class HcpcsFile:
    """A whole file, in its order; *effective* is the first day of its quarter.

    *licensed* are the records whose texts belong to the AMA (CPT codes, modifiers P1 to P6 and
    those that begin with a digit) or to the ADA (D codes). They are kept apart so that nobody
    takes them for public ones.
    """

    effective: date
    records: tuple[HcpcsRecord, ...]
    licensed: tuple[HcpcsRecord, ...]


@dataclass(slots=True)
class _Open:
    """A record that may have further lines."""

    code: str
    modifier: bool
    line: int
    sequence: int
    texts: list[str]
    cells: Mapping[str, str]


@dataclass(slots=True)
class HcpcsRecords:
    """Collects the lines of a file; `finish` gives what it says.

    *step* is the sequence number of a record's first line, by which it grows for each further
    line: 100, 200, 300.
    """

    file: OfficialFile
    step: int
    _open: _Open | None = None
    _lines: dict[tuple[bool, str], int] = field(default_factory=dict)
    _records: list[HcpcsRecord] = field(default_factory=list)

    def first(
        self, line: int, code: str, sequence: int, kind: str, text: str, cells: Mapping[str, str]
    ) -> None:
        """The first line of the record of *code*, with all its *cells* by the names of `WIDTHS`.

        Raises:
            SourceError: when this line or the record before it cannot be right.
        """
        self._close()
        modifier = kind == _MODIFIER_FIRST
        form = _MODIFIER if modifier else re.compile(f"{_LEVEL_II.pattern}|{_CPT_OR_CDT.pattern}")
        if not form.fullmatch(code):
            what = "modifier" if modifier else "procedure code"
            raise self.file.fault(line, f"{code!r} has not the form of a {what}")
        if (modifier, code) in self._lines:
            raise self.file.fault(
                line, f"{code} stands already on line {self._lines[modifier, code]}"
            )
        if sequence != self.step:
            raise self.file.fault(
                line,
                f"{code} begins with line {sequence}, not {self.step}: lines are missing",
            )
        self._lines[modifier, code] = line
        self._open = _Open(code, modifier, line, sequence, [text], cells)

    def more(self, line: int, code: str, sequence: int, kind: str, text: str) -> None:
        """A further line of the long description of *code*.

        Raises:
            SourceError: when it does not continue the line before it.
        """
        opened = self._open
        if (
            opened is None
            or (opened.code, opened.modifier) != (code, kind == _MODIFIER_MORE)
            or opened.sequence + self.step != sequence
        ):
            raise self.file.fault(
                line,
                f"line {sequence} of {code} does not follow the line before it: "
                "lines are missing or out of order; fetch the file again",
            )
        if not text.strip():
            raise self.file.fault(line, f"line {sequence} of {code} has no text")
        opened.sequence = sequence
        opened.texts.append(text)

    def finish(self) -> HcpcsFile:
        """Everything, when the file has ended.

        Raises:
            SourceError: when the file ends too early or its quarter is not known.
        """
        self._close()
        procedures = [record for record in self._records if not record.modifier]
        if not procedures:
            raise self.file.fault(None, "it holds no procedure codes")
        if not any(record.code.startswith(_LAST_LEVEL_II) for record in procedures):
            raise self.file.fault(
                procedures[-1].line,
                f"it ends with {procedures[-1].code}, but Level II goes on to the "
                f"{_LAST_LEVEL_II} codes: the file is cut short; fetch it again",
            )
        return HcpcsFile(
            effective=_quarter(self.file, self._records),
            records=tuple(record for record in self._records if record.level_ii),
            licensed=tuple(record for record in self._records if not record.level_ii),
        )

    def _close(self) -> None:
        if self._open is not None:
            self._records.append(_record(self.file, self._open))
            self._open = None


def _record(file: OfficialFile, opened: _Open) -> HcpcsRecord:
    cells = {name: cell.strip() for name, cell in opened.cells.items()}
    where = f"{opened.code}, column {{}}: "

    def refuse(column: str, what: str) -> SourceError:
        return file.fault(opened.line, where.format(column) + what)

    for column, form in _FORMS.items():
        if not form.fullmatch(cells[column]):
            raise refuse(column, f"{cells[column]!r} is none of its values; columns are shifted?")
    long_text = " ".join(text.strip() for text in opened.texts)
    if not long_text or not opened.texts[0].strip():
        raise refuse("LONG DESCRIPTION", "it is empty")
    if not cells["SHORT DESCRIPTION"]:
        raise refuse("SHORT DESCRIPTION", "it is empty")
    added = _date(cells, "ADD DT", refuse)
    if added is None:
        raise refuse("ADD DT", "the date is missing")
    return HcpcsRecord(
        code=opened.code,
        modifier=opened.modifier,
        line=opened.line,
        long_text=long_text,
        short_text=cells["SHORT DESCRIPTION"],
        pricing=_filled(cells, _PRICES),
        multiple_pricing=cells["MULT_PI"],
        coverage_issues=_filled(cells, _CIMS),
        carriers_manual=_filled(cells, _MCMS),
        statute=cells["STATUTE"],
        lab_certifications=_filled(cells, _LABCERTS),
        cross_references=_filled(cells, _XREFS),
        coverage=cells["COV"],
        asc_group=cells["ASC_GRP"],
        asc_effective=_date(cells, "ASC_DT", refuse),
        outpatient_group=cells["OPPS"],
        outpatient_indicator=cells["OPPS_PI"],
        outpatient_effective=_date(cells, "OPPS_DT", refuse),
        processing_note=cells["PROCNOTE"],
        betos=cells["BETOS"],
        types_of_service=_filled(cells, _TYPES),
        anesthesia_units=int(cells["ANEST_BU"]) if cells["ANEST_BU"] else None,
        added=added,
        action_effective=_date(cells, "ACT EFF DT", refuse),
        terminated=_date(cells, "TERM DT", refuse),
        action=cells["ACTION CD"],
    )


def _filled(cells: Mapping[str, str], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cells[column] for column in columns if cells[column])


def _date(
    cells: Mapping[str, str], column: str, refuse: Callable[[str, str], SourceError]
) -> date | None:
    cell = cells[column]
    if not cell:
        return None
    try:
        if not re.fullmatch(r"\d{8}", cell, re.ASCII):
            raise ValueError
        return date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    except ValueError:
        raise refuse(column, f"{cell!r} is no date (YYYYMMDD); columns are shifted?") from None


def _quarter(file: OfficialFile, records: list[HcpcsRecord]) -> date:
    """First day of the quarter that the file is of.

    A file does not name its release, but every quarterly update changes something, so the newest
    date on which a change takes effect lies in it (a code may be approved in mid-quarter). What
    the name says ("HCPC2026_APR_ANWEB.txt") must agree: a renamed or mixed file is refused.
    """
    newest = max(record.action_effective or record.added for record in records)
    quarter = date(newest.year, (newest.month - 1) // 3 * 3 + 1, 1)
    named = named_release(parts_of(file.name)[0])
    if named is not None and named not in (
        NamedRelease(quarter.year, None),
        NamedRelease(quarter.year, quarter.month),
    ):
        raise file.fault(
            None,
            f"its newest change takes effect on {newest}, but its name speaks of another quarter; "
            "name it as its publisher does, or fetch it again",
        )
    return quarter
