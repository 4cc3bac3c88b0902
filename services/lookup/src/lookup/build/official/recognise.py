"""Tells what the files in a folder are: by their content, whatever they are called."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from lookup.build.errors import SourceError
from lookup.build.official import (
    cpt_descriptors,
    gem,
    gpci,
    hcpcs_anweb,
    hcpcs_csv,
    index_xml,
    mue,
    order_file,
    policies,
    pprrvu,
    ptp,
    tabular,
)
from lookup.build.official.archive import files_in
from lookup.build.official.named_release import named_release, parts_of
from lookup.build.official.official_file import OfficialFile

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_16_UNMARKED: Final = ("utf-16-le", "utf-16-be")
_SHIFTED: Final = re.compile(rb"^[ \t,;|]+", re.MULTILINE)
"""What a spreadsheet or an editor may have put before every line."""
_NAMES_CPT: Final = re.compile(rb"\bCPT\b")


class Kind(StrEnum):
    """The layouts, each named for its module."""

    HCPCS_ANWEB = "hcpcs_anweb"
    HCPCS_CSV = "hcpcs_csv"
    ORDER_FILE = "order_file"
    TABULAR = "tabular"
    INDEX_XML = "index_xml"
    GEM = "gem"
    PPRRVU = "pprrvu"
    GPCI = "gpci"
    PTP = "ptp"
    MUE = "mue"
    POLICIES = "policies"
    CPT_DESCRIPTORS = "cpt_descriptors"


_TOLD_BY_NAME: Final = frozenset(
    (Kind.ORDER_FILE, Kind.TABULAR, Kind.INDEX_XML, Kind.GEM, Kind.PTP, Kind.MUE)
)


class Layout(Protocol):
    """What a module of a layout has for recognising it; its `read` is called by its own name."""

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with *head* has the layout."""


LAYOUTS: Final[Mapping[Kind, Layout]] = {
    Kind.HCPCS_ANWEB: hcpcs_anweb,
    Kind.HCPCS_CSV: hcpcs_csv,
    Kind.ORDER_FILE: order_file,
    Kind.TABULAR: tabular,
    Kind.INDEX_XML: index_xml,
    Kind.GEM: gem,
    Kind.PPRRVU: pprrvu,
    Kind.GPCI: gpci,
    Kind.PTP: ptp,
    Kind.MUE: mue,
    Kind.POLICIES: policies,
    Kind.CPT_DESCRIPTORS: cpt_descriptors,
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file and its layout."""

    kind: Kind
    file: OfficialFile


@dataclass(frozen=True, slots=True)
class LeftAside:
    """A file that is not read, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a folder holds, in the order of names."""

    recognised: tuple[Recognised, ...]
    left_aside: tuple[LeftAside, ...]


def recognise(folder: Path) -> Findings:
    """Look at every file in *folder*, also in archives.

    Raises:
        SourceError: when the folder is empty, holds nothing that can be read, or a file that
            cannot be.
    """
    return sort_out(files_in(folder), folder)


def sort_out(files: Iterator[OfficialFile], folder: Path) -> Findings:
    """Tell what *files* are; *folder* is named where there is nothing to read.

    Raises:
        SourceError: when none of them is recognised, or one is in an encoding that is not read
            or has its columns shifted.
    """
    recognised: list[Recognised] = []
    left_aside: list[LeftAside] = []
    names: dict[tuple[object, ...], str] = {}
    for file in files:
        kind = kind_of(file)
        if kind is None:
            left_aside.append(LeftAside(file.name, "it has no layout that the catalog is made of"))
            continue
        # Where the name tells release or table, the same content may be there for two of them.
        said = (parts_of(file.name)[0], named_release(file.name)) if kind in _TOLD_BY_NAME else ()
        twin = names.setdefault((file.sha256, *said), file.name)
        if twin != file.name:
            left_aside.append(LeftAside(file.name, f"it is the same as {twin}"))
        else:
            recognised.append(Recognised(kind, file))
    if not recognised:
        what = "none of its files has a known layout" if left_aside else "the folder holds no files"
        raise SourceError(
            folder, None, f"{what}; put the official files there as their publishers ship them"
        )
    return Findings(tuple(recognised), tuple(left_aside))


def kind_of(file: OfficialFile) -> Kind | None:
    """The layout of *file*; None when it has none of ours.

    Raises:
        SourceError: when it has one, but in UTF-16, which spreadsheets save as "Unicode text",
            or with all its columns shifted.
    """
    head = file.head
    if head.startswith(_UTF_16) or b"\0" in head:
        encodings = ("utf-16",) if head.startswith(_UTF_16) else _UTF_16_UNMARKED
        for encoding in encodings:
            if _kind_by(head.decode(encoding, "ignore").encode(), file) is not None:
                raise file.fault(1, "it is in UTF-16; use the file as its publisher ships it")
        return None
    kind = _kind_by(head, file)
    if kind is None:
        _refuse_shifted(file)
    return kind


def _refuse_shifted(file: OfficialFile) -> None:
    """Refuse *file* when it is one of ours but for what stands before its lines.

    Left aside it would be missing, and nobody would notice.
    """
    kind = _kind_by(_SHIFTED.sub(b"", file.head), file)
    # Other lists of numbers look like descriptors too.
    if kind is None or (kind is Kind.CPT_DESCRIPTORS and not _NAMES_CPT.search(file.head)):
        return
    begins = _SHIFTED.search(file.head)
    assert begins is not None
    raise file.fault(
        file.head.count(b"\n", 0, begins.start()) + 1,
        "its columns are shifted: something stands before them that its publisher does not put "
        "there; use the file as its publisher ships it, or take it out",
    )


def _kind_by(head: bytes, file: OfficialFile) -> Kind | None:
    kinds = [kind for kind, layout in LAYOUTS.items() if layout.recognises(head)]
    if len(kinds) > 1:
        # Files are told apart by us, not by who is asked first.
        raise file.fault(
            None, f"it has the marks of several layouts ({', '.join(kinds)}); take it out"
        )
    return kinds[0] if kinds else None
