"""HCPCS tables filled row by row: codes are real ones, what is said of them is made for tests.

CPT codes do not occur; lines of a claim that have the form of one are invented.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.part import Read
from lookup.claims.claim import OLDEST
from lookup.documents import SearchDocument
from lookup.facts import Code, Release, Source
from lookup.hcpcs.facts import Claims, Companionship, DetailKind, Fact
from lookup.hcpcs.schema import TABLES
from lookup.systems import HCPCS

QUARTERS = (
    (date(2025, 10, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 3, 31)),
    (date(2026, 4, 1), date(2026, 6, 30)),
)
FIRST, LAST = "2025-10-01", "2026-06-30"
SECOND_QUARTER = ("2026-04-01", "2026-06-30")
EDITOR, PAIRS, UNITS, RECORDS = "editor", "pairs", "units", "records"
"""Sources: the outpatient code editor, official pairs, official units, CMS's HCPCS file."""

_CODES = (
    *("A0425", "A9501", "A9512", "C7900", "C7902", "C9601", "C9818", "E0601", "G0019", "G0022"),
    *("G0102", "G0402", "G0463", "G0501", "G0506", "G0513", "G2211", "J1885", "L3201", "Q4007"),
)
_ENDED = ("C5271", date(2025, 10, 1), date(2025, 12, 31))
_RETURNED = "J0570"
_TERMINATED = "G0054"
"""The file of the second quarter has it, ended in the middle of that quarter."""


