"""What can be said against texts only by who knows the codes: the builder of a catalog."""

import re
from collections.abc import Callable, Iterable

from lookup.packs.pack_text import Fault, PackText

type Exists = Callable[[str, str], bool]
"""Whether a system has a code, spelled as it prints it."""

type OfficialText = Callable[[str, str], str | None]
"""The official descriptor of a code; None when none is loaded."""

_OWN_WORDS = 15
"""Distinct words that a text must add to the official ones to count as a text of its own."""

_WORD = re.compile(r"\w+")


def unknown_codes(texts: Iterable[PackText], exists: Exists) -> list[Fault]:
    """A fault for each text about a code that no loaded release has."""
    return [
        Fault(
            text.file,
            text.line,
            f"no loaded release of {text.system} has the code {text.code}; mend the code, or "
            "take the text out",
        )
        for text in texts
        if not exists(text.system, text.code)
    ]


def repeated_titles(texts: Iterable[PackText], official: OfficialText) -> list[Fault]:
    """A fault for each text that says little more than the official descriptor."""
    faults = []
    for text in texts:
        title = official(text.system, text.code)
        if title is None:
            continue
        own = _words(" ".join(text.paragraphs)) - _words(title) - _words(text.code)
        if len(own) < _OWN_WORDS:
            faults.append(
                Fault(
                    text.file,
                    text.line,
                    f"only repeats the official text of {text.code}; say in plain words what "
                    "the code stands for",
                )
            )
    return faults


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}
