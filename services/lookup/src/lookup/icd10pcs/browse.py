"""The table builder: from a section by one character after the other to a valid code.

Every place is the beginning of a code; what is below it are the characters that may follow,
each only where a code of the release begins so.
"""

import re
from collections import Counter
from typing import Final

from lookup.browsing import Browsed, Entry
from lookup.content import Link, Place
from lookup.facts import Code, Release
from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH, axis_name
from lookup.icd10pcs.facts import Definition
from lookup.icd10pcs.store import PcsStore
from lookup.refusals import Reason, Refused
from lookup.systems import ICD_10_PCS

_PLACE: Final = re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{0,5}")
NOT_LOADED: Final = "value not loaded"


def browse(store: PcsStore, release: Release, text: str) -> Browsed:
    """The place *text*, up to six characters; all sections for an empty one.

    Raises:
        Refused: when *text* is no beginning of a code, or no code of the release begins so.
    """
    prefix = text.upper()
    if prefix and not (text.isascii() and _PLACE.fullmatch(prefix)):
        raise Refused(
            Reason.REQUEST_INVALID, "range", "must be one to six characters of a code like 0DT"
        )
    if len(prefix) < TABLE_LENGTH:
        entries = _shallow(store, release, prefix)
    else:
        entries = _deep(store, release, prefix)
    if not entries:
        raise Refused(
            Reason.CODE_NOT_FOUND, "range", f"{release.name} has no code that begins with {prefix}"
        )
    if not prefix:
        return Browsed(None, (), entries)
    *above, here = places(store, prefix)
    return Browsed(here, tuple(above), entries)


def places(store: PcsStore, prefix: str) -> tuple[Place, ...]:
    """The beginnings of *prefix*, outermost first, itself last."""
    labels = store.labels(prefix)
    definitions = store.definitions(prefix[0])
    return tuple(
        _place(
            prefix[:length],
            labels.get((length, prefix[length - 1]), (None,))[0],
            definitions.get((length, prefix[length - 1])),
        )
        for length in range(1, len(prefix) + 1)
    )


def _place(prefix: str, label: str | None, definition: Definition | None) -> Place:
    return Place(
        axis_name(prefix[0], len(prefix)).lower(),
        prefix,
        label or NOT_LOADED,
        Link(ICD_10_PCS, prefix, is_range=True),
        definition.definition if definition else "",
    )


def _shallow(store: PcsStore, release: Release, prefix: str) -> tuple[Entry, ...]:
    found = store.places(release, prefix)
    if not prefix:
        return tuple(Entry(places(store, place)[-1], False, count) for place, count in found)
    labels = store.labels(prefix)
    definitions = store.definitions(prefix[0])
    return tuple(
        Entry(
            _place(
                place,
                labels.get((len(place), place[-1]), (None,))[0],
                definitions.get((len(place), place[-1])),
            ),
            False,
            count,
        )
        for place, count in found
    )


def _deep(store: PcsStore, release: Release, prefix: str) -> tuple[Entry, ...]:
    codes = store.starting(release, prefix)
    if len(prefix) == LENGTH - 1:
        return tuple(Entry(_code_place(code), code.billable, int(code.billable)) for code in codes)
    counts = Counter(code.code[: len(prefix) + 1] for code in codes)
    labels = store.labels(prefix)
    definitions = store.definitions(prefix[0])
    entries: list[Entry] = []
    for place, count in sorted(counts.items()):
        at = len(place), place[-1]
        label = labels.get(at, (None,))[0]
        if label is None and len(place) == LENGTH - 1:
            label = _said_by_all(store, [c for c in codes if c.code.startswith(place)], at)
        entries.append(Entry(_place(place, label, definitions.get(at)), False, count))
    return tuple(entries)


def _said_by_all(store: PcsStore, codes: list[Code], at: tuple[int, str]) -> str | None:
    """What the sixth character means where only the seventh makes that clear."""
    said = {store.labels(code.code).get(at, (None,))[0] for code in codes}
    return said.pop() if len(said) == 1 else None


def _code_place(code: Code) -> Place:
    return Place("code", code.code, code.title, Link(ICD_10_PCS, code.code))