class ProcedureRows:
    """Three quarters of HCPCS; with *bare* codes alone, and nothing said of them."""

    name = "HCPCS rows of tests"
    effective = QUARTERS[-1][0]
    tables = TABLES

    def __init__(self, *, bare: bool = False) -> None:
        self._bare = bare

    def reads(self) -> list[Read]:
        return []

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        yield from ()

    def write(self, writer: CatalogWriter) -> None:
        for source in (EDITOR, PAIRS, UNITS, RECORDS):
            writer.source(Source(source, source, "test", "", "", "public domain", "tests"))
        for first, last in QUARTERS:
            release_id, name = f"hcpcs-{first:%Y-%m}", f"HCPCS Level II {first:%B %Y}"
            writer.release(Release(release_id, HCPCS, name, first, last, 0, 0, EDITOR))
        writer.codes(sorted(_codes(), key=lambda code: (code.code, code.effective)))
        if not self._bare:
            self._write_editor(writer)
            self._write_official(writer)

    def _write_editor(self, writer: CatalogWriter) -> None:
        fill = _Filling(writer)
        for first, last in QUARTERS:
            fill("hcpcs_loaded", Fact.OUTPATIENT, first.isoformat(), last.isoformat(), EDITOR)
        fill("hcpcs_edits", 134, FIRST, LAST, "Service provided outside approval", "", EDITOR)
        for code, low, high, edit, approved in (
            ("C9818", 0, OLDEST, 134, "2026-01-23"),
            ("G0463", 0, OLDEST, 0, ""),
            ("L3201", 0, 0, 0, ""),
            ("Q4007", 0, 10, 0, ""),
        ):
            fill(
                *("hcpcs_statuses", code, FIRST, LAST, code, "N", 1, "", low, high, edit),
                *(approved, "", "", EDITOR),
            )
        for first_code, second_code, modifier in (
            ("A9501", "A9512", "no"),
            ("G0463", "G0102", "yes"),
            # Said by the package, and outdone by the official table where that is loaded.
            ("C7900", "G0402", "no"),
        ):
            fill(
                *("hcpcs_pairs", first_code, second_code, Claims.HOSPITAL, FIRST, LAST),
                *(modifier, 0, "", EDITOR),
            )
        for code, primary, kind in (
            ("C7902", "C7900", Companionship.ADD_ON_1),
            ("C7902", "C7900", Companionship.ADD_ON_MENTAL),
            ("G0022", "G0019", Companionship.ADD_ON_1),
            ("G0513", "G0402", Companionship.ADD_ON_3),
            ("G0506", "G0402", Companionship.ADD_ON_3),
            ("G2211", "G0463", Companionship.ADD_ON_1),
        ):
            fill("hcpcs_companions", kind, code, primary, FIRST, LAST, None, "", EDITOR)
        for code, kind, count in (
            ("G2211", Companionship.ADD_ON_1, 17),
            ("G0506", Companionship.ADD_ON_3, 40),
            ("C9601", Companionship.ADD_ON_1, 5),
        ):
            fill("hcpcs_withheld", code, f"{kind}/1", FIRST, LAST, count, EDITOR)
        fill("hcpcs_details", DetailKind.ADD_ON_2, "G0501", FIRST, LAST, "", None, EDITOR)
        for modifier, last_day, flags in (
            *(
                ("XS", LAST, "ncci"),
                ("LT", LAST, "ncci"),
                ("GA", LAST, ""),
                ("JG", "2025-12-31", ""),
            ),
            *(("CT", LAST, ""), ("FX", LAST, ""), ("RR", LAST, "")),
        ):
            fill("hcpcs_modifiers", modifier, FIRST, last_day, flags, EDITOR)
        for modifier, other in (("CT", "FX"), ("FX", "CT")):
            fill("hcpcs_modifier_conflicts", modifier, other, FIRST, LAST, EDITOR)

    def _write_official(self, writer: CatalogWriter) -> None:
        """Official tables, of the second quarter of 2026 only; hospital pairs of the first."""
        fill = _Filling(writer)
        for fact, source in (
            (Fact.PRACTITIONER_PAIRS, PAIRS),
            (Fact.PRACTITIONER_UNITS, UNITS),
            (Fact.HOSPITAL_UNITS, UNITS),
            (Fact.SUPPLIER_UNITS, UNITS),
            (Fact.RECORD, RECORDS),
        ):
            fill("hcpcs_loaded", fact, *SECOND_QUARTER, source)
        fill("hcpcs_loaded", Fact.HOSPITAL_PAIRS, "2026-01-01", "2026-03-31", PAIRS)
        practitioner, hospital = Claims.PRACTITIONER, Claims.HOSPITAL
        for first_code, second_code, claims, begins, ends, modifier in (
            ("G0463", "G0102", practitioner, "2003-04-01", "", "1"),
            ("A9501", "A9512", practitioner, "2003-04-01", "", "0"),
            ("A9501", "J1885", practitioner, "2003-04-01", "2003-04-01", "9"),
            ("G0402", "J1885", practitioner, "2020-01-01", "2020-01-01", "9"),
            ("G0402", "G0463", practitioner, "2010-01-01", "2025-12-31", "1"),
            ("G0463", "G0102", hospital, "2003-04-01", "", "0"),
        ):
            fill(
                *("hcpcs_pairs", first_code, second_code, claims, begins, ends, modifier, 0),
                *("Standards of practice", PAIRS),
            )
        for code, claims, units, indicator in (
            ("J1885", Claims.PRACTITIONER, 8, 3),
            ("J1885", Claims.HOSPITAL, 4, 2),
            ("G0102", Claims.PRACTITIONER, 1, 1),
            ("E0601", Claims.SUPPLIER, 1, 2),
        ):
            fill(
                *("hcpcs_units", code, claims, *SECOND_QUARTER, units, indicator),
                *(f"{indicator} test", "CMS Policy", UNITS),
            )
        for code, is_modifier, ended in (
            (_TERMINATED, 0, "2026-05-15"),
            ("J1885", 0, ""),
            ("RR", 1, ""),
            ("KX", 1, ""),
            ("ZA", 1, "2018-03-31"),
        ):
            fill(
                *("hcpcs_records", code, is_modifier, *SECOND_QUARTER, "", "", "", "N"),
                *("2010-01-01", "", ended, "", "", "", "", "", "{}", 0, RECORDS),
            )


def _codes() -> Iterable[Code]:
    for code in (*_CODES, _TERMINATED):
        yield _code(code, QUARTERS[0][0], QUARTERS[-1][1])
    yield _code(*_ENDED)
    yield _code(_RETURNED, *QUARTERS[0])
    yield _code(_RETURNED, *QUARTERS[2])


def _code(code: str, first: date, last: date) -> Code:
    return Code(HCPCS, code, f"Service {code}", True, first, last, EDITOR)


class _Filling:
    """Writes rows, all columns in order."""

    def __init__(self, writer: CatalogWriter) -> None:
        self._connection = writer.connection

    def __call__(self, table: str, *values: object) -> None:
        marks = ",".join("?" * len(values))
        self._connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
