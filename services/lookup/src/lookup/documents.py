"""What may be searched of a code: public texts only, as every code set hands them over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum


class AliasField(StrEnum):
    """Where a further text by which a code may be found comes from."""

    INCLUSION_TERM = "inclusion_term"
    AXIS = "axis"
    """Words of a procedure code's seven characters."""
    EXPANDED = "expanded"
    """A descriptor with its abbreviations spelled out, or another length of it."""
    INDEX = "index"
    """An entry of the Alphabetic Index, the Table of Drugs or the Neoplasm table."""
    GROUP = "group"
    """The name of a group that holds the code: CCSR, a section, a category."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A text by which a code may be found, besides its title."""

    field: AliasField
    text: str


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One code as it reads from *effective* to *expires*, both included.

    *stem* is the code that a 7th character was added to, empty for others; *chapter* the
    outermost place that holds the code ("4", "0", "J"); *default* says that the code is what
    is meant when nothing more is said ("E11.9" of E11).
    """

    system: str
    code: str
    title: str
    billable: bool
    effective: date
    expires: date
    stem: str = ""
    chapter: str = ""
    default: bool = False
    aliases: tuple[Alias, ...] = field(default=())


def joined(documents: Iterable[SearchDocument]) -> Iterator[SearchDocument]:
    """*documents* with stretches that follow one another and read the same made one.

    Those of one code must come in order of time, one after the other.
    """
    last: SearchDocument | None = None
    for document in documents:
        if last is not None:
            same = replace(last, expires=document.expires, effective=document.effective) == document
            if same and last.expires + timedelta(days=1) == document.effective:
                last = replace(last, expires=document.expires)
                continue
            yield last
        last = document
    if last is not None:
        yield last
