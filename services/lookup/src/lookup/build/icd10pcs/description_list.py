"""Reads the list of ICD-10-PCS in the package ``drg``: every code of April 2024, described."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from lookup.build.official.official_file import OfficialFile
from lookup.build.packaged import packaged_file

EFFECTIVE: Final = date(2024, 4, 1)
"""It has what the grouper of April 2024 added and has lost what that one no longer names."""

_CODE: Final = re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{6}")


@dataclass(frozen=True, slots=True)
class DescriptionList:
    """The whole list; codes ascending."""

    file: OfficialFile
    descriptions: Mapping[str, str]


def description_file() -> OfficialFile:
    """The list in the installed package.

    Raises:
        SourceError: when the package or the file is missing.
    """
    return packaged_file("drg", "drg", "data/tuva/icd_10_pcs.csv")


def read_descriptions(file: OfficialFile) -> DescriptionList:
    """The whole of *file*.

    Raises:
        SourceError: naming the first line that is not a code and its description.
    """
    found: dict[str, str] = {}
    for number, row in enumerate(csv.reader(file.text("utf-8").splitlines()), 1):
        if len(row) < 2 or _CODE.fullmatch(row[0]) is None or not row[1].strip():
            raise file.fault(number, "the line is not a code of ICD-10-PCS and its description")
        if row[0] in found:
            raise file.fault(number, f"{row[0]} stands twice")
        found[row[0]] = " ".join(row[1].split())
    if not found:
        raise file.fault(None, "it holds no codes")
    return DescriptionList(file, dict(sorted(found.items())))
