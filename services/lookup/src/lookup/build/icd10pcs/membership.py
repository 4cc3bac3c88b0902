"""Which codes each release has, from lists of which some are whole and some are not.

A whole list says what there is. The procedure lists of the MS-DRG grouper name only the codes
that bear on grouping, three in four: a code on them is valid, one that is not on them need not
have ended. So from the last whole list codes are carried on, until the grouper stops naming one
that it named before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

ALL_SECTIONS = "*"


@dataclass(frozen=True, slots=True)
class CodeList:
    """What one source says is valid from *effective* to *expires*, both included.

    *complete_for* are the sections of which it names every code: none, some ("01") or all.
    *official* lists come from the publisher and outdo every other of the same day.
    """

    name: str
    effective: date
    expires: date
    complete_for: str
    codes: frozenset[str]
    source_id: str
    descriptions: Mapping[str, str] = field(default_factory=dict)
    official: bool = False

    @property
    def whole(self) -> bool:
        """Whether it names every code of every section."""
        return self.complete_for == ALL_SECTIONS


@dataclass(frozen=True, slots=True)
class Members:
    """The codes of a release, and which of them its own lists name."""

    effective: date
    expires: date
    codes: frozenset[str]
    carried: frozenset[str]
    """Codes that only an earlier list names."""
    source_id: str
    """Of the list that says most about this release."""


def half_year_end(effective: date) -> date:
    """Last day of the half-year: April to September, October to March."""
    if 4 <= effective.month < 10:
        return date(effective.year, 9, 30)
    return date(effective.year + (effective.month >= 10), 3, 31)


def releases_of(lists: Sequence[CodeList]) -> list[Members]:
    """The releases that *lists* make known, oldest first: none before the first whole list."""
    found: list[Members] = []
    by_day: dict[date, list[CodeList]] = {}
    for of in sorted(lists, key=lambda one: one.effective):
        by_day.setdefault(of.effective, []).append(of)
    named_before: frozenset[str] = frozenset()
    for of_day in by_day.values():
        named = frozenset().union(*(one.codes for one in of_day if not one.complete_for))
        whole = [one for one in of_day if one.whole]
        if whole or found:
            before = found[-1].codes if found else frozenset()
            found.append(_members(of_day, whole, before, named_before, named))
        named_before = named or named_before
    starts = [members.effective for members in found[1:]]
    return [
        replace(members, expires=min(half_year_end(members.effective), until))
        for members, until in zip(
            found, [*(day - timedelta(days=1) for day in starts), date.max], strict=True
        )
    ]


def _members(
    of_day: list[CodeList],
    whole: list[CodeList],
    before: frozenset[str],
    named_before: frozenset[str],
    named: frozenset[str],
) -> Members:
    day = of_day[0].effective
    official = next((one for one in whole if one.official), None)
    if official is not None:
        return Members(day, day, official.codes, frozenset(), official.source_id)
    if whole:
        codes = frozenset().union(named, *(one.codes for one in whole))
        return Members(day, day, codes, frozenset(), whole[0].source_id)
    dropped = named_before - named if named else frozenset()
    listed = frozenset().union(*(one.codes for one in of_day))
    sections = "".join(one.complete_for for one in of_day)
    carried = frozenset(code for code in before - listed - dropped if code[0] not in sections)
    most = max(of_day, key=lambda one: (not one.complete_for, one.source_id))
    return Members(day, day, listed | carried, carried, most.source_id)


def described(members: Members, lists: Iterable[CodeList]) -> list[tuple[Mapping[str, str], str]]:
    """Descriptions with their sources, those first that are read first for a release.

    Its own official list, then the newest before it, then the oldest after it.
    """
    with_text = [one for one in lists if one.descriptions]
    earlier = [one for one in with_text if one.effective <= members.effective]
    later = [one for one in with_text if one.effective > members.effective]
    ordered = [
        *sorted(earlier, key=lambda one: (one.effective, one.official), reverse=True),
        *sorted(later, key=lambda one: (one.effective, not one.official)),
    ]
    return [(one.descriptions, one.source_id) for one in ordered]
