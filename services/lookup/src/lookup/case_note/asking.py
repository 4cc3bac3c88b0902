"""Questions to the search engine: none asked twice for a note, and no more than a bound."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from lookup.finder.finder import Finder, Hit
from lookup.spelling import code_key
from lookup.systems import ICD_10_CM

_HITS: Final = 18
_FAMILY: Final = 1500
_CATEGORY: Final = 3


class Asker:
    """Asks one search engine for one note."""

    def __init__(self, finder: Finder, days: Mapping[str, date], most: int) -> None:
        self._finder = finder
        self._diagnoses = {system: day for system, day in days.items() if system == ICD_10_CM}
        self._others = {system: day for system, day in days.items() if system != ICD_10_CM}
        self._left = most
        self._answers: dict[tuple[str, bool], tuple[Hit, ...]] = {}
        self._families: dict[str, tuple[Hit, ...]] = {}

    @property
    def has_diagnoses(self) -> bool:
        """Whether diagnoses are searched."""
        return bool(self._diagnoses)

    @property
    def has_others(self) -> bool:
        """Whether anything but diagnoses is searched."""
        return bool(self._others)

    def hits(self, text: str, *, diagnoses: bool = True) -> tuple[Hit, ...]:
        """Codes that fit *text*, best first; none once too much was asked."""
        known = self._answers.get((text, diagnoses))
        if known is not None:
            return known
        days = self._diagnoses if diagnoses else self._others
        if self._left < 1 or not days or not text:
            return ()
        self._left -= 1
        found = self._finder.search(text, days, offset=0, limit=_HITS).hits
        self._answers[text, diagnoses] = found
        return found

    def family(self, code: str) -> tuple[Hit, ...]:
        """The diagnoses of the category that holds *code*, 7th characters aside, in order."""
        category = code[:_CATEGORY]
        known = self._families.get(category)
        if known is None:
            known = self._listed(category)
            self._families[category] = known
        return known

    def extensions(self, code: str) -> tuple[Hit, ...]:
        """The diagnoses that a 7th character makes of *code*; empty when it takes none."""
        length = len(code_key(code))
        listed = self._families.get(code)
        if listed is None:
            listed = self._listed(code)
            self._families[code] = listed
        return (
            tuple(hit for hit in listed if len(code_key(hit.code)) == 7 and hit.code != code)
            if length < 7 and listed and listed[0].code == code
            else ()
        )

    def _listed(self, code: str) -> tuple[Hit, ...]:
        if self._left < 1:
            return ()
        self._left -= 1
        found = self._finder.search(code, self._diagnoses, offset=0, limit=_FAMILY).hits
        return tuple(hit for hit in found if hit.code.startswith(code))
