"""The lines of a claim as people type them: code, modifiers and units, in any spelling."""

import re
from dataclasses import dataclass

from gateway.addresses import is_cpt_form, system_of

MOST_LINES = 100
MOST_MODIFIERS = 8
MOST_UNITS = 99_999
LONGEST_CODE = 64

_SYSTEM = re.compile(
    r"(?P<system>ICD[- ]?10[- ]?CM|ICD[- ]?10[- ]?PCS|HCPCS(?: LEVEL II)?|CPT)(?:[:\s]+)(?=\S)"
)
_BETWEEN = re.compile(r"[\s,;|]+")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_UNITS = re.compile(r"X([0-9]{2,})|[×*]([0-9]+)|([0-9]+)(?:[X×*U]|UN|UNITS?)|UNITS?[=:]?([0-9]+)")
_UNIT_WORDS = {"UNIT", "UNITS"}
_LOWEST_MODIFIER = 22
"""Of the modifiers that are numbers; CPT's begin here."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One code with what goes with it; *system* is empty where it was not said."""

    code: str
    system: str = ""
    modifiers: tuple[str, ...] = ()
    units: int = 1


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line; *number* counts from 1."""

    number: int
    text: str
    fault: str

    @property
    def sentence(self) -> str:
        """For the person who typed it."""
        return f"Line {self.number} (“{_shortened(self.text)}”) {self.fault}"


def typed_lines(text: str) -> tuple[list[TypedLine], list[LineFault]]:
    """The lines of *text*, blank ones passed over, and what is wrong with any of them."""
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    lines: list[TypedLine] = []
    faults: list[LineFault] = []
    for number, row in enumerate(rows, 1):
        try:
            lines.append(typed_line(row))
        except ValueError as error:
            faults.append(LineFault(number, row, str(error)))
    return lines, faults


def typed_line(text: str) -> TypedLine:
    """One line: "E11.9", "hcpcs J0171 JW 3", "99213-25", "A4253,NU KX,2".

    The code set may be named first. A modifier has two characters; units are the other numbers.
    Two digits alone at the end may be either: below 22 they are units, on a code of CPT's form
    they are a modifier, else the writer is asked.

    Raises:
        ValueError: with what is wrong, going on from the line ("needs a code").
    """
    rest = text.strip().upper()
    system = ""
    if (named := _SYSTEM.match(rest)) is not None:
        system = system_of(named["system"]) or ""
        rest = rest[named.end() :]
    code, *words = [word for word in _BETWEEN.split(rest) if word] or [""]
    code, *attached = code.split("-")
    if not any(letter.isalnum() for letter in code):
        raise ValueError("needs a code at its beginning.")
    if len(code) > LONGEST_CODE:
        raise ValueError(f"begins with a code of more than {LONGEST_CODE} characters.")
    modifiers, units = _sorted_out([f"-{word}" for word in attached] + words, code)
    if len(modifiers) > MOST_MODIFIERS:
        raise ValueError(f"has more than {MOST_MODIFIERS} modifiers.")
    return TypedLine(code, system, tuple(modifiers), 1 if units is None else _counted(units))


def _sorted_out(words: list[str], code: str) -> tuple[list[str], str | None]:
    """The modifiers and the units, as written, among the *words* after *code*."""
    modifiers: list[str] = []
    units: str | None = None
    if len(words) > 1 and words[-1] in _UNIT_WORDS:
        words = [*words[:-2], f"{words[-2]}UNITS"]
    for place, word in enumerate(words, 1):
        last = place == len(words)
        if word.startswith("-"):
            if not _MODIFIER.fullmatch(word[1:]):
                raise ValueError(f"has “{_shortened(word)}”; a modifier has two characters.")
            modifiers.append(word[1:])
            continue
        if last and _is_either(word, code):
            raise ValueError(
                f"ends with {word}, which may be a modifier or a number of units. Write "
                f"“-{word}” for the modifier or “{word.strip('X')} units” for the units."
            )
        found = _units_in(word, last=last)
        if found is None and not _MODIFIER.fullmatch(word):
            raise ValueError(
                f"has “{_shortened(word)}”, which is neither a modifier of two characters nor a "
                "number of units."
            )
        if found is None:
            modifiers.append(word)
        elif units is not None:
            raise ValueError("has two numbers of units.")
        else:
            units = found
    return modifiers, units


def _units_in(word: str, *, last: bool) -> str | None:
    """The digits of the units that *word* says; None where it says none."""
    if (marked := _UNITS.fullmatch(word)) is not None:
        return next(digits for digits in marked.groups() if digits)
    if not (word.isascii() and word.isdigit()):
        return None
    if len(word) == 2 and not (last and int(word) < _LOWEST_MODIFIER):
        return None
    return word


def _is_either(word: str, code: str) -> bool:
    """Whether *word*, which ends a line, can be told neither from a modifier nor from units."""
    if not _MODIFIER.fullmatch(word):
        return False
    if word.startswith("X") and word[1].isdigit():
        return True
    return word.isdigit() and int(word) >= _LOWEST_MODIFIER and not is_cpt_form(code)


def _counted(digits: str) -> int:
    # Longer ones are too many whatever they say.
    units = int(digits) if len(digits) <= len(str(MOST_UNITS)) else MOST_UNITS + 1
    if not 1 <= units <= MOST_UNITS:
        raise ValueError(f"must have 1 to {MOST_UNITS:,} units.")
    return units


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
