"""ICD-10-PCS tables filled with a few real codes: one whole list, then a partial one."""

from collections.abc import Iterator
from datetime import date

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.part import Read
from lookup.documents import SearchDocument
from lookup.facts import Code, Release, Source
from lookup.icd10pcs.schema import TABLES
from lookup.systems import ICD_10_PCS

_SOURCE = "pcs"


class PcsRows:
    """A whole list of October 2025 and one of April 2026 that is whole for section 0 only."""

    name = "ICD-10-PCS rows of tests"
    effective = date(2026, 4, 1)
    tables = TABLES

    def reads(self) -> list[Read]:
        return []

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        yield from ()

    def write(self, writer: CatalogWriter) -> None:
        writer.source(Source(_SOURCE, "ICD-10-PCS", "test", "", "", "public domain", "tests"))
        for number, (first, last, sections) in enumerate(
            (
                (date(2025, 10, 1), date(2026, 3, 31), "*"),
                (date(2026, 4, 1), date(2026, 9, 30), "0"),
            )
        ):
            release_id, name = f"icd-10-pcs-{first:%Y-%m}", f"ICD-10-PCS {first:%B %Y}"
            writer.release(Release(release_id, ICD_10_PCS, name, first, last, 0, 0, _SOURCE))
            writer.connection.execute(
                "INSERT INTO pcs_lists VALUES (?, ?, ?, ?, ?, ?)",
                (number, "list", first.isoformat(), last.isoformat(), sections, _SOURCE),
            )
        begins = date(2025, 10, 1)
        writer.codes(
            Code(ICD_10_PCS, code, title, True, begins, ends, _SOURCE)
            for code, title, ends in (
                ("0DTJ4ZZ", "Resection of Appendix, Percutaneous Endoscopic", date(2026, 9, 30)),
                ("5A1955Z", "Respiratory Ventilation, Greater than 96 Hours", date(2026, 3, 31)),
            )
        )
