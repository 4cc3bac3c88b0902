"""What a note does not state of a finding, as far as stating it would lead to another code.

Read from how the titles of a code's neighbours differ from its own, and from nothing else: where
no title differs so, nothing is missing.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from lookup.finder.finder import Hit
from lookup.icd10cm.laterality import sides_named

LATERALITY: Final = "laterality not stated"
TYPE: Final = "type not stated"
_MOST: Final = 4
_LONGEST_NAMED: Final = 6
_CATEGORY: Final = 3
_WORD: Final = re.compile(r"[\w'/-]+|,")
_OPEN: Final = frozenset(("unspecified", ",", "uncomplicated", "type", "not", "the", "a"))
_NAMED_OPEN: Final = frozenset(
    (
        *("organism", "site", "part", "trimester", "stage", "degree", "severity", "location"),
        *("level", "duration", "region", "depth", "agent", "control", "joint", "area"),
    )
)
_AXES: Final = (
    (frozenset(("acute", "chronic", "subacute")), "acute or chronic not stated"),
    (
        frozenset(("mild", "moderate", "severe", "intermittent", "persistent", "profound")),
        "severity not stated",
    ),
    (frozenset(("displaced", "nondisplaced")), "displaced or nondisplaced not stated"),
    (frozenset(("primary", "secondary")), "primary or secondary not stated"),
    (frozenset(("single", "recurrent")), "single or recurrent not stated"),
    (frozenset(("nocturnal",)), "type not stated"),
)
_NUMBERED_AXES: Final = ("stage", "trimester", "grade", "degree", "type")
_ORDER: Final = ("laterality", "type", "7th character")


def missing_of(hit: Hit, family: Sequence[Hit], extensions: Sequence[Hit]) -> tuple[str, ...]:
    """What would make *hit* more specific, each once.

    *family* are the codes of its category, 7th characters aside; *extensions* those that a 7th
    character makes of it.
    """
    found = dict.fromkeys(_from_titles(hit, family))
    if extensions and not hit.billable:
        found[_seventh(hit, extensions)] = None
    return tuple(sorted(found, key=_rank))[:_MOST]


def stated(missing: Iterable[str], words: frozenset[str], sides: bool) -> tuple[str, ...]:
    """*missing* without what *words* of the note, or *sides* in it, do state."""
    axes = {text for words_of_axis, text in _AXES if words & words_of_axis}
    return tuple(
        text
        for text in missing
        if text not in axes
        and not (sides and text == LATERALITY)
        and not (text.startswith("with or without ") and words.issuperset(text.split()[3:-2]))
    )


def _from_titles(hit: Hit, family: Sequence[Hit]) -> Iterator[str]:
    mine, own_sides = _parsed(hit.title)
    if not mine:
        return
    residual = mine[:1] == ["other"]
    sides: set[str] = set()
    shared = max(_CATEGORY, len(hit.code) - 1) if hit.billable else len(hit.code)
    axes: dict[str, None] = {}
    head = set(mine) - {",", "unspecified"}
    kinds = 0
    for other in family:
        if other.code == hit.code:
            continue
        theirs, named = _parsed(other.title)
        near = other.code[:shared] == hit.code[:shared]
        kinds += near and head.issubset(theirs)
        if not theirs or (mine[0] != theirs[0] and mine[-1] != theirs[-1]):
            continue
        if named and not own_sides and _same_but_side(mine, theirs):
            sides.update(named)
        elif not named and not residual:
            axes.update(dict.fromkeys(_axes(mine, theirs, near)))
    if len(sides) > 1:
        yield LATERALITY
    yield from axes
    if not axes and kinds and hit.title.lower().endswith(", unspecified"):
        yield TYPE


def _axes(mine: Sequence[str], theirs: Sequence[str], near: bool) -> Iterator[str]:
    """What *theirs*, a neighbour's title, says that *mine* leaves open.

    The two must be alike but for one stretch.
    """
    start = 0
    while start < min(len(mine), len(theirs)) and mine[start] == theirs[start]:
        start += 1
    end = 0
    most = min(len(mine), len(theirs)) - start
    while end < most and mine[-1 - end] == theirs[-1 - end]:
        end += 1
    gone, come = mine[start : len(mine) - end], theirs[start : len(theirs) - end]
    if start + end == 0 or not come:
        return
    said = [word for word in come if word not in _OPEN and word not in ("other", "specified")]
    rest = mine[len(mine) - end :]
    if not said:
        if gone == ["not"] or (gone == [] and come == ["not"]):
            what = " ".join(_until_comma(rest))
            yield f"{what} or not {what} not stated"
        return
    if not _is_open(gone):
        return
    if "unspecified" in gone and rest[:1] and rest[0] in _NAMED_OPEN and gone[-1] == "unspecified":
        yield f"{rest[0]} not stated"
        return
    for words, text in _AXES:
        if words.issuperset(said):
            yield text
            return
    for axis in _NUMBERED_AXES:
        if axis in come and len(said) <= 2:
            yield f"{axis} not stated"
            return
    if come[0] == "without" or gone[:1] == ["without"] or come[0] == "with":
        yield from _with_or_without(gone, come, rest)
    elif near and set(gone) - {","}:
        yield _opened(mine, start, gone, rest)


def _is_open(gone: Sequence[str]) -> bool:
    """Whether *gone* leaves open what stands in its place elsewhere."""
    return set(gone) <= _OPEN or gone[0] in ("without", "uncomplicated")


def _with_or_without(
    gone: Sequence[str], come: Sequence[str], rest: Sequence[str]
) -> Iterator[str]:
    if gone[:1] == ["without"]:
        what = _until_comma([*gone[1:], *rest])
    else:
        what = _until_comma([*come[1:], *rest])
    what = [word for word in what if word not in ("other", "specified", "unspecified", ",")]
    if what and len(what) <= _LONGEST_NAMED:
        yield f"with or without {' '.join(what)} not stated"


def _opened(mine: Sequence[str], start: int, gone: Sequence[str], rest: Sequence[str]) -> str:
    """What "unspecified" leaves open: the noun behind it where that names it, else the type."""
    tied = start > 0 and mine[start - 1] in ("with", "of", "to", "by", "in")
    if rest and rest[0].isalpha() and (tied or rest[0] in _NAMED_OPEN):
        return f"{rest[0]} not stated"
    for word, following in itertools.pairwise(mine):
        if word == "unspecified" and following in _NAMED_OPEN and following in gone:
            return f"{following} not stated"
    return TYPE


def _until_comma(words: Sequence[str]) -> list[str]:
    return list(words[: words.index(",")]) if "," in words else list(words)


def _same_but_side(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether *theirs* is *mine* with a side in it, or in place of "unspecified"."""
    stripped = _bare(word for word in theirs if not sides_named(word))
    if _bare(mine) == stripped:
        return True
    for place, word in enumerate(mine):
        if word == "unspecified" and _bare([*mine[:place], *mine[place + 1 :]]) == stripped:
            return True
    return False


def _bare(words: Iterable[str]) -> list[str]:
    """*words* without commas, articles and plurals."""
    return [word.removesuffix("s") for word in words if word not in (",", "the")]


def _seventh(hit: Hit, extensions: Sequence[Hit]) -> str:
    """What the 7th character of *hit* tells."""
    meanings = " ".join(extension.title[len(hit.title) :].lower() for extension in extensions)
    for axis in ("encounter", "stage", "fetus", "tophus"):
        if axis in meanings:
            return f"7th character: {axis} not stated"
    return "7th character not stated"


def _rank(text: str) -> tuple[int, str]:
    for place, begun in enumerate(_ORDER):
        if text.startswith(begun):
            return place, text
    return len(_ORDER), text


@lru_cache(maxsize=8_192)
def _parsed(title: str) -> tuple[list[str], tuple[str, ...]]:
    """The words of a published title with its commas, and the sides that it names."""
    return [word.lower() for word in _WORD.findall(title)], sides_named(title)
