"""What lies at a place of the hierarchy: the system as a whole, a chapter, a section, any range.

A published range is that of a chapter or a section, and what lies right below it is shown. Notes
name many more, "A00-R94" or "M05.00-M06.9": there the outermost places are shown that lie in the
range whole. All of it in tabular order, which is not that of the labels: M1A lies in M05-M14.
"""

import re
from dataclasses import dataclass

from lookup.facts import Release
from lookup.icd10cm.facts import Node
from lookup.icd10cm.spelling import CODE
from lookup.icd10cm.store import TabularStore
from lookup.refusals import Reason, Refused
from lookup.spelling import code_key

_RANGE = re.compile(rf"(?P<first>{CODE})-(?P<last>{CODE})")
_CATEGORY_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A place, and how many codes in it can be reported, itself included."""

    node: Node
    billable_count: int


@dataclass(frozen=True, slots=True)
class Browsed:
    """*entries* lie right below the place; *ancestors* hold it, outermost first.

    *label* is the range asked for and empty for the whole system; *place* is None where the
    release publishes no such range.
    """

    label: str
    place: Node | None
    ancestors: tuple[Node, ...]
    entries: tuple[Entry, ...]


def browse(store: TabularStore, release: Release, text: str) -> Browsed:
    """The place that the range *text* names; the whole system for an empty one.

    Raises:
        Refused: when *text* is no range, or no code lies in it.
    """
    if not text:
        return Browsed("", None, (), _entries(store, store.chapters(release.id)))
    label = text.upper()
    ends = _RANGE.fullmatch(label) if text.isascii() else None
    if ends is None:
        raise Refused(Reason.REQUEST_INVALID, "range", "must be two codes like E08-E13")
    place = store.place_spanning(release.id, label)
    if place is not None:
        above = store.chain(place)[:-1]
        return Browsed(label, place, tuple(above), _entries(store, store.children(place.id)))
    first = _first(store, release, ends["first"])
    last = _last(store, release, ends["last"])
    if first is None or last is None or last.last_id < first.id:
        raise Refused(Reason.CODE_NOT_FOUND, "range", f"{release.name} has no code in {label}")
    chain = store.chain(first)
    begin = _begin(chain)
    holders = [
        node
        for node in chain
        if node.last_id > last.last_id or (node.last_id == last.last_id and node.id < begin)
    ]
    within = store.outermost(begin, last.last_id)
    return Browsed(label, None, tuple(holders), _entries(store, within))


def _entries(store: TabularStore, nodes: list[Node]) -> tuple[Entry, ...]:
    counts = store.billable_counts(nodes)
    return tuple(Entry(node, count) for node, count in zip(nodes, counts, strict=True))


def _begin(chain: list[Node]) -> int:
    """Where the last of *chain* begins, with the headings that begin with it.

    With E08.311 begins E08.31, which lies in E08.311-E08.359 as much as what is below it.
    """
    begin = chain[-1].id
    for node in reversed(chain[:-1]):
        if node.id == begin - 1:
            begin = node.id
    return begin


def _first(store: TabularStore, release: Release, label: str) -> Node | None:
    """The code *label*; where there is no such category, the one after its place.

    Notes and sections name ranges by labels that are not in use: U00-U49 begins with U07.
    """
    node = store.code(release.id, code_key(label))
    if node is not None or len(label) > _CATEGORY_LENGTH:
        return node
    _before, after = store.categories_around(release.id, label)
    return after


def _last(store: TabularStore, release: Release, label: str) -> Node | None:
    """The code *label*; where there is no such category, the one before its place."""
    node = store.code(release.id, code_key(label))
    if node is not None or len(label) > _CATEGORY_LENGTH:
        return node
    before, _after = store.categories_around(release.id, label)
    return before
