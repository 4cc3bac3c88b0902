"""Which codes may be kept: Level II always, CPT only under a licence, dental codes never."""

import re
from dataclasses import dataclass
from typing import Final

from lookup.cpt.licence import CODE, is_cpt_form

_LEVEL_II: Final = re.compile(r"[A-CE-V]\d{4}")
_MODIFIER: Final = re.compile(r"(?!P[1-6])[A-Z][0-9A-Z]")
_CPT_IN_TEXT: Final = re.compile(rf"(?:\bCPT (?:code )?)?\b{CODE}\b")
_MASK: Final = "a CPT code (not loaded)"


@dataclass(frozen=True, slots=True)
class Gate:
    """Keeps CPT-numbered rows only when the site is *licensed*."""

    licensed: bool

    def keeps(self, code: str) -> bool:
        """Whether a row about *code* may be kept."""
        return is_level_ii(code) or (self.licensed and is_cpt_form(code))

    def text(self, text: str) -> str:
        """*text* without CPT numbers, unless licensed."""
        return text if self.licensed else _CPT_IN_TEXT.sub(_MASK, text)


def is_level_ii(code: str) -> bool:
    """Whether *code* has the form of a Level II code other than a dental one."""
    return _LEVEL_II.fullmatch(code) is not None


def is_level_ii_modifier(modifier: str) -> bool:
    """Whether *modifier* is CMS's own: two characters with a letter first, not P1 to P6."""
    return _MODIFIER.fullmatch(modifier) is not None
