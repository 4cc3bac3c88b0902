"""HCPCS files in their published layouts, a few records long. The dates are invented."""

import csv
import io
from dataclasses import dataclass, field

from lookup.build.official.hcpcs_record import WIDTHS
from lookup.build.official.official_file import OfficialFile

NOTICE = (
    "Note regarding coverage and payment indicators for codes in CMS\u2019 HCPCS Update",
    "",
    "If specific Medicare coverage or payment indicators have not been established for a code, ",
    "",
    "",
)
HEADER = (
    "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,PRICE1,PRICE2,PRICE3,PRICE4,MULT_PI,"
    "CIM1,CIM2,CIM3,MCM1,MCM2,MCM3,STATUTE,LABCERT1,LABCERT2,LABCERT3,LABCERT4,LABCERT5,LABCERT6,"
    "LABCERT7,LABCERT8,XREF1,XREF2,XREF3,XREF4,XREF5,COV,ASC_GRP,ASC_DT,OPPS,OPPS_PI,OPPS_DT,"
    "PROCNOTE,BETOS,TOS1,TOS2,TOS3,TOS4,TOS5,ANEST_BU,ADD DT,ACT EFF DT,TERM DT,ACTION CD"
)


@dataclass(frozen=True)
class Row:
    """A record: texts of its lines, short text, and cells by the spreadsheet's column names."""

    code: str
    texts: tuple[str, ...]
    short: str
    added: str = "20100101"
    effective: str = "20240101"
    terminated: str = ""
    action: str = "N"
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def all_cells(self) -> dict[str, str]:
        """Every cell after the long description."""
        return (
            dict.fromkeys(WIDTHS, "")
            | {"SHORT DESCRIPTION": self.short, "ADD DT": self.added}
            | {"ACT EFF DT": self.effective, "TERM DT": self.terminated, "ACTION CD": self.action}
            | self.cells
        )

    def kind(self, number: int) -> str:
        """Record type of its line *number*, from 0."""
        return ("7" if len(self.code) == 2 else "3") if number == 0 else self.kind_more

    @property
    def kind_more(self) -> str:
        """Record type of its further lines."""
        return "8" if len(self.code) == 2 else "4"


ROWS = (
    Row(
        "AD",
        ("Medical supervision by a physician: more than four concurrent anesthesia", "procedures"),
        "Md supervision, >4 anes proc",
        effective="",
        cells={"MCM1": "3350.5", "COV": "D"},
    ),
    Row("P1", ("Invented text of a licensed modifier",), "Invented", effective="20260101"),
    Row(
        "A0021",
        ("Ambulance service, outside state per mile, transport (medicaid only)",),
        "Outside state ambulance serv",
        cells={"PRICE1": "00", "MULT_PI": "9", "COV": "I", "BETOS": "O1A", "TOS1": "D"}
        | {"ANEST_BU": "0"},
    ),
    Row(
        "E0100",
        (
            "Cane, includes canes of all materials, adjustable or fixed, with tip, and so on",
            "to the second line, and on to the third, which is",
            "the last",
        ),
        "Cane adjust/fixed with tip",
        effective="20260401",
        action="A",
        cells={
            "PRICE1": "32",
            "PRICE2": "36",
            "PRICE3": "46",
            "PRICE4": "51",
            "MULT_PI": "A",
            "CIM1": "60-3",
            "CIM2": "60-9",
            "MCM1": "2100.1",
            "MCM2": "2130.B",
            "MCM3": "4107",
            "STATUTE": "1862(a)(7)",
            "LABCERT1": "010",
            "LABCERT2": "220",
            "LABCERT8": "900",
            "XREF1": "A0021",
            "XREF5": "QM",
            "COV": "C",
            "ASC_GRP": "YY",
            "ASC_DT": "20200101",
            "OPPS": "102",
            "OPPS_PI": "1",
            "OPPS_DT": "20210101",
            "PROCNOTE": "0088",
            "BETOS": "D1E",
            "TOS1": "A",
            "TOS2": "P",
            "TOS5": "R",
            "ANEST_BU": "12",
        },
    ),
    Row(
        "G0297",
        ("Low dose ct scan (ldct) for lung cancer screening",),
        "Ldct for lung ca screen",
        terminated="20251231",
        effective="20260101",
        action="D",
    ),
    Row("D9999", ("Invented text of a licensed code",), "Invented"),
    Row("V5364", ("Dysphagia screening",), "Dysphagia screening"),
)


def fixed(row: Row, short_lines: bool = True) -> list[str]:
    """The lines of *row* in columns; further lines end at column 91 or, else, at 320."""
    cells = "".join(
        (" " if column == "TOS1" else "") + cell.ljust(WIDTHS[column])
        for column, cell in row.all_cells.items()
    )
    lines = []
    for number, text in enumerate(row.texts):
        line = f"{row.code:>5}{(number + 1) * 100:05}{row.kind(number)}{text:<80}"
        lines.append((line + cells).ljust(320) if number == 0 else line)
    return lines if short_lines else [line.ljust(320) for line in lines]


def anweb_lines(rows: tuple[Row, ...] = ROWS) -> list[str]:
    """The records of *rows* without a notice."""
    return [line for row in rows for line in fixed(row)]


def text_file(
    lines: list[str], name: str = "HCPC2026_APR_ANWEB.txt", encoding: str = "cp1252"
) -> OfficialFile:
    """*lines* as CMS ends them."""
    return OfficialFile(name, "".join(f"{line}\r\n" for line in lines).encode(encoding))


def anweb(
    rows: tuple[Row, ...] = ROWS, notice: tuple[str, ...] = NOTICE, name: str = "HCPC2026_ANWEB.txt"
) -> OfficialFile:
    """The text file of *rows*."""
    return text_file([*notice, *anweb_lines(rows)], name)


def csv_rows(rows: tuple[Row, ...] = ROWS, *, whole_texts: bool) -> list[list[str]]:
    """The spreadsheet's rows without its header."""
    table = []
    for row in rows:
        texts = (" ".join(row.texts),) if whole_texts else row.texts
        for number, text in enumerate(texts):
            first = number == 0
            cells = row.all_cells.values() if first else ("" for _ in WIDTHS)
            table.append([row.code, f"{(number + 1) * 100:05}", row.kind(number), text, *cells])
    return table


def csv_file(
    table: list[list[str]], header: str = HEADER, name: str = "HCPC2026_APR_ANWEB.csv"
) -> OfficialFile:
    """*table* below *header*."""
    out = io.StringIO()
    out.write(header + "\r\n")
    csv.writer(out).writerows(table)
    return OfficialFile(name, out.getvalue().encode("cp1252"))


def line_of(code: str) -> int:
    """The line on which *code* begins in `anweb_lines`."""
    return next(n for n, line in enumerate(anweb_lines(), 1) if line[:5].strip() == code)
