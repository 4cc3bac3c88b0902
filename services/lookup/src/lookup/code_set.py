"""What every code set can do; each one does it in a package of its own.

Adding a code set means adding a package beside ``icd10cm`` with a class like this one, a part
of the build beside ``build/icd10cm``, and a line in ``reader.py`` and ``build/parts.py``.
"""

from collections.abc import Collection
from typing import Protocol

from lookup.browsing import Browsed
from lookup.content import Page
from lookup.facts import Code, Release


class CodeSet(Protocol):
    """One code set of one catalog, read through one connection."""

    def page(self, code: Code, release: Release, only: Collection[str]) -> Page:
        """Everything known about *code* in *release*; only the sections named, all for none."""

    def browse(self, release: Release, place: str) -> Browsed:
        """The place of the hierarchy that *place* names; the whole set for an empty one.

        Raises:
            Refused: when there is no such place.
        """
