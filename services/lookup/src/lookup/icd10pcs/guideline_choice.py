"""Which paragraphs of the Official Guidelines bear on a code, by the meaning of its characters."""

from collections.abc import Iterator, Sequence
from typing import Final

from lookup.icd10pcs.axes import TABLE_LENGTH
from lookup.icd10pcs.facts import Axis

_ALWAYS: Final = ("A8", "A11", "F")
_OPERATION_ALWAYS: Final = ("B3.1a", "B3.1b", "B3.2", "B3.3")
_BY_OPERATION: Final = {
    "1": ("B3.6a",),
    "3": ("B3.7",),
    "6": ("B3.19",),
    "8": ("B3.14",),
    "9": ("B3.4a", "B3.4b", "B6.2"),
    "B": ("B3.4a", "B3.4b", "B3.5", "B3.8", "B3.9", "B3.18"),
    "D": ("B3.4a", "B3.4b", "B3.5"),
    "G": ("B3.10a", "B3.10b", "B3.10c"),
    "J": ("B3.11a", "B3.11b", "B3.11c", "B3.5"),
    "L": ("B3.12",),
    "N": ("B3.13", "B3.14"),
    "Q": ("B3.5",),
    "R": ("B3.18",),
    "S": ("B3.15",),
    "T": ("B3.8", "B3.18"),
    "V": ("B3.12",),
    "X": ("B3.17",),
    "Y": ("B3.16",),
    "2": ("B6.1c",),
    "P": ("B6.1c",),
    "W": ("B6.1c",),
}
"""Section 0, by the root operation."""
_ONLY_IN: Final = {
    "B3.5": "HJKLMNPQRS",
    "B3.10a": "RS",
    "B3.10b": "RS",
    "B3.10c": "RS",
    "B3.12": "23456",
    "B3.15": "NPQ",
}
"""Paragraphs that are about some body systems only."""
_VESSELS: Final = frozenset("3456")
_REGIONS: Final = frozenset("WXY")
_APPROACHES: Final = {
    "0": ("B5.2a",),
    "4": ("B5.2b",),
    "3": ("B5.4",),
    "X": ("B5.3a", "B5.3b"),
}


def guidelines_for(axes: Sequence[Axis]) -> list[str]:
    """Numbers of the paragraphs, those nearest to the code first; each once."""
    return list(dict.fromkeys((*_of_section(axes), *_ALWAYS)))


def _of_section(axes: Sequence[Axis]) -> Iterator[str]:
    section, operation = axes[0].character, axes[TABLE_LENGTH - 1].character
    if section == "0":
        yield from _surgical(axes)
    elif section == "1":
        yield from ("C1", "C2", "B3.2", "B3.1a")
    elif section + operation == "32":
        yield "B3.16"
    elif section + operation == "31":
        yield "B6.1c"
    elif section + operation == "23":
        yield "B3.15"


def _surgical(axes: Sequence[Axis]) -> Iterator[str]:
    system, part = axes[1].character, axes[TABLE_LENGTH]
    yield from _operation(system, axes[TABLE_LENGTH - 1].character, part)
    yield from _part(system, part)
    yield from _APPROACHES.get(axes[TABLE_LENGTH + 1].character, ())
    if not axes[TABLE_LENGTH + 2].says_nothing:
        yield from ("B6.1a", "B6.1b")
    yield from _OPERATION_ALWAYS
    if system in _REGIONS:
        yield "B2.1a"
    if system in "3456KL":
        yield "B2.1b"
    yield from ("B4.1a", "B4.1b")


def _operation(system: str, operation: str, part: Axis) -> Iterator[str]:
    if operation == "1" and (part.label or "").startswith("Coronary Artery"):
        yield from ("B3.6b", "B3.6c", "B3.9")
        return
    for number in _BY_OPERATION.get(operation, ()):
        if system in _ONLY_IN.get(number, system):
            yield number


def _part(system: str, part: Axis) -> Iterator[str]:
    label = part.label or ""
    if system in _VESSELS or system == "2":
        yield from ("B4.1c", "B4.2")
    if label.endswith((", Left", ", Right", ", Bilateral")):
        yield "B4.3"
    if label.startswith("Coronary Artery"):
        yield "B4.4"
    if system in "LM":
        yield "B4.5"
    if system in "HJ":
        yield "B4.6"
    if system in "KLMHJ" and ("Hand" in label or "Foot" in label):
        yield "B4.7"
    if "Intestinal Tract" in label:
        yield "B4.8"
