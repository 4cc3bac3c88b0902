"""The Alphabetic Index with its two tables, as further words by which codes are found."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10cm.relation_part import RelationPart
from lookup.build.official import index_xml
from lookup.build.official.icd_release import effective_date
from lookup.build.official.index_xml import Index, IndexEntry, IndexKind
from lookup.build.official.official_file import OfficialFile
from lookup.build.part import Read
from lookup.facts import Source
from lookup.icd10cm.relations import Kind
from lookup.spelling import code_key
from lookup.systems import ICD_10_CM

_LICENCE: Final = (
    "Published by the U.S. National Center for Health Statistics (CDC), in the public domain."
)


class AlphabeticIndex(RelationPart):
    """Official index *files* of ICD-10-CM; comes after the tabular lists.

    Raises:
        SourceError: when a file is not whole, its release is not known, or two are of the same.
    """

    name = "Alphabetic Index"

    def __init__(self, files: Sequence[OfficialFile]) -> None:
        self._indexes = [
            (file, _read(file), effective_date(file))
            for file in sorted(files, key=lambda file: file.name)
        ]
        _check_twins(self._indexes)
        self.effective: date = max(day for _file, _index, day in self._indexes)

    def reads(self) -> list[Read]:
        """The files."""
        return [Read(file.name, file.sha256) for file, _index, _day in self._indexes]

    def write(self, writer: CatalogWriter) -> None:
        """Write the entries that point at a code of the release which they belong to.

        Raises:
            SourceError: when no release of the catalog is the one that a file is for.
        """
        loaded: set[str] = set()
        for number, (file, index, day) in enumerate(self._indexes, 1):
            releases = _releases(writer, day)
            if not releases:
                raise file.fault(
                    None,
                    f"it is for {day:%B %Y}, and no tabular list of that fiscal year is loaded; "
                    "add that too",
                )
            source_id = writer.source(
                Source(
                    id=f"icd-10-cm-index-{number}",
                    name=index.kind.value,
                    release=f"{day:%B %Y}",
                    published="",
                    effective=day.isoformat(),
                    licence=_LICENCE,
                    origin=f"{file.name}, SHA-256 {file.sha256}",
                )
            )
            held = 0
            for release_id, effective, expires in releases:
                if release_id not in loaded:
                    loaded.add(release_id)
                    writer.connection.execute(
                        "INSERT INTO diagnosis_sources VALUES (?, ?, ?, ?)",
                        (Kind.INDEX.value, effective, expires, source_id),
                    )
                held += _write(writer, index, release_id, source_id)
            writer.relation(ICD_10_CM, index.kind.value, source_id, held)


def _read(file: OfficialFile) -> Index:
    index = index_xml.read(file)
    day = effective_date(file)
    year = day.year + (day.month >= 10)
    if index.version != str(year):
        raise file.fault(
            None,
            f"the index says it is version {index.version}, but its name speaks of fiscal year "
            f"{year}; name it as its publisher does",
        )
    return index


def _check_twins(indexes: Sequence[tuple[OfficialFile, Index, date]]) -> None:
    found: dict[tuple[IndexKind, date], OfficialFile] = {}
    for file, index, day in indexes:
        twin = found.setdefault((index.kind, day), file)
        if twin is not file:
            raise file.fault(None, f"{twin.name} is of the same release; keep one of the two")


def _releases(writer: CatalogWriter, day: date) -> list[tuple[str, str, str]]:
    """The release that begins on *day*; where it is not loaded, the others of its fiscal year."""
    year = day.year + (day.month >= 10)
    rows = writer.connection.execute(
        "SELECT release_id, effective, expires FROM releases WHERE system = ? "
        "AND effective >= ? AND effective < ? ORDER BY effective",
        (ICD_10_CM, date(year - 1, 10, 1).isoformat(), date(year, 10, 1).isoformat()),
    ).fetchall()
    return [row for row in rows if row[1] == day.isoformat()] or rows


def _write(writer: CatalogWriter, index: Index, release_id: str, source_id: str) -> int:
    known = {
        key
        for (key,) in writer.connection.execute(
            "SELECT code_key FROM nodes WHERE release_id = ? AND code_key IS NOT NULL",
            (release_id,),
        )
    }
    found: dict[tuple[str, str], str] = {}
    for entry in index.entries:
        for code, text, manifestation in _pointers(entry):
            key = code_key(code)
            if key in known:
                found.setdefault((key, text), manifestation)
    places: dict[str, int] = dict(
        writer.connection.execute(
            "SELECT code_key, max(place) FROM index_entries WHERE release_id = ? GROUP BY code_key",
            (release_id,),
        ).fetchall()
    )
    rows = []
    for (key, text), manifestation in sorted(found.items()):
        places[key] = places.get(key, 0) + 1
        rows.append((key, places[key], release_id, text, manifestation, source_id))
    writer.connection.executemany("INSERT INTO index_entries VALUES (?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def _pointers(entry: IndexEntry) -> Iterator[tuple[str, str, str]]:
    """Code, entry as it is read, and the manifestation in brackets; codes cut short left out."""
    text = ", ".join(entry.path)
    for place, code in enumerate(entry.codes):
        if not code.endswith("-"):
            bracketed = entry.manifestations[place : place + 1]
            yield code, text, "".join(bracketed)
    for column, code in entry.columns:
        if not code.endswith("-"):
            yield code, f"{text} ({column})", ""
