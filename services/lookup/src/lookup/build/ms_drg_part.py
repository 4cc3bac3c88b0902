"""MS-DRGs as a part of the catalog: titles by version of the grouper, weights by fiscal year.

It comes after the code sets of inpatient stays: what it holds are the versions of the grouper
that their releases are grouped by. `versions_wanted` tells the parts after it which those are.
"""

from collections.abc import Iterator
from datetime import date

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.ms_drg import (
    LICENCE,
    Grouper,
    Table5,
    grouper_file,
    grouper_version_on,
    grouper_versions,
    read_grouper,
    read_table5,
    table5_file,
)
from lookup.build.part import Read
from lookup.documents import SearchDocument
from lookup.facts import Source
from lookup.ms_drg.facts import GrouperVersion
from lookup.ms_drg.schema import TABLES
from lookup.systems import ICD_10_CM, ICD_10_PCS


def versions_wanted(writer: CatalogWriter) -> list[GrouperVersion]:
    """The versions by which the releases in the catalog are grouped, oldest first."""
    days = writer.connection.execute(
        "SELECT DISTINCT effective FROM releases WHERE system IN (?, ?) ORDER BY effective",
        (ICD_10_CM, ICD_10_PCS),
    )
    found = (grouper_version_on(date.fromisoformat(day)) for (day,) in days)
    return list(dict.fromkeys(version for version in found if version is not None))


class MsDrgs:
    """The MS-DRGs that the installed packages know."""

    tables = TABLES
    name = "MS-DRGs with relative weights"

    def __init__(self) -> None:
        self.effective = grouper_versions()[-1].effective

    def reads(self) -> list[Read]:
        """The lists of every version, because which are wanted the code sets decide."""
        files = [*(grouper_file(version) for version in grouper_versions()), table5_file()]
        return [Read(file.name, file.sha256) for file in files]

    def write(self, writer: CatalogWriter) -> None:
        """Write the versions wanted, and the weights."""
        for version in versions_wanted(writer):
            _write_version(writer, read_grouper(version))
        _write_weights(writer, read_table5())

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """None: they are no codes that a claim reports."""
        yield from ()


def _write_version(writer: CatalogWriter, grouper: Grouper) -> None:
    version = grouper.version
    source_id = writer.source(
        Source(
            id=version.source_id,
            name="MS-DRG Definitions Manual",
            release=f"Version {version.name} (FY {version.fiscal_year})",
            published="",
            effective=version.effective.isoformat(),
            licence=LICENCE,
            origin=f"{grouper.file.name}, SHA-256 {grouper.file.sha256}",
        )
    )
    writer.connection.execute(
        "INSERT INTO ms_drg_versions VALUES (?, ?, ?, ?)",
        (version.name, version.effective.isoformat(), version.expires.isoformat(), source_id),
    )
    writer.connection.executemany(
        "INSERT INTO ms_drgs VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (version.name, drg.number, drg.title, drg.mdc, drg.surgical, drg.medical, source_id)
            for drg in grouper.drgs.values()
        ),
    )
    for system in (ICD_10_CM, ICD_10_PCS):
        writer.relation(system, "MS-DRGs", source_id, len(grouper.drgs))


def _write_weights(writer: CatalogWriter, table: Table5) -> None:
    source_id = writer.source(
        Source(
            id=f"ms-drg-weights-{table.fiscal_year}",
            name="IPPS Table 5: MS-DRGs, relative weighting factors and mean lengths of stay",
            release=f"FY {table.fiscal_year} final rule",
            published="",
            effective=f"{table.fiscal_year - 1}-10-01",
            licence=LICENCE,
            origin=f"{table.file.name}, SHA-256 {table.file.sha256}",
        )
    )
    writer.connection.executemany(
        "INSERT INTO ms_drg_weights VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(table.fiscal_year, of.number),
                *(
                    "" if number is None else str(number)
                    for number in (
                        of.weight,
                        of.uncapped,
                        of.geometric_stay,
                        of.arithmetic_stay,
                    )
                ),
                *(of.post_acute, of.special_pay, source_id),
            )
            for _number, of in sorted(table.weights.items())
        ),
    )
    for system in (ICD_10_CM, ICD_10_PCS):
        writer.relation(system, "MS-DRG relative weights", source_id, len(table.weights))
