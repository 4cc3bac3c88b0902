"""Codes and ranges as notes name them: "(E08-E13 with .52)", "Z16.-", "T36-T50".

A note names codes in running text. :func:`mentions` finds them; :func:`admits` says whether a
qualifier such as "with fifth or sixth character 5" admits a given code.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from lookup.icd10cm.spelling import CODE

_MENTION = re.compile(
    rf"(?<![A-Za-z0-9.])(?P<first>{CODE})(?![0-9A-Za-z])"
    # "A00-A09", "I70.2--I70.7-", "P28.3- - P28.4-", "M05.00 to M05.8A"
    rf"(?:\.?-?\s*(?:-|\bto\b)\s*(?P<last>{CODE})(?![0-9A-Za-z]))?"
    r"(?P<open>\.?-|\.(?=\s+with\b))?"
)
_QUALIFIER = re.compile(
    r"[,\s]*(?P<wording>with\s+"
    r"(?:(?:final|(?:[5-7]th|fifth|six(?:th)?|seventh)(?:[\s-]+(?:or|to)\s+(?:[5-7]th|six(?:th)?))?)"
    r"[\s-]+characters?(?:\s+to\s+indicate\s+intent)?"
    r"|open\s+fracture\s+7th\s+character"
    r"|(?=\.[0-9A-Z]))"
    r"[^();]*)"
)
# Outside brackets a bare category is a code only where the words before it say so:
# "Any condition in I00", but "LGMD R12" and "vitamin B12" are none.
_INTRODUCED = re.compile(
    r"(?:\b(?:in|to|under|and|or|than|from|categor(?:y|ies)|codes?|with)|,)\s*$", re.IGNORECASE
)
_EXEMPT = re.compile(r"\bexcept(?:\s+(?:for|as|those|that))*(?:\s+(?:in|classified\s+to))?\s*$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A code or range named in a text, at ``text[start:end]``.

    *last* is empty for a single code, which stands for all codes below it too. *qualifier* is
    the wording that narrows it. *aside* marks what is named only to describe something else:
    "any type except those in B36.-", "tuberculosis, any type in A15 (J65)".
    """

    start: int
    end: int
    first: str
    last: str = ""
    qualifier: str = ""
    aside: bool = False


def mentions(text: str) -> list[Mention]:
    """Every code and range that *text* names, in order."""
    found: list[Mention] = []
    bracketed = any(_enclosing(text, match.start()) for match in _MENTION.finditer(text))
    for match in _MENTION.finditer(text):
        first, last = match["first"], match["last"] or ""
        bracket = _enclosing(text, match.start())
        bare = "." not in first and not last and not match["open"]
        before = text[: match.start()]
        if bracket is None and bare and not _INTRODUCED.search(before):
            continue
        found.append(
            Mention(
                match.start(),
                match.end(),
                first,
                last,
                _qualifier(text, match.end(), bracket),
                bracket is None and (bracketed or _EXEMPT.search(before) is not None),
            )
        )
    return found


def _enclosing(text: str, place: int) -> tuple[int, int] | None:
    """The bracket that *place* stands in, as (after the opening one, the closing one)."""
    opening = text.rfind("(", 0, place)
    if opening < 0 or text.rfind(")", opening, place) >= 0:
        return None
    closing = text.find(")", place)
    return opening + 1, closing if closing >= 0 else len(text)


def _qualifier(text: str, place: int, bracket: tuple[int, int] | None) -> str:
    """The wording that narrows what is named before *place*.

    Inside brackets it stands once, after the last code, and holds for all of them; it may also
    follow the closing bracket.
    """
    if bracket is None:
        match = _QUALIFIER.match(text, place)
    else:
        match = _QUALIFIER.search(text, place, bracket[1])
        match = match or _QUALIFIER.match(text, bracket[1] + 1)
    return " ".join(match["wording"].split()) if match else ""


_POSITIONS = {"5th": 5, "fifth": 5, "six": 6, "sixth": 6, "6th": 6, "7th": 7, "seventh": 7}
_NTH = re.compile(
    r"with (?P<one>[5-7]th|fifth|six(?:th)?|seventh)"
    r"(?:[ -]+(?P<join>or|to) (?P<other>[5-7]th|six(?:th)?))?[ -]characters? (?P<values>.+)"
)
_FINAL = re.compile(r"with (?:final characters? )?(?P<values>[-.0-9].*)")


@dataclass(frozen=True, slots=True)
class _Test:
    """What a qualifier asks of a code's characters."""

    kind: str
    positions: tuple[int, ...]
    values: frozenset[str]


def admits(qualifier: str, code: str, *, extended: bool, heading: bool) -> bool | None:
    """Whether *qualifier* admits *code*; None when the code alone cannot tell.

    *extended* says that the code ends in a 7th character, *heading* that it has codes below it,
    some of which may be admitted. A wording that is not understood answers None, so that it is
    shown with its condition rather than dropped.
    """
    if not qualifier:
        return True
    test = _understood(qualifier)
    if test is None:
        return None
    key = code.replace(".", "")
    stem = key[:6].rstrip("X") if extended else key
    match test.kind:
        case "suffix":
            answer = any(key[3:].startswith(value) for value in test.values)
            undecided = any(value.startswith(key[3:]) for value in test.values)
        case "ending":
            answer = any(len(stem) > 3 and stem.endswith(value) for value in test.values)
            undecided = True
        case "intent":
            # The character that tells the intent is the last one before the 7th: the fifth or
            # the sixth, whichever the code ends in.
            answer = len(stem) in test.positions and stem[-1] in test.values
            undecided = len(stem) < max(test.positions)
        case _:
            place = test.positions[0] - 1
            answer = any(key[place:].startswith(value) for value in test.values)
            undecided = len(key) <= place
    if answer:
        return True
    return None if heading and undecided else False


@lru_cache(maxsize=1024)
def _understood(qualifier: str) -> _Test | None:
    if match := _NTH.fullmatch(qualifier):
        positions = tuple(_POSITIONS[n] for n in (match["one"], match["other"]) if n)
        values = _values(match["values"])
        if not values:
            return None
        if match["join"] == "or":
            return _Test("intent", positions, values)
        return _Test("place", positions[:1], values)
    if match := _FINAL.fullmatch(qualifier):
        values = _values(match["values"])
        if not values:
            return None
        # ".52" counts from the dot, "-91" from the end.
        whole = match["values"]
        return _Test("suffix" if whole.startswith(".") else "ending", (), values)
    return None


def _values(wording: str) -> frozenset[str]:
    """The characters listed in "1-4 or 6", ".51-.52", "B or C", ".15. .25, .95"."""
    values: set[str] = set()
    for part in re.split(r"\s*(?:,|\bor\b|\band\b|\s)\s*", wording):
        if match := re.fullmatch(r"\.?([0-9]+)-\.?([0-9]+)", part):
            low, high = match.groups()
            values.update(str(n).zfill(len(low)) for n in range(int(low), int(high) + 1))
        elif match := re.fullmatch(r"[-.]?([0-9A-Z]+)[-.]?", part):
            values.add(match[1])
        elif part:
            return frozenset()
    return frozenset(values)
