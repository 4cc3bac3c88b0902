"""Builds files in the layouts of their publishers, small and with content of our own.

HCPCS Level II codes and texts are in the public domain. Codes in the form of CPT are invented
and say so in their texts: no CPT content is in here.
"""

import csv
import io
from collections.abc import Sequence

from lookup.build.official.official_file import OfficialFile

INVENTED = "Invented for tests, not CPT"

PPRRVU_NAMES = (
    ("", "", "", "", "HCPCS"),
    ("", "", "", "", "MOD"),
    ("", "", "", "", "DESCRIPTION"),
    ("", "", "", "STATUS", "CODE"),
    ("", "NOT USED", "FOR", "MEDICARE ", "PAYMENT"),
    ("", "", "", "WORK", "RVU"),
    ("", "", "", "NON-FAC", "PE RVU"),
    ("", "", "NON-FAC", "NA", "INDICATOR"),
    ("", "", "", "FACILITY", "PE RVU"),
    ("", "", "FACILITY ", "NA", "INDICATOR"),
    ("", "", "", "MP", "RVU"),
    ("", "", "", "NON-FACILITY", "TOTAL"),
    ("", "", "", "FACILITY", "TOTAL"),
    ("", "", "", "PCTC", "IND"),
    ("", "", "", "GLOB", "DAYS"),
    ("", "", "", "PRE", "OP"),
    ("", "", "", "INTRA", "OP"),
    ("", "", "", "POST", "OP"),
    ("", "", "", "MULT", "PROC"),
    ("", "", "", "BILAT", "SURG"),
    ("", "", "", "ASST", "SURG"),
    ("", "", "", "CO-", "SURG"),
    ("", "", "", "TEAM", "SURG"),
    ("", "", "", "PRIC", "IND"),
    ("", "", "", "ENDO", "BASE"),
    ("", "", "", "CONV", "FACTOR"),
    ("", "PHYSICIAN", "SUPERVISION OF", "DIAGNOSTIC", "PROCEDURES"),
    ("", "", "", "CALCULATION", "FLAG"),
    ("", "DIAGNOSTIC", "IMAGING", "FAMILY", "INDICATOR"),
    ("NON-FACILITY", "PE USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
    ("FACILITY", "PE USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
    ("", "MP USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
)
PRIC_IND_AT = 23


def file_of(text: str, name: str, encoding: str = "utf-8") -> OfficialFile:
    return OfficialFile(name, text.encode(encoding))


def rows_of(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def line_with(text: str, wanted: str) -> int:
    """The line, from 1, on which *wanted* first stands in *text*."""
    return text[: text.index(wanted)].count("\n") + 1


# The fee schedule


def relative_value(code: str, modifier: str = "", work: str = "1.30") -> list[str]:
    """A row of the schedule of 2026: 32 columns."""
    return [
        *(code, modifier, f"Text of {code}, {modifier}", "A", ""),
        *(work, "1.26", "", "0.55", "NA", "0.10", "2.66", "1.95"),
        *("0", "090", "0.10", "0.80", "0.10", "2", "1", "0", "0", "0", "3", "G0105"),
        *("33.4009", "09", "0", "99", "0.00", "NA", "0.10"),
    ]


PPRRVU_ROWS = (
    relative_value("G0008"),
    relative_value("G0121", "53"),
    relative_value("G0121"),
)


def pprrvu(
    year: int = 2026,
    month: str = "July",
    rows: Sequence[Sequence[str]] = PPRRVU_ROWS,
    title: str | None = None,
) -> str:
    """The schedule as published: 32 columns since 2026, 31 before."""
    if title is None:
        title = f"{year} National Physician Fee Schedule Relative Value File {month} Release"
    names = list(PPRRVU_NAMES)
    body = [list(row) for row in rows]
    if year < 2026:
        del names[PRIC_IND_AT]
        for row in body:
            del row[PRIC_IND_AT]
    width = len(names)
    notices = (title, "A notice about copyright", "Another notice", " ", "RELEASED 06/15/2026")
    preamble = [["", "", notice, *[""] * (width - 3)] for notice in notices]
    header = [[name[part] for name in names] for part in range(5)]
    end = [["\x1a", *[""] * (width - 1)]]
    return rows_of([*preamble, *header, *body, *end])


GPCI_ROWS = (
    ("10112", "AL", "00", "ALABAMA", "1", "0.869", "0.575"),
    ("2102", "AK", "1", "ALASKA**", "1.5", "1.081", "0.592"),
    ("03102", "AZ", "00", "ARIZONA", "1", "0.975", "0.854"),
)


def gpci(year: int = 2026, rows: Sequence[Sequence[str]] = GPCI_ROWS) -> str:
    """Addendum E as published: title, empty record, header, localities, footnotes."""
    return rows_of(
        [
            [
                f"ADDENDUM E. FINAL CY {year} GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE",
                *[""] * 6,
            ],
            [""] * 7,
            [
                *("Medicare Administrative Contractor (MAC)", "State", "Locality Number"),
                *("Locality Name", f"{year} PW GPCI (with 1.0 Floor)"),
                *(f"{year} PE GPCI", f"{year} MP GPCI"),
            ],
            *rows,
            [""] * 7,
            ["* A footnote, of ours.", *[""] * 6],
            ["** Another one.", *[""] * 6],
        ]
    )


# NCCI edits

PTP_NAME = "ccipra-v322r0-f1.zip!ccipra-v322r0-f1.TXT"
PTP_ROWS = (
    ("G0101", "G0102", "*", "19960101", "*", "0", "Standards of medical / surgical practice"),
    ("G0101", "G0103", "", "20240101", "20251231", "1", "Misuse of column two code"),
    ("G0101", "G0103", "", "20260401", "*", "1", "Misuse of column two code"),
    ("G0104", "G0105", "", "20250701", "20250701", "9", "More extensive procedure"),
)


def ptp(rows: Sequence[Sequence[str]] = PTP_ROWS, kind: str = "Column1/Column2 Edits") -> str:
    """A file of PTP edits as published, with its six lines before the first edit."""
    return rows_of(
        [
            ["A notice about copyright 2025.", *[""] * 6],
            [kind, *[""] * 6],
            [
                *("Column 1", "Column 2", "*=in existence", "Effective", "Deletion"),
                *("Modifier", "PTP Edit Rationale"),
            ],
            ["", "", "prior to 1996", "Date", "Date", "0=not allowed", ""],
            ["", "", "", "", "*=no data", "1=allowed", ""],
            ["", "", "", "", "", "9=not applicable", ""],
            *rows,
        ],
        "\t",
    )


MUE_NAME = "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
MUE_ROWS = (
    ("A4218", "20", "3 Date of Service Edit: Clinical", "CMS Policy"),
    ("G0008", "1", "2 Date of Service Edit: Policy", "Nature of Service/Procedure"),
    ("V5364", "0", "1 Line Edit", "CMS Policy"),
)


def mue(
    rows: Sequence[Sequence[str]] = MUE_ROWS, column: str = "Practitioner Services MUE Values"
) -> str:
    """A table of MUEs as published: a notice of several lines, then the header."""
    return rows_of(
        [
            ["A notice about copyright 2025.\r\n\r\nOf several lines.", "", "", ""],
            ["HCPCS/\r\nCPT Code", column, "MUE Adjudication Indicator", "MUE Rationale"],
            *rows,
        ]
    )


# Coverage policies

NCD_COLUMNS = (
    *("NCD_id", "NCD_vrsn_num", "natl_cvrg_type", "cvrg_lvl_cd", "NCD_mnl_sect"),
    *("NCD_mnl_sect_title", "NCD_efctv_dt", "NCD_impltn_dt", "NCD_trmntn_dt", "itm_srvc_desc"),
    *("indctn_lmtn", "xref_txt", "othr_txt", "trnsmtl_num", "trnsmtl_issnc_dt", "trnsmtl_url"),
    *("chg_rqst_num", "pblctn_cd", "rev_hstry", "under_rvw", "creatd_tmstmp"),
    *("last_updt_tmstmp", "last_clrnc_tmstmp", "NCD_lab", "ncd_keyword", "NCD_AMA"),
)


def ncd_row(number: str = "9001", version: str = "1", **cells: str) -> list[str]:
    """A record of the NCD export about an invented policy."""
    values = {
        "NCD_id": number,
        "NCD_vrsn_num": version,
        "natl_cvrg_type": "True",
        "cvrg_lvl_cd": "2",
        "NCD_mnl_sect": "999.4.1",
        "NCD_mnl_sect_title": "Invented Service, at Home",
        "NCD_efctv_dt": "2021-09-27 00:00:00",
        "indctn_lmtn": '<p>Covered when <b>both</b> hold:</p>\n<ul><li>age &lt; 18</li></ul>\n"so"',
        "pblctn_cd": "25",
        "under_rvw": "False",
        "creatd_tmstmp": "2002-11-27 12:10:46",
        "last_updt_tmstmp": "2026-08-28 11:49:28.133000",
        "last_clrnc_tmstmp": "2026-08-28 11:49:28",
        "NCD_lab": "True",
        "NCD_AMA": "False",
        **cells,
    }
    return [values.get(column, "") for column in NCD_COLUMNS]


def ncd(rows: Sequence[Sequence[str]] | None = None) -> str:
    """The NCD export as published, HTML and line breaks in its cells."""
    return rows_of([NCD_COLUMNS, *(rows or (ncd_row(), ncd_row("9001", "2")))])


LCD_COLUMNS = (
    *("lcd_id", "lcd_version", "hcpc_code_id", "hcpc_code_version", "hcpc_code_group"),
    *("range", "last_updated", "long_description", "short_description"),
)
LCD_ROWS = (
    (
        *("33797", "20", "E1390", "76", "1", "", "2026-03-01 10:00:00"),
        *("OXYGEN CONCENTRATOR, 85 PERCENT &gt; <i>AT</i> PRESCRIBED RATE", "Oxygen concentrator"),
    ),
    ("33797", "20", "E1391", "76", "1", "", "2026-03-02 10:00:00", "OXYGEN CONCENTRATOR", ""),
)


def lcd(rows: Sequence[Sequence[str]] = LCD_ROWS) -> str:
    """The export of LCDs' procedure codes as published."""
    return rows_of([LCD_COLUMNS, *rows])


# Descriptors: codes in the form of CPT, invented like their texts

CPT_NOTICE = (
    "A notice in place of the publisher's: CPT 2026, copyright 1995-2025.\r\n"
    "It has a second line, and a line that is empty.\r\n\r\n"
)


def descriptors(separator: str, rows: Sequence[tuple[str, str]], notice: str = CPT_NOTICE) -> str:
    """A short, medium or long descriptor file."""
    return notice + "".join(f"{code}{separator}{text}\r\n" for code, text in rows)


CPT_SHORT = (("00001", "INVENTED, NOT CPT"), ("9902T", "INVENTED TOO, NOT CPT"))
CPT_LONG = (
    ("00001", f"{INVENTED}: a service with a text that is longer than others have, 30 minutes"),
    ("9902T", f"{INVENTED}: another"),
)


def consumer(rows: Sequence[tuple[str, str]] = CPT_LONG, header: bool = True) -> str:
    """A consumer descriptor file: concept, code, text."""
    first = "Concept Id\tCPT Code\tConsumer Friendly Descriptor\r\n" if header else ""
    return first + "".join(f"1{n:06}\t{code}\t{text}\r\n" for n, (code, text) in enumerate(rows))


def clinician(rows: Sequence[tuple[str, str]] = (*CPT_LONG, CPT_LONG[0])) -> str:
    """A clinician descriptor file: concept, code, descriptor's identifier, text."""
    first = "Concept Id\tCPT Code\tClinician Descriptor Id\tClinician Descriptor\r\n"
    return first + "".join(
        f"1000001\t{code}\t{10_000_001 + n}\t{text}\r\n" for n, (code, text) in enumerate(rows)
    )


# Indexes

INDEX = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>2026</version>
  <title>ICD-10-CM INDEX TO DISEASES and INJURIES</title>
  <letter>
    <title>S</title>
    <mainTerm>
      <title>Sulks, sulking<nemod>(loud) (quiet)</nemod></title>
      <seeAlso>Pout</seeAlso>
      <code>R45.89</code>
      <term level="1">
        <title>with</title>
        <term level="2">
          <title>door<nemod>(slammed)</nemod>banging</title>
          <code>W22.8-</code>
          <manif>R45.4</manif>
        </term>
      </term>
      <term level="1">
        <title>feigned</title>
        <see>Play</see>
      </term>
      <term level="1">
        <title>in heart</title>
        <code>E85.4 [I43]</code>
      </term>
      <term level="1">
        <title>of minors</title>
        <subcat>F93.8</subcat>
      </term>
    </mainTerm>
  </letter>
</ICD10CM.index>
"""

EXTERNAL_CAUSES = INDEX.replace(
    "ICD-10-CM INDEX TO DISEASES and INJURIES", "ICD-10-CM External Cause of Injuries Index"
)

NEOPLASMS = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>2026</version>
  <indexHeading>
    <head col="1">Neoplasm</head>
    <head col="2">Malignant Primary</head>
    <head col="3">Benign</head>
  </indexHeading>
  <letter>
    <title>N</title>
    <mainTerm>
      <title>Neoplasm, neoplastic</title>
      <cell col="2">C80.1</cell>
      <cell col="3">D36.9</cell>
      <term level="1">
        <title>elbow<nemod>(bony)</nemod></title>
        <manif>of either side</manif>
        <cell col="2">C40.0-</cell>
        <cell col="3">--</cell>
      </term>
      <term level="1">
        <title>Note: a remark of the publisher</title>
      </term>
    </mainTerm>
  </letter>
</ICD10CM.index>
"""

DRUGS = NEOPLASMS.replace(">Neoplasm</head>", ">Substance</head>")

PROCEDURES = """<?xml version="1.0" encoding="utf-8"?>
<ICD10PCS.index>
  <version>2026</version>
  <title>2026 ICD-10-PCS Index</title>
  <letter>
    <title>A</title>
    <mainTerm>
      <title>Abdominoplasty</title>
      <term level="1">
        <see>Alteration, Abdominal Wall<codes>0W0F</codes></see>
      </term>
      <term level="1">
        <see></see>
      </term>
    </mainTerm>
    <mainTerm>
      <title>Airway, nasopharyngeal</title>
      <code>09HN7BZ</code>
    </mainTerm>
    <mainTerm>
      <title>Alteration</title>
      <tab>0W0</tab>
      <term level="1">
        <use>Abdominal Wall in Anatomical Regions<tab>0W0</tab></use>
      </term>
    </mainTerm>
  </letter>
</ICD10PCS.index>
"""
