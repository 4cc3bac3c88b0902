"""Which side a title names, and which codes name the other one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lookup.icd10cm.facts import Node

_SIDE = re.compile(r"\b(right|left|bilateral|both (?:eyes|ears))\b", re.IGNORECASE)
_OPEN = re.compile(r"\b(unspecified)\b", re.IGNORECASE)
_ORGAN = re.compile(r" [a-z]+(?=,|$)")


@dataclass(frozen=True, slots=True)
class Side:
    """A code that differs from another one in its side only; *name* as the title has it."""

    name: str
    node: Node


def sides_named(title: str) -> tuple[str, ...]:
    """The sides a title names, each once: "right", "left", "bilateral", "both eyes"."""
    return tuple(dict.fromkeys(match[1].lower() for match in _SIDE.finditer(title)))


def other_sides(node: Node, candidates: Iterable[Node]) -> list[Side]:
    """The codes among *candidates* whose titles differ from *node*'s in the side only.

    A title that says "unspecified" leaves the side open only where another title names one in
    its place: most unspecified codes have nothing to do with sides. Empty when the title of
    *node* names several sides, or none.
    """
    named = sides_named(node.title)
    if len(named) > 1:
        return []
    found = []
    for candidate in candidates:
        sides = sides_named(candidate.title)
        if len(sides) == 1 and _alike(node.title, candidate.title, _SIDE if named else _OPEN):
            found.append(Side(sides[0], candidate))
        elif named and not sides and _alike(candidate.title, node.title, _OPEN):
            found.append(Side("unspecified", candidate))
    return found


def _alike(title: str, other: str, words: re.Pattern[str]) -> bool:
    """Whether *title* and *other* are the same but for one of *words* and a side."""
    if _patterns(title, words) & _patterns(other, _SIDE):
        return True
    if ("bilateral" in title.casefold()) == ("bilateral" in other.casefold()):
        return False
    return not _paired(title, words).isdisjoint(_paired(other, _SIDE))


def _patterns(title: str, words: re.Pattern[str]) -> set[str]:
    """*title* with each of *words* in turn replaced by a mark."""
    return {
        f"{title[: match.start()]}\0{title[match.end() :]}".casefold()
        for match in words.finditer(title)
    }


def _paired(title: str, words: re.Pattern[str]) -> set[str]:
    """The same, so that one side matches both: "…, right eye" and "…, bilateral" do.

    The organ after the side goes where the title ends with it, and so does a plural.
    """
    patterns = set()
    for match in words.finditer(title):
        before, after = title[: match.start()], title[match.end() :]
        patterns.add(f"{before}\0{after.removesuffix('s')}".casefold())
        if before.endswith(", ") and (organ := _ORGAN.match(after)):
            patterns.add(f"{before}\0{after[organ.end() :]}".casefold())
    return patterns
