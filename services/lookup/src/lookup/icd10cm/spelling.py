"""How ICD-10-CM prints its codes."""

import re

# A category is a letter and two characters of which one at least is a digit: E11, M1A, QA0.
CATEGORY = r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])"
CODE = rf"{CATEGORY}(?:\.[0-9A-Z]{{1,4}})?"
"""Pattern of a code as printed."""

_CODE = re.compile(CODE)


def is_published_form(text: str) -> bool:
    """Whether *text* is written as ICD-10-CM prints codes: "E11.9", "W19.XXXA"."""
    return _CODE.fullmatch(text) is not None
