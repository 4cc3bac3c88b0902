"""General Equivalence Mappings between ICD-9-CM and ICD-10, diagnoses and procedures.

A line is a source code, a target code and five flags: approximate, no map, combination,
scenario, choice list. All codes are without dot. The source takes 5 or 7 columns, as its codes
do, the target the other number, and the flags stand in columns 15-19. The pair of systems and
the direction are told from the codes; the year from the file's name or its archive's.
"""

import re
from dataclasses import dataclass
from typing import Final

from lookup.build.official.named_release import named_release
from lookup.build.official.numbered_lines import numbered_lines
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.published_text import read_text
from lookup.icd10cm.spelling import CATEGORY

_NO_TARGET: Final = r"No[A-Z][0-9A-Za-z]{1,2}"
"""What stands in place of a target: NoDx, NoPCS, NoI9."""
_LINE: Final = re.compile(
    r"(?P<source>[0-9A-Z]{3,7}) +(?P<target>" + _NO_TARGET + r"|[0-9A-Za-z]{2,7}) +"
    r"(?P<flags>[01]{3}[0-9]{2}) *"
)
_FLAGS_AT: Final = 14
_LOOKED_AT: Final = 5


@dataclass(frozen=True, slots=True)
class _Codes:
    key: str
    name: str
    width: int
    code: re.Pattern[str]
    first: str
    """What the first source code of a whole file begins with."""
    last: tuple[str, ...]
    """What its last source code begins with."""


_ICD9_DIAGNOSES: Final = _Codes(
    "icd-9-cm", "ICD-9-CM diagnoses", 5, re.compile(r"\d{3,5}|V\d{2,4}|E\d{3,4}"), "001", ("V",)
)
_ICD9_PROCEDURES: Final = _Codes(
    "icd-9-cm-procedures", "ICD-9-CM procedures", 5, re.compile(r"\d{2,4}"), "00", ("99",)
)
_ICD10_CM: Final = _Codes(
    "icd-10-cm", "ICD-10-CM", 7, re.compile(rf"{CATEGORY}[0-9A-Z]{{0,4}}"), "A00", ("Z",)
)
_ICD10_PCS: Final = _Codes(
    # Section X came in 2016; before, H was the last.
    "icd-10-pcs",
    "ICD-10-PCS",
    7,
    re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{6}"),
    "001",
    ("H", "X"),
)
_PAIRS: Final = (
    (_ICD9_DIAGNOSES, _ICD10_CM),
    (_ICD10_CM, _ICD9_DIAGNOSES),
    (_ICD9_PROCEDURES, _ICD10_PCS),
    (_ICD10_PCS, _ICD9_PROCEDURES),
)


@dataclass(frozen=True, slots=True)
class GemEntry:
    """One line. *target* is None where there is no equivalent.

    *no_map* is the published flag: 29 procedures of 2018 have no target and yet no flag.
    *scenario* and *choice_list* are 1 to 9 in a combination; a few published lines that are no
    combination have them as well.
    """

    source: str
    target: str | None
    approximate: bool
    no_map: bool
    combination: bool
    scenario: int
    choice_list: int
    line: int


@dataclass(frozen=True, slots=True)
class GemFile:
    """A whole file: from which system to which, fiscal year, lines in the published order.

    Systems are "icd-10-cm", "icd-10-pcs", "icd-9-cm" and "icd-9-cm-procedures".
    """

    source_system: str
    target_system: str
    year: int
    entries: tuple[GemEntry, ...]


def recognises(head: bytes) -> bool:
    """Whether one of the first lines in *head* is a source, a target and five flags."""
    lines = head.decode("utf-8", "replace").split("\n")[:_LOOKED_AT]
    return any(_LINE.fullmatch(line.rstrip("\r")) for line in lines)


def read(file: OfficialFile) -> GemFile:
    """Read the whole file.

    Raises:
        SourceError: naming the first line that is out of its columns, a repetition, at odds
            with its own flags or of other systems than the lines above it, or saying that the
            file is cut short or its year not known.
    """
    entries: list[GemEntry] = []
    possible = list(_PAIRS)
    seen: dict[tuple[str, ...], int] = {}
    for number, line in numbered_lines(read_text(file)):
        match = _LINE.fullmatch(line)
        if match is None:
            raise file.fault(number, "the line is not a source, a target and five flags")
        entry = _entry(file, number, match)
        possible = _still_possible(file, number, match, possible)
        row = match.group("source", "target", "flags")
        if row in seen:
            raise file.fault(number, f"it repeats line {seen[row]}")
        seen[row] = number
        entries.append(entry)
    if not entries:
        raise file.fault(None, "it holds no mappings")
    if len(possible) > 1:
        raise file.fault(None, "its codes do not show which systems it maps between")
    ((source, target),) = possible
    _check_ends(file, source, entries)
    named = named_release(file.name)
    if named is None:
        raise file.fault(
            None,
            "its year is not known: the file does not contain it, and neither its name nor its "
            'archive\'s states one; name it as its publisher does, "2018_I10gem.txt", or put it '
            "in a folder named for the year",
        )
    return GemFile(source.key, target.key, named.year, tuple(entries))


def _entry(file: OfficialFile, number: int, match: re.Match[str]) -> GemEntry:
    approximate, no_map, combination = (flag == "1" for flag in match["flags"][:3])
    scenario, choice_list = (int(digit) for digit in match["flags"][3:])
    target = _target(match)
    if no_map and target:
        raise file.fault(number, f"{match['source']} has a target and the flag for none")
    if combination and not (target and scenario and choice_list):
        raise file.fault(
            number, f"{match['source']} is a combination without target, scenario or choice list"
        )
    return GemEntry(
        source=match["source"],
        target=target,
        approximate=approximate,
        no_map=no_map,
        combination=combination,
        scenario=scenario,
        choice_list=choice_list,
        line=number,
    )


def _target(match: re.Match[str]) -> str | None:
    if re.fullmatch(_NO_TARGET, match["target"]):
        return None
    # The diagnoses of 2018 have one target in small letters, "v5889".
    return match["target"].upper()


def _still_possible(
    file: OfficialFile,
    number: int,
    match: re.Match[str],
    possible: list[tuple[_Codes, _Codes]],
) -> list[tuple[_Codes, _Codes]]:
    left = [(source, target) for source, target in possible if _fits(match, source, target)]
    if not left:
        what = " or ".join(f"{source.name} to {target.name}" for source, target in possible)
        raise file.fault(
            number,
            f"{match['source']} {match['target']} are no codes of {what}, or not in the columns "
            "of such a file",
        )
    return left


def _fits(match: re.Match[str], source: _Codes, target: _Codes) -> bool:
    found = _target(match)
    if not source.code.fullmatch(match["source"]) or (found and not target.code.fullmatch(found)):
        return False
    return match.start("target") == source.width + 1 and match.start("flags") == _FLAGS_AT


def _check_ends(file: OfficialFile, source: _Codes, entries: list[GemEntry]) -> None:
    first, last = entries[0], entries[-1]
    if not first.source.startswith(source.first):
        raise file.fault(
            first.line, f"it begins with {first.source}, not with the first of {source.name}"
        )
    if not last.source.startswith(source.last):
        raise file.fault(
            last.line,
            f"it ends with {last.source}, but {source.name} goes on to "
            f"{' or '.join(source.last)}: the file is cut short; fetch it again",
        )
