"""Reads the AMA's descriptor files for CPT codes, which only a licensed site may load.

The short, medium and long files have a code in columns 1-5, a blank or tab, and the text from
column 7; most begin with a notice. The consumer and clinician files have a concept identifier
of seven characters before the code, tabs between, and in the clinician file a descriptor's
identifier before the text. The reader returns all it reads: the licence gate comes after it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from lookup.build.official.official_file import OfficialFile
from lookup.build.official.published_text import read_text
from lookup.cpt.licence import CODE

_PLAIN: Final = re.compile(rf"(?P<code>{CODE})[ \t](?P<text>\S.*)")
_CONCEPT: Final = re.compile(
    rf"(?P<concept>[0-9A-Za-z]{{7}})[ \t]+(?P<code>{CODE})\t"
    r"(?:(?P<identifier>\d+)\t)?(?P<text>\S.*)"
)
_CONCEPT_HEADER: Final = re.compile(r"concept id\tcpt code\t(.*)", re.IGNORECASE)
# Other lists with a code of five characters in front: ICD order files and crosswalks.
_ORDER_FILE: Final = re.compile(r"\d{5} [0-9A-Z]{3,7} +[01] ")
_CROSSWALK: Final = re.compile(r"[0-9A-Z]{3,7} +[0-9A-Za-z]{3,7} +\d{5}\s*$")
_NOTICE_LINES: Final = 200
_SAMPLE: Final = 50
_SAMPLE_SHARE: Final = 0.9
_YEAR: Final = r"(?:19|20)\d\d"
_COPYRIGHT: Final = re.compile(rf"(?:copyright|©|\(c\))((?:\W+|{_YEAR})+)", re.IGNORECASE)
_RELEASE: Final = re.compile(rf"\bCPT\W{{0,4}}({_YEAR})\b|\b({_YEAR})\s+CPT\b", re.IGNORECASE)
_NAMED_RELEASE: Final = re.compile(
    rf"CPT[^0-9/!]{{0,20}}({_YEAR})(?!\d)|(?<!\d)({_YEAR})[^0-9/!]{{0,3}}CPT", re.IGNORECASE
)


class DescriptorKind(Enum):
    """Which of a code's descriptors a file holds."""

    LONG = "long"
    LONG_UPPER = "long, in capitals"
    MEDIUM = "medium"
    SHORT = "short"
    CONSUMER = "consumer"
    CLINICIAN = "clinician"


_NAMED: Final = {
    "longult": DescriptorKind.LONG,
    "longut": DescriptorKind.LONG_UPPER,
    "medu": DescriptorKind.MEDIUM,
    "shortu": DescriptorKind.SHORT,
    "consumer": DescriptorKind.CONSUMER,
    "clinician": DescriptorKind.CLINICIAN,
}
_WIDTHS: Final = {DescriptorKind.SHORT: 28, DescriptorKind.MEDIUM: 48}
_BY_CONCEPT: Final = {DescriptorKind.CONSUMER, DescriptorKind.CLINICIAN}


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One descriptor of a code; a code has several only in the clinician file."""

    line: int
    code: str
    text: str
    identifier: str
    """The clinician descriptor's own identifier, or ""."""


@dataclass(frozen=True, slots=True)
class Descriptors:
    """A descriptor file: what its notice says, and the years it states, when it does.

    ``copyright_year`` comes from the notice ("copyright 2025"), ``release_year`` from the
    notice or the file's name ("CPT 2026"). The two differ: a release is dated a year ahead.
    """

    kind: DescriptorKind
    notice: str
    copyright_year: int | None
    release_year: int | None
    descriptors: tuple[Descriptor, ...]


def recognises(head: bytes) -> bool:
    """Whether *head* begins a file of CPT descriptors."""
    text = head.decode("latin-1").removeprefix("\xef\xbb\xbf")
    lines = text.splitlines()
    if len(lines) > 1 and not text.endswith(("\n", "\r")):
        lines.pop()
    if any(_CONCEPT_HEADER.fullmatch(line) for line in lines[:_NOTICE_LINES]):
        return True
    begin = _first_row(lines[:_NOTICE_LINES])
    if begin is None or _ORDER_FILE.match(lines[begin]) or _CROSSWALK.match(lines[begin]):
        return False
    form = _form(lines[begin])
    sample = [line for line in lines[begin:] if line.strip()][:_SAMPLE]
    rows = sum(1 for line in sample if form.fullmatch(line.rstrip()) is not None)
    return rows >= _SAMPLE_SHARE * len(sample)


