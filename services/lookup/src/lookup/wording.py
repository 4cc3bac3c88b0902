"""Phrases that pages of every code set share."""

from collections.abc import Sequence
from datetime import date

from lookup.facts import Release


def searched(release: Release, what: str) -> str:
    """That a release was searched and lists none of *what*."""
    return f"The {release.name} release was searched; it lists no {what}."


def listed(parts: Sequence[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joint} {parts[-1]}"


def counted(number: int, one: str, many: str) -> str:
    """ "1 code", "3 codes", "1,234 codes"."""
    return f"{number:,} {one if number == 1 else many}"


def validity(release: Release) -> str:
    """When the release applies, for people."""
    return f"for encounters and discharges from {day(release.effective)} to {day(release.expires)}"


def day(of: date) -> str:
    """A day of the calendar in running text, "April 1, 2026"."""
    return f"{of:%B} {of.day}, {of.year}"
