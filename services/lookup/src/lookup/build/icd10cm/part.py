"""ICD-10-CM as a part of the catalog: each release of the tabular list, whole."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.errors import SourceError
from lookup.build.icd10cm.classification import (
    Classification,
    check_against_list,
    check_against_order_file,
    classify,
)
from lookup.build.icd10cm.documents import documents_of
from lookup.build.icd10cm.source import SourceFile, TabularSource
from lookup.build.icd10cm.tabular_xml import Tabular, read_tabular
from lookup.build.icd10cm.write import write_tabular
from lookup.build.official import order_file, tabular
from lookup.build.official.official_file import OfficialFile
from lookup.build.part import Read
from lookup.documents import SearchDocument
from lookup.facts import Code, Release, Source
from lookup.icd10cm.schema import TABLES
from lookup.icd10cm.sections.sources import GUIDELINES
from lookup.systems import ICD_10_CM

LICENCE = (
    "ICD-10-CM is produced by the U.S. National Center for Health Statistics (CDC) and is in the "
    "public domain"
)


class TabularLists:
    """The tabular lists of *sources*, one for each release.

    An official file stands in for the package's list of the same release.
    """

    tables = TABLES

    def __init__(self, sources: Sequence[TabularSource]) -> None:
        by_release: dict[date, TabularSource] = {}
        for source in sources:
            held = by_release.get(source.effective)
            if held is None or (source.official and not held.official):
                by_release[source.effective] = source
        self._sources = [by_release[effective] for effective in sorted(by_release)]
        self.name = ", ".join(source.release_name for source in self._sources)
        self.effective = self._sources[-1].effective

    def reads(self) -> list[Read]:
        """The lists, and what they are checked by."""
        return [
            Read(f"{source.release_id} {file.name}", file.sha256)
            for source in self._sources
            for file in _files(source)
        ]

    def write(self, writer: CatalogWriter) -> None:
        """Read and write one release after the other."""
        writer.source(GUIDELINES)
        codes: dict[str, list[Code]] = {}
        first_id = 1
        ends = [source.effective - timedelta(days=1) for source in self._sources[1:]]
        for source, end in zip(self._sources, [*ends, date.max], strict=True):
            classification = _read(source, first_id)
            first_id += len(classification.nodes)
            release = _release(source)
            # An update in between ends the release before its half-year is over.
            release = replace(release, expires=min(release.expires, end))
            writer.source(_source(source, release))
            writer.release(release)
            write_tabular(writer.connection, release, classification)
            writer.relation(
                *(ICD_10_CM, f"{release.name} codes", release.source_id),
                len(classification.codes),
            )
            for key, node in classification.codes.items():
                codes.setdefault(key, []).append(
                    Code(
                        *(ICD_10_CM, node.label, node.title, node.billable),
                        *(release.effective, release.expires, release.source_id),
                    )
                )
        writer.codes(code for key in sorted(codes) for code in codes[key])

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """Codes with their titles and inclusion terms."""
        yield from documents_of(writer.connection)


def _files(source: TabularSource) -> list[SourceFile | OfficialFile]:
    files = (source.tabular, source.code_list, source.order_file)
    return [file for file in files if file is not None]


def _read(source: TabularSource, first_id: int) -> Classification:
    classification = classify(_tabular(source), first_id)
    name = source.tabular.name
    if source.code_list is not None:
        check_against_list(classification, source.code_list.content, source.code_list.name, name)
    if source.order_file is not None:
        listed = order_file.read(source.order_file)
        if listed.system != ICD_10_CM:
            raise source.order_file.fault(None, "it is not the order file of ICD-10-CM")
        check_against_order_file(classification, listed.codes, source.order_file.name, name)
    return classification


def _tabular(source: TabularSource) -> Tabular:
    name, content = source.tabular.name, source.tabular.content
    if source.official:
        return tabular.read(OfficialFile(name, content)).tabular
    read = read_tabular(content, name)
    if read.version != str(source.effective.year):
        raise SourceError(
            *(name, None),
            f"states version {read.version}, but is named for {source.effective.year}",
        )
    return read


def _release(source: TabularSource) -> Release:
    return Release(
        id=source.release_id,
        system=ICD_10_CM,
        name=source.release_name,
        effective=source.effective,
        expires=source.expires,
        code_count=0,
        billable_count=0,
        source_id=source.release_id,
    )


def _source(source: TabularSource, release: Release) -> Source:
    package = f"{source.package} {source.version}; " if source.package else ""
    files = "; ".join(f"{file.name}, SHA-256 {file.sha256}" for file in _files(source))
    unchecked = source.code_list is None and source.order_file is None
    return Source(
        id=release.source_id,
        name="ICD-10-CM Tabular List of Diseases and Injuries",
        release=f"{source.effective:%B %Y}",
        published="",
        effective=source.effective.isoformat(),
        licence=f"{LICENCE}; package {source.package}, MIT licence."
        if source.package
        else f"{LICENCE}.",
        origin=f"{package}{files}{'; no list of codes to check it by' if unchecked else ''}",
    )
