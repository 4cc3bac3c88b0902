"""What a publisher's file names say about the release: "HCPC2026_APR_ANWEB.txt", April 2026."""

import re
from dataclasses import dataclass
from typing import Final

_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_MONTH: Final = re.compile(
    r"(?<![a-z])(jan(?:uary)?|apr(?:il)?|jul(?:y)?|oct(?:ober)?)(?![a-z])", re.IGNORECASE
)
_MONTHS: Final = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}


@dataclass(frozen=True, slots=True)
class NamedRelease:
    """A year, and the month (1, 4, 7 or 10) where the name has one."""

    year: int
    month: int | None


def parts_of(name: str) -> list[str]:
    """The names in *name*, innermost first: the file's, its archive's, its folders'."""
    return [part for part in re.split(r"[/!]", name)[::-1] if part]


def named_release(name: str) -> NamedRelease | None:
    """The release that *name* ("2026/april.zip!order_2026.txt") states; None if it states no year.

    The innermost name with a year decides. Publishers put the month on the archive only
    ("april-1-2026-order-file.zip!icd10pcs_order_2026.txt"), so it may come from any name that
    does not speak of another year. A name with two years says nothing.
    """
    parts = parts_of(name)
    year = next((year for part in parts if (year := _only_year(part))), None)
    if year is None:
        return None
    for part in parts:
        if _only_year(part) in (None, year) and (month := _only_month(part)):
            return NamedRelease(year, month)
    return NamedRelease(year, None)


def _only_year(part: str) -> int | None:
    years = set(_YEAR.findall(part))
    return int(years.pop()) if len(years) == 1 else None


def _only_month(part: str) -> int | None:
    months = {_MONTHS[found[:3].lower()] for found in _MONTH.findall(part)}
    return months.pop() if len(months) == 1 else None
