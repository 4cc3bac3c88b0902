"""What an account keeps for itself: marked codes with notes, and past searches."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

LONGEST_NOTE: Final = 2_000
LONGEST_QUERY: Final = 500
LONGEST_CODE: Final = 32
LONGEST_SYSTEM: Final = 32
MOST_FAVOURITES: Final = 1_000
MOST_SEARCHES: Final = 100


class NotebookInvalid(Exception):  # noqa: N818 - it is an answer
    """A request that makes no sense; *violations* name each field that is wrong and why."""

    def __init__(self, **violations: str) -> None:
        super().__init__(", ".join(violations))
        self.violations = violations


class NotebookFull(Exception):  # noqa: N818 - it is an answer
    """There are as many marks as an account may have."""


class AccountUnknown(Exception):  # noqa: N818 - it is an answer
    """There is no such account."""


@dataclass(frozen=True, slots=True)
class Favourite:
    """A marked code with its owner's note."""

    system: str
    code: str
    note: str = field(repr=False)
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class PastSearch:
    """What was searched for, in which system (empty for all), and when last."""

    query: str = field(repr=False)
    system: str
    searched_at: datetime


def favourite(system: str, code: str, note: str, now: Callable[[], datetime]) -> Favourite:
    """A mark as it may be kept.

    Raises:
        NotebookInvalid: naming what is wrong.
    """
    violations = {
        **_text_fault("system", system, LONGEST_SYSTEM, needed=True),
        **_text_fault("code", code, LONGEST_CODE, needed=True),
        **_text_fault("note", note, LONGEST_NOTE, needed=False),
    }
    if violations:
        raise NotebookInvalid(**violations)
    return Favourite(system, code, note, now())


def past_search(query: str, system: str, now: Callable[[], datetime]) -> PastSearch:
    """A search as it may be kept; blanks do not tell two apart.

    Raises:
        NotebookInvalid: naming what is wrong.
    """
    query = " ".join(query.split())
    violations = {
        **_text_fault("query", query, LONGEST_QUERY, needed=True),
        **_text_fault("system", system, LONGEST_SYSTEM, needed=False),
    }
    if violations:
        raise NotebookInvalid(**violations)
    return PastSearch(query, system, now())


def _text_fault(name: str, text: str, longest: int, *, needed: bool) -> dict[str, str]:
    if needed and not text:
        return {name: "must not be empty"}
    if len(text) > longest:
        return {name: f"must be at most {longest:,} characters long"}
    if "\0" in text:
        return {name: "must not hold a zero character"}
    return {}
