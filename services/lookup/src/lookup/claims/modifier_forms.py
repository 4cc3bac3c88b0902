"""What a modifier is by its form."""

import re
from typing import Final

_LEVEL_II: Final = re.compile(r"(?!P[1-6])[A-Z][0-9A-Z]")
_AMBULANCE_PLACE: Final = frozenset("DEGHIJNPRSX")


def is_cpt_modifier(modifier: str) -> bool:
    """Whether *modifier* belongs to CPT: digits, a digit and a letter, or P1 to P6."""
    return _LEVEL_II.fullmatch(modifier) is None


def is_ambulance_route(modifier: str, key: str) -> bool:
    """Whether *modifier* may tell origin and destination on the ambulance code *key*.

    Those are made of two letters, one for each place, and no list names all of them.
    """
    return key.startswith("A0") and len(key) == 5 and _AMBULANCE_PLACE.issuperset(modifier)
