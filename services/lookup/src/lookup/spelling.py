"""How codes are spelled: the key they are found by, and the spelling they are published in."""

import re

# A category is a letter and two characters of which one at least is a digit: E11, M1A, QA0.
CATEGORY = r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])"
CODE = rf"{CATEGORY}(?:\.[0-9A-Z]{{1,4}})?"
"""Pattern of a code as printed."""

_CODE = re.compile(CODE)
_IGNORED = re.compile(
    r"[\s.\u2024\u3002\uff0e\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_KEY_START = re.compile(rf"[A-Z][0-9A-Z]?|{CATEGORY}[0-9A-Z]{{0,4}}")


def is_published_form(text: str) -> bool:
    """Whether *text* is written as ICD-10-CM prints codes: "E11.9", "W19.XXXA"."""
    return _CODE.fullmatch(text) is not None


def code_key(text: str) -> str:
    """The key of a spelling: capitals and digits only, "e11.9 " gives "E119".

    Blanks, dots and invisible formatting marks do not count; anything else stays, so that what
    is no code does not become one.
    """
    return _IGNORED.sub("", text).upper()


def may_begin_code(key: str) -> bool:
    """Whether *key* has the form of an ICD-10-CM code or of the beginning of one."""
    return key.isascii() and _KEY_START.fullmatch(key) is not None


def distance(left: str, right: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) between two keys, *limit* + 1 at most."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before_last, last = last, row
    return last[-1]