def read(file: OfficialFile) -> Descriptors:
    """Read the descriptor file in *file*.

    Raises:
        SourceError: naming file and line, when a line has not the file's layout, a descriptor
            is there twice, or nothing tells which descriptors these are.
    """
    lines = read_text(file).splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    begin = _first_row(lines)
    if begin is None:
        raise file.fault(None, "it has no line with a code and a descriptor: it is cut short")
    notice = [line for line in lines[:begin] if not _CONCEPT_HEADER.fullmatch(line)]
    form = _form(lines[begin])
    found: dict[tuple[str, str], Descriptor] = {}
    for number, line in enumerate(lines[begin:], start=begin + 1):
        descriptor = _descriptor(file, number, line, form)
        # Only clinician descriptors have identifiers, and only they come several to a code.
        twin = found.setdefault((descriptor.code, descriptor.identifier), descriptor)
        if twin is not descriptor:
            raise file.fault(number, f"{descriptor.code} is there twice, first on line {twin.line}")
    descriptors = tuple(found.values())
    kind = _kind(file, lines[:begin], descriptors, form)
    _check_width(file, kind, descriptors)
    said = " ".join(" ".join(notice).split())
    return Descriptors(kind, said, _copyright_year(said), _release_year(file, said), descriptors)


def _first_row(lines: Sequence[str]) -> int | None:
    for number, line in enumerate(lines):
        if _PLAIN.fullmatch(line.rstrip()) or _CONCEPT.fullmatch(line.rstrip()):
            return number
    return None


def _form(line: str) -> re.Pattern[str]:
    return _CONCEPT if _CONCEPT.fullmatch(line.rstrip()) else _PLAIN


def _descriptor(file: OfficialFile, number: int, line: str, form: re.Pattern[str]) -> Descriptor:
    found = form.fullmatch(line.rstrip())
    if found is None or "\t" in found["text"]:
        layout = (
            "concept identifier, code and descriptor with tabs between"
            if form is _CONCEPT
            else "a code in columns 1-5 and a descriptor from column 7"
        )
        raise file.fault(number, f"the line is not {layout}: it is cut short or shifted")
    identifier = found["identifier"] or "" if form is _CONCEPT else ""
    return Descriptor(number, found["code"], " ".join(found["text"].split()), identifier)


def _kind(
    file: OfficialFile,
    preamble: Sequence[str],
    descriptors: Sequence[Descriptor],
    form: re.Pattern[str],
) -> DescriptorKind:
    by_concept = form is _CONCEPT
    said = next((m[1] for line in preamble if (m := _CONCEPT_HEADER.fullmatch(line))), "")
    own = file.name.rsplit("!", 1)[-1].rsplit("/", 1)[-1]
    for text in (said, own):
        words = re.sub(r"[^a-z]", "", text.casefold())
        for name, kind in _NAMED.items():
            if name in words and (kind in _BY_CONCEPT) == by_concept:
                return kind
    if by_concept:
        if all(descriptor.identifier for descriptor in descriptors):
            return DescriptorKind.CLINICIAN
        raise file.fault(
            None,
            "nothing tells whether these are consumer or clinician descriptors; "
            "give it the name it was published under",
        )
    longest = max(len(descriptor.text) for descriptor in descriptors)
    for kind, width in _WIDTHS.items():
        if longest <= width:
            return kind
    if all(descriptor.text == descriptor.text.upper() for descriptor in descriptors):
        return DescriptorKind.LONG_UPPER
    return DescriptorKind.LONG


def _check_width(
    file: OfficialFile, kind: DescriptorKind, descriptors: Sequence[Descriptor]
) -> None:
    width = _WIDTHS.get(kind)
    for descriptor in descriptors:
        if width is not None and len(descriptor.text) > width:
            raise file.fault(
                descriptor.line,
                f"{len(descriptor.text)} characters where a {kind.value} descriptor has at "
                f"most {width}: the file has another content than its name says",
            )


def _copyright_year(notice: str) -> int | None:
    years = (year for found in _COPYRIGHT.findall(notice) for year in re.findall(_YEAR, found))
    return max((int(year) for year in years), default=None)


def _release_year(file: OfficialFile, notice: str) -> int | None:
    found = _RELEASE.search(notice) or _NAMED_RELEASE.search(file.name)
    return int(found[1] or found[2]) if found else None
