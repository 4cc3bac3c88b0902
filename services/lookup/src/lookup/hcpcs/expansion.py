"""Spells the abbreviated short descriptions out.

Words and numbers are taken as they stand: nothing is added that a description does not say, no
unit and no dose.
"""

import re
from typing import Final

from lookup.hcpcs.abbreviations import PHRASES, words_for

_PIECE: Final = re.compile(
    r"(?P<mixed>[A-Za-z]+-?\d[A-Za-z0-9]*(?![A-Za-z0-9]))"
    r"|(?P<number>\d[\d,]*(?:\.\d+)?|\.\d+)(?P<unit>[A-Za-z]+)?"
    r"|(?P<word>[A-Za-z]+(?:'[A-Za-z]+)?)"
    r"|(?P<other>.)"
)
_UNITS: Final = {
    **dict.fromkeys(("mg", "ml", "cm", "mm", "kg", "g", "cc", "mcg", "kcal", "k", "nf"), ""),
    "iu": "international units",
    "u": "units",
    "gm": "g",
    "min": "minutes",
    "mins": "minutes",
    "mn": "minutes",
    "m": "minutes",
    "hr": "hours",
    "hrs": "hours",
    "h": "hours",
    "d": "days",
    "dy": "days",
    "mo": "months",
    "mos": "months",
    "mth": "months",
    "yr": "years",
    "yrs": "years",
    "y": "years",
    "wk": "weeks",
    "wks": "weeks",
    "lbs": "pounds",
    "lb": "pounds",
    "oz": "ounces",
    "in": "inches",
    "sq": "square inches",
    "pc": "piece",
    "x": "times",
    "mci": "mCi",
    "uci": "microcuries",
}
_ORDINALS: Final = frozenset({"st", "nd", "rd", "th"})
_AMBIGUOUS: Final = frozenset({"d"})
"""Units that mean something else in some groups of codes: 4.25d is diopters of a lens."""
_LETTERS: Final = re.compile(r"[A-Za-z]+")
_SINGULAR: Final = re.compile(
    r"\b(?P<lead>per|each|1|one) (?P<unit>minute|hour|day|week|month|year|pound|ounce|time)s\b"
)
_PLURAL: Final = re.compile(
    r"\b(?P<number>[2-9]|[1-9]\d+) (?P<unit>minute|hour|day|week|month|year|pound)\b(?!s)"
)
_REPEATED: Final = re.compile(r"\b(\w{3,}) \1\b", re.IGNORECASE)
_BEFORE_SIGN: Final = re.compile(r" +([,;:)])")
_AFTER_SIGN: Final = re.compile(r"([,;])(?=[A-Za-z])")
_TORN: Final = re.compile(r"(?<=\w) -(?=[A-Za-z])")
_ROMAN: Final = re.compile(r"\b(?:ii|iii|vii|viii|ix|xiii)\b")
_UNSPECIFIED: Final = re.compile(r",? (not otherwise (?:specified|classified))")


def expand(code: str, text: str) -> str:
    """The short description *text* of *code* with its abbreviations spelled out."""
    text = f" {text} "
    for pattern, words in PHRASES:
        text = pattern.sub(words, text)
    pieces = "".join(_piece(code, match) for match in _PIECE.finditer(text))
    return _tidied(pieces)


def _piece(code: str, match: re.Match[str]) -> str:
    if word := match["word"]:
        return words_for(code, word.lower()) or word
    if number := match["number"]:
        return _quantity(code, number, match["unit"])
    if mixed := match["mixed"]:
        letters = _LETTERS.match(mixed)
        assert letters is not None
        words = words_for(code, letters[0].lower()) if len(letters[0]) > 1 else None
        rest = mixed[letters.end() :]
        return mixed if words is None else f"{words}{rest}" if rest[0] == "-" else f"{words} {rest}"
    return match[0]


def _quantity(code: str, number: str, unit: str | None) -> str:
    if unit is None:
        return number
    if unit.lower() in _ORDINALS:
        return f"{number}{unit.lower()}"
    spelled = words_for(code, unit.lower())
    words = _UNITS.get(unit.lower())
    if words is None or (spelled and unit.lower() in _AMBIGUOUS):
        return f"{number} {spelled}" if spelled else f"{number}{unit}"
    return f"{number} {words or unit.lower()}"


def _tidied(text: str) -> str:
    text = " ".join(text.split())
    text = _BEFORE_SIGN.sub(r"\1", text)
    text = _AFTER_SIGN.sub(r"\1 ", text).replace("/ ", "/")
    text = _TORN.sub("-", text)
    text = _ROMAN.sub(lambda match: match[0].upper(), text)
    text = _SINGULAR.sub(r"\g<lead> \g<unit>", text)
    text = _PLURAL.sub(r"\g<number> \g<unit>s", text)
    text = _REPEATED.sub(r"\1", text)
    text = _UNSPECIFIED.sub(r", \1", text)
    text = text.strip(" ,;:/-&.")
    text += ")" * (text.count("(") - text.count(")"))
    return text[:1].upper() + text[1:]
