"""Tells what the files in a folder are: by their content, whatever they are called."""

import codecs
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
from lookup.build.official.official_file import OfficialFile

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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
        SourceError: when none of them is recognised, or one is in an encoding that is not read.
    """
    recognised: list[Recognised] = []
    left_aside: list[LeftAside] = []
    names: dict[str, str] = {}
    for file in files:
        kind = kind_of(file)
        if kind is None:
            left_aside.append(LeftAside(file.name, "it has no layout that the catalog is made of"))
        elif file.sha256 in names:
            left_aside.append(LeftAside(file.name, f"it is the same as {names[file.sha256]}"))
        else:
            names[file.sha256] = file.name
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
        SourceError: when it has one, but in UTF-16, which spreadsheets save as "Unicode text".
    """
    if file.head.startswith(_UTF_16):
        head = file.head.decode("utf-16", "ignore").encode()
        if _kind_by(head, file.name) is not None:
            raise file.fault(1, "it is in UTF-16; use the file as its publisher ships it")
        return None
    return _kind_by(file.head, file.name)


def _kind_by(head: bytes, name: str) -> Kind | None:
    kinds = [kind for kind, layout in LAYOUTS.items() if layout.recognises(head)]
    # Files are told apart by us, not by who is asked first.
    assert len(kinds) <= 1, f"{name} is claimed by {', '.join(kinds)}"
    return kinds[0] if kinds else None
