"""HCPCS Level II as a part of the catalog: a release for each quarter."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.hcpcs.codes import codes, releases
from lookup.build.hcpcs.documents import documents_of
from lookup.build.hcpcs.gate import Gate, is_level_ii
from lookup.build.hcpcs.official_files import Loaded, read_official
from lookup.build.hcpcs.official_tables import OfficialTables, source_rows
from lookup.build.hcpcs.outpatient import Outpatient, insert, read_statuses
from lookup.build.hcpcs.records import official_quarters, write_records
from lookup.build.hcpcs.timeline import Timeline, source_of
from lookup.build.ioce import LICENCE, IocePackage, IoceTables, Quarter
from lookup.build.official.hcpcs_record import HcpcsFile
from lookup.build.official.recognise import Recognised
from lookup.build.part import Read
from lookup.documents import SearchDocument
from lookup.facts import Source
from lookup.hcpcs.facts import Fact, Status
from lookup.hcpcs.schema import TABLES
from lookup.systems import HCPCS

_FIRST_QUARTER: Final = date(2019, 7, 1)
_OFFICIAL_LICENCE: Final = (
    "Published by the Centers for Medicare & Medicaid Services. Level II codes and descriptors are "
    "in the public domain; rows that name CPT codes are left out unless a CPT licence is on record."
)


class HcpcsLevelII:
    """HCPCS Level II from the package of the outpatient code editor and from official files.

    Official files decide for the quarters they are of; *recognised* may hold files of other
    kinds, which are left alone. With *licensed* CPT-numbered rows (status, APC, pairs) are kept,
    without text.
    """

    name = "HCPCS Level II"
    tables = TABLES

    def __init__(
        self,
        package: IocePackage,
        recognised: Sequence[Recognised] = (),
        *,
        licensed: bool = False,
    ) -> None:
        self._package = package
        self._gate = Gate(licensed)
        self._files = read_official(recognised)
        self.passed_over = self._files.passed_over
        """Files that others stand in for: which, and why."""
        self._official = official_quarters(self._files.records)
        # Which quarters the package has is known only when it is unpacked, which takes a second and
        # is not worth it where the catalog proves to be there already.
        newest = [quarter.effective for quarter in self._official]
        self.effective = max([*newest, _FIRST_QUARTER])

    def reads(self) -> list[Read]:
        """The package's file, the official files, and whether there is a licence."""
        licence = "licensed" if self._gate.licensed else "not licensed"
        return [
            Read(f"HCPCS Level II, CPT {licence}", self._package.sha256),
            *(Read(file.name, file.sha256) for file in self._files.files()),
        ]

    def write(self, writer: CatalogWriter) -> None:
        """Write sources, releases, codes and everything known of them."""
        with self._package.opened() as tables:
            timeline = Timeline(tables.quarters)
            found = releases(timeline, self._official)
            self._write_sources(writer, timeline.quarters)
            for release in found:
                writer.release(release)
            statuses = read_statuses(tables, self._gate)
            level_ii = {code: of for code, of in statuses.items() if is_level_ii(code)}
            writer.codes(codes(timeline, level_ii, self._official, found))
            self._write_outpatient(writer, tables, statuses)
        for source_id, count, withheld in write_records(
            writer.connection, self._files.records, self._gate
        ):
            writer.relation(
                HCPCS, "HCPCS records with long descriptions", source_id, count, withheld
            )
        official = OfficialTables(self._files, self._gate, writer.connection)
        official.write(self._known(writer), self._sections())
        for name, source_id, held, withheld in official.counts:
            writer.relation(HCPCS, name, source_id, held, withheld)

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """Codes with their descriptors, the abbreviated ones also spelled out."""
        yield from documents_of(writer.connection)

    def _write_sources(self, writer: CatalogWriter, quarters: Sequence[Quarter]) -> None:
        for quarter in quarters:
            writer.source(_outpatient_source(quarter, self._package))
        for loaded in self._files.records:
            writer.source(_record_source(loaded))
        for source_id, name, of, published, effective, origin in source_rows(self._files):
            writer.source(
                Source(source_id, name, of, published, effective, _OFFICIAL_LICENCE, origin)
            )

    def _write_outpatient(
        self, writer: CatalogWriter, tables: IoceTables, statuses: dict[str, list[Status]]
    ) -> None:
        newest = source_of(tables.quarters[-1].effective)
        outpatient = Outpatient(tables, self._gate, writer.connection)
        outpatient.write(statuses)
        for name, (held, withheld) in outpatient.counts.items():
            writer.relation(HCPCS, name, newest, held, withheld)
        insert(
            writer.connection,
            "hcpcs_loaded",
            (
                (
                    *(Fact.OUTPATIENT, quarter.effective.isoformat()),
                    *(quarter.expires.isoformat(), source_of(quarter.effective)),
                )
                for quarter in tables.quarters
            ),
        )

    def _known(self, writer: CatalogWriter) -> set[str]:
        rows = writer.connection.execute(
            "SELECT DISTINCT code_key FROM codes WHERE system = ?", (HCPCS,)
        )
        return {row[0] for row in rows}

    def _sections(self) -> dict[str, list[str]]:
        """Codes by the section of the coverage manual that the newest file gives for them."""
        sections: dict[str, list[str]] = {}
        for quarter in self._official[-1:]:
            for code, record in sorted(quarter.records.items()):
                for section in record.coverage_issues:
                    sections.setdefault(section, []).append(code)
        return sections


def _outpatient_source(quarter: Quarter, package: IocePackage) -> Source:
    return Source(
        id=source_of(quarter.effective),
        name="Integrated Outpatient Code Editor (I/OCE), data of a quarter",
        release=f"Version {quarter.name}, {quarter.effective:%B %Y}",
        published="",
        effective=quarter.effective.isoformat(),
        licence=LICENCE,
        origin=package.origin,
    )


def _record_source(loaded: Loaded[HcpcsFile]) -> Source:
    effective = loaded.content.effective
    return Source(
        id=loaded.source_id,
        name="HCPCS Level II file of CMS",
        release=f"{effective:%B %Y}",
        published="",
        effective=effective.isoformat(),
        licence=_OFFICIAL_LICENCE,
        origin=f"{loaded.file.name}, SHA-256 {loaded.file.sha256}",
    )
