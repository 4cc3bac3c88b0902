"""Names of plans: keys of the plan file, which is metering's to know."""

import re
from typing import Final

FREE: Final = "free"
"""The plan of an account that nobody pays for."""

_PLAN: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NOT_HELD: Final = "guest"


def plan_of(text: str) -> str:
    """Read the key of a plan. Whether there is such a plan is metering's to know.

    Raises:
        ValueError: when an account cannot hold it.
    """
    if not _PLAN.fullmatch(text):
        raise ValueError("a plan is a key of the plan file: a-z, 0-9 and _, at most 40 characters")
    if text == _NOT_HELD:
        raise ValueError("guest is the plan of those who have no account")
    return text
