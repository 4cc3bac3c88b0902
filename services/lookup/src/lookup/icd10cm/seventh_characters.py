"""7th characters: how codes take them, which level's rule holds, and which are barred."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lookup.icd10cm.facts import Extension, SeventhCharacterRule
from lookup.icd10cm.spelling import CATEGORY

_LENGTH = 7
_BAR = re.compile(
    r"7th characters? (?P<sevenths>[0-9A-Z](?:(?:,? and |,? or |, )[0-9A-Z])*) "
    rf"do(?:es)? not apply to codes in category (?P<category>{CATEGORY}) "
    r"with 6th characters? (?P<sixths>.+)"
)
_SIXTH = re.compile(r"(?:^|,? or |, )([0-9A-Z])(?= -|\.|,|$| or )")


def extended_code(stem: str, character: str) -> str:
    """The code that *character* makes of *stem*, X filling the places between.

    "W19" and "A" give "W19.XXXA"; the X placeholders are part of the code.
    """
    key = stem.replace(".", "").ljust(_LENGTH - 1, "X")
    return f"{key[:3]}.{key[3:]}{character}"


def placeholders(stem: str) -> int:
    """How many X's a 7th character needs before it on *stem*."""
    return _LENGTH - 1 - len(stem.replace(".", ""))


def extended_title(title: str, extension: Extension) -> str:
    """Title of the code with its 7th character spelled out."""
    return f"{title}, {extension.meaning}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A note's ban: these 7th characters never follow these 6th ones in a category."""

    category: str
    sixths: frozenset[str]
    sevenths: frozenset[str]

    def forbids(self, stem: str, character: str) -> bool:
        """Whether *character* may not be added to *stem*."""
        key = stem.replace(".", "")
        return (
            character in self.sevenths
            and key.startswith(self.category)
            and len(key) == _LENGTH - 1
            and key[-1] in self.sixths
        )


def bar_in(note: str) -> Bar | None:
    """The bar that *note* states, if it states one."""
    match = _BAR.search(note)
    if match is None:
        return None
    sevenths = frozenset(re.findall(r"\b[0-9A-Z]\b", match["sevenths"]))
    return Bar(match["category"], frozenset(_SIXTH.findall(match["sixths"])), sevenths)


def applicable(stem: str, extensions: Iterable[Extension], bars: Iterable[Bar]) -> list[Extension]:
    """The 7th characters that *stem* takes, those that are barred left out."""
    standing = list(bars)
    return [
        extension
        for extension in extensions
        if not any(bar.forbids(stem, extension.character) for bar in standing)
    ]


def rule_in_force(rules_outward: Sequence[SeventhCharacterRule]) -> SeventhCharacterRule | None:
    """The rule that holds where several levels have one: the innermost.

    A lower level may narrow a higher one: S52 has sixteen 7th characters, S52.52 only six.
    """
    return rules_outward[0] if rules_outward else None
