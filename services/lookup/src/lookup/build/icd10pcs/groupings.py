"""How the MS-DRG grouper lists procedures, version by version.

The grouper's file is read here once more for its procedures alone: a release needs the lists of
every version, and their diagnoses are the larger part of them.
"""

import json
import lzma
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lookup.build.ms_drg import grouper_file
from lookup.facts import Release
from lookup.ms_drg.facts import GrouperVersion

NOT_OPERATING_ROOM: Final = 0
OPERATING_ROOM: Final = 1
NON_EXTENSIVE: Final = 2

# The package's lists of some versions also hold words of the pages they were read from.
_CODE: Final = re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{6}")
_LABEL: Final = re.compile(r"(?P<drgs>\d{3}(?:&\d{3})*)\|(?P<heading>[^|]*)(?P<with>(?:\|\w+)*)")


@dataclass(frozen=True, slots=True)
class GroupedProcedures:
    """The procedures that one version names: listings as JSON, as in the schema."""

    version: GrouperVersion
    listings: Mapping[str, str]
    operating_room: Mapping[str, int]

    @property
    def codes(self) -> frozenset[str]:
        """Every code that is named."""
        return frozenset(self.listings)


@dataclass(frozen=True, slots=True)
class Grouping:
    """How a code is listed from *effective* to *expires*; *listings* is JSON, as in the schema."""

    code: str
    effective: date
    expires: date
    listings: str
    operating_room: int
    source_id: str


def read_procedures(version: GrouperVersion) -> GroupedProcedures:
    """The procedure lists of *version*.

    Raises:
        SourceError: when the package is missing, damaged or of another layout.
    """
    file = grouper_file(version)
    try:
        held: dict[str, Any] = json.loads(lzma.decompress(file.content))
        labels: dict[str, list[str]] = held["prmap"]
        rooms, lesser = held["orpcsmap"], frozenset(held["neoormap"])
    except (lzma.LZMAError, ValueError, KeyError) as error:
        raise file.fault(None, f"damaged ({error}); reinstall drgpy") from None
    known: dict[tuple[str, ...], str] = {}
    listings: dict[str, str] = {}
    for code in filter(_CODE.fullmatch, sorted(labels)):
        of = tuple(labels[code])
        if of not in known:
            found = [_LABEL.fullmatch(label) for label in of]
            if None in found:
                raise file.fault(None, f"{code} is listed under what is no DRG and heading")
            known[of] = _json(match for match in found if match is not None)
        listings[code] = known[of]
    return GroupedProcedures(
        version=version,
        listings=listings,
        operating_room={
            code: NOT_OPERATING_ROOM
            if code not in rooms
            else (NON_EXTENSIVE if code in lesser else OPERATING_ROOM)
            for code in listings
        },
    )


def groupings(
    releases: Iterable[tuple[Release, GroupedProcedures, str, frozenset[str]]],
) -> Iterator[Grouping]:
    """Listings of every code, stretches that follow one another and read the same made one.

    *releases* come in order of time with the procedures that the grouper for their discharges
    names, the source of these, and the codes of the release.
    """
    last: dict[str, Grouping] = {}
    for release, procedures, source_id, codes in releases:
        for code in sorted(codes & procedures.listings.keys()):
            listings, room = procedures.listings[code], procedures.operating_room[code]
            starts = release.effective
            before = last.get(code)
            if before is not None:
                same = before.listings == listings and before.operating_room == room
                if same and (starts - before.expires).days == 1:
                    starts = before.effective
                else:
                    yield before
            last[code] = Grouping(code, starts, release.expires, listings, room, source_id)
    for code in sorted(last):
        yield last[code]


def _json(labels: Iterable[re.Match[str]]) -> str:
    """Groups under their headings; those that a code alone is enough for need none beside it."""
    needed: dict[tuple[str, str], set[str]] = {}
    alone: set[tuple[str, str]] = set()
    for match in labels:
        # Groups under a heading that is printed twice are told apart by stars.
        group = match["drgs"], match["heading"].rstrip("*")
        beside = needed.setdefault(group, set())
        if match["with"]:
            beside.add(match["with"].removeprefix("|").replace("|", "+"))
        else:
            alone.add(group)
    return json.dumps(
        [
            [drgs, heading, [] if (drgs, heading) in alone else sorted(beside)]
            for (drgs, heading), beside in needed.items()
        ],
        separators=(",", ":"),
    )
