"""The order files of ICD-10-CM and ICD-10-PCS: every code and header with two descriptions.

Columns, counted from 1: order 1-5, code without dot 7-13, 15 whether the code can be reported
(1) or is a header (0), short description 17-76, long description from 78. The two systems share
the layout; which one a file holds is told from its codes.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from lookup.build.official.icd_release import effective_date
from lookup.build.official.numbered_lines import numbered_lines
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.published_text import read_text
from lookup.icd10cm.spelling import CATEGORY

_LINE: Final = re.compile(
    r"(?P<order>\d{5}) (?P<code>(?=.{7} )[0-9A-Z]{3,7} *) (?P<billable>[01]) "
    r"(?P<short>(?=.{60} )\S.*) (?P<long>(?<=^.{77})\S.*)"
)
_LOOKED_AT: Final = 5


@dataclass(frozen=True, slots=True)
class _System:
    key: str
    name: str
    code: re.Pattern[str]
    first: str
    last: tuple[str, ...]
    """What the last code of a whole file begins with."""


_SYSTEMS: Final = (
    # Chapter 22 (U) stands after chapter 21 (Z); releases before 2021 end with Z.
    _System("icd-10-cm", "ICD-10-CM", re.compile(rf"{CATEGORY}[0-9A-Z]{{0,4}}"), "A00", ("U", "Z")),
    # Section X came in 2016; before, H was the last.
    _System(
        "icd-10-pcs",
        "ICD-10-PCS",
        re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{2}(?:[0-9A-HJ-NP-Z]{4})?"),
        "001",
        ("H", "X"),
    ),
)


@dataclass(frozen=True, slots=True)
class OrderCode:
    """A line: a code without dot ("E1165", "0016070") or a header of codes ("E11", "001")."""

    code: str
    billable: bool
    short_text: str
    long_text: str
    line: int


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A whole file: "icd-10-cm" or "icd-10-pcs", first day of the release, codes in order."""

    system: str
    effective: date
    codes: tuple[OrderCode, ...]


def recognises(head: bytes) -> bool:
    """Whether one of the first lines in *head* has the columns of an order file."""
    lines = head.decode("utf-8", "replace").split("\n")[:_LOOKED_AT]
    return any(_LINE.fullmatch(line.rstrip("\r")) for line in lines)


def read(file: OfficialFile) -> OrderFile:
    """Read the whole file.

    Raises:
        SourceError: naming the first line that is out of its columns, out of order, a
            repetition, no code of the file's system, or where the file ends too early.
    """
    codes: list[OrderCode] = []
    seen: dict[str, int] = {}
    for number, line in numbered_lines(read_text(file)):
        match = _LINE.fullmatch(line)
        if match is None:
            raise file.fault(
                number,
                "the line is not in the columns of an order file: order 1-5, code 7-13, 0 or 1 "
                "in 15, short description 17-76, long description from 78",
            )
        if int(match["order"]) != number:
            raise file.fault(
                number,
                f"order number {match['order']} where {number:05} is due: lines are missing "
                "or out of order; fetch the file again",
            )
        code = match["code"].rstrip()
        if code in seen:
            raise file.fault(number, f"{code} stands already on line {seen[code]}")
        seen[code] = number
        codes.append(
            OrderCode(
                code=code,
                billable=match["billable"] == "1",
                short_text=match["short"].rstrip(),
                long_text=match["long"].rstrip(),
                line=number,
            )
        )
    if not codes:
        raise file.fault(None, "it holds no codes")
    system = _system_of(file, codes)
    _check_headers(file, codes)
    _check_ends(file, system, codes)
    return OrderFile(system.key, effective_date(file), tuple(codes))


def _system_of(file: OfficialFile, codes: list[OrderCode]) -> _System:
    possible = list(_SYSTEMS)
    for code in codes:
        left = [system for system in possible if system.code.fullmatch(code.code)]
        if not left:
            names = " or ".join(system.name for system in possible)
            raise file.fault(code.line, f"{code.code} is no code of {names}")
        possible = left
    if len(possible) > 1:
        raise file.fault(None, "all its codes could be of ICD-10-CM or of ICD-10-PCS")
    return possible[0]


def _check_headers(file: OfficialFile, codes: list[OrderCode]) -> None:
    for code, follower in zip(codes, [*codes[1:], None], strict=True):
        has_codes = follower is not None and follower.code.startswith(code.code)
        if code.billable == has_codes:
            what = "a code with codes below it" if has_codes else "a header with no codes below it"
            raise file.fault(code.line, f"{code.code} is {what}: lines are missing or changed")


def _check_ends(file: OfficialFile, system: _System, codes: list[OrderCode]) -> None:
    first, last = codes[0], codes[-1]
    if first.code != system.first:
        raise file.fault(
            first.line, f"it begins with {first.code}, but {system.name} begins with {system.first}"
        )
    if not last.code.startswith(system.last):
        raise file.fault(
            last.line,
            f"it ends with {last.code}, but {system.name} goes on to "
            f"{' or '.join(system.last)}: the file is cut short; fetch it again",
        )
