"""The Alphabetic Index of ICD-10-PCS in an official file, which stands in for the packaged one."""

from dataclasses import dataclass
from typing import Final

from lookup.build.icd10pcs.coder_database import IndexEntry
from lookup.build.official import index_xml
from lookup.build.official.index_xml import IndexKind
from lookup.build.official.official_file import OfficialFile

_HEAD: Final = b"<ICD10PCS.index"


@dataclass(frozen=True, slots=True)
class OfficialIndex:
    """The index of fiscal year *year*: its entries, and by value the terms that say to use it."""

    file: OfficialFile
    year: int
    entries: tuple[IndexEntry, ...]
    terms: dict[str, tuple[str, ...]]


def is_procedure_index(file: OfficialFile) -> bool:
    """Whether the index in *file* is the one of ICD-10-PCS."""
    return _HEAD in file.head


def read_index(file: OfficialFile) -> OfficialIndex:
    """The whole of *file*; entries that only point at other entries are left out.

    Raises:
        SourceError: naming file and line, when it is not whole or not the index of ICD-10-PCS.
    """
    index = index_xml.read(file)
    if index.kind is not IndexKind.PROCEDURES:
        raise file.fault(None, f"it is the {index.kind.value}, not the index of ICD-10-PCS")
    entries: set[IndexEntry] = set()
    terms: dict[str, set[str]] = {}
    for entry in index.entries:
        text = ", ".join(entry.path)
        entries.update(IndexEntry(prefix, text) for prefix in (*entry.codes, *entry.stems))
        for value in entry.use:
            terms.setdefault(value, set()).add(entry.path[0])
    return OfficialIndex(
        file,
        int(index.version),
        tuple(sorted(entries, key=lambda entry: (entry.prefix, entry.term))),
        {value: tuple(sorted(of)) for value, of in sorted(terms.items())},
    )
