"""How codes are spelled by people: the key they are found by."""

import re

_IGNORED = re.compile(
    r"[\s.\u2024\u3002\uff0e\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)


def code_key(text: str) -> str:
    """The key of a spelling: capitals and digits only, "e11.9 " gives "E119".

    Blanks, dots and invisible formatting marks do not count; anything else stays, so that what
    is no code does not become one.
    """
    return _IGNORED.sub("", text).upper()


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
