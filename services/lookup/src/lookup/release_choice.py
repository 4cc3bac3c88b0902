"""Which loaded release answers for a code system on a date of service."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from lookup.facts import Release
from lookup.refusals import Reason, Refused
from lookup.systems import NAMES

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(on: str) -> date | None:
    """The date of service; None for an empty *on*, which means the newest release.

    Raises:
        Refused: when it is no ISO 8601 date.
    """
    if not on:
        return None
    try:
        if _DAY.fullmatch(on):
            return date.fromisoformat(on)
    except ValueError:
        pass
    raise Refused(Reason.DATE_MALFORMED, "on", "must be a day of the calendar like 2026-04-01")


def check_system(system: str, field: str = "system") -> None:
    """See that *system* is one of the code systems.

    Raises:
        Refused: when it is not.
    """
    if system not in NAMES:
        raise Refused(Reason.SYSTEM_UNKNOWN, field, f"must be one of {', '.join(NAMES)}")


def release_for(releases: Iterable[Release], system: str, day: date | None) -> Release:
    """The newest of *releases* for *system*, or the one that covers *day*.

    Raises:
        Refused: when the system is unknown or not loaded, or no release covers the day.
    """
    check_system(system)
    held = [release for release in releases if release.system == system]
    if not held:
        raise Refused(
            Reason.CODE_SET_NOT_LOADED, "system", f"{NAMES[system]} is not loaded; nothing is known"
        )
    if day is None:
        return held[0]
    for release in held:
        if release.covers(day):
            return release
    raise not_known(held, day)


def releases_to_search(
    releases: Sequence[Release], systems: Sequence[str], day: date | None
) -> list[Release]:
    """One release for each of *systems* that is loaded, for all that are when none is named.

    Raises:
        Refused: when a system is unknown, none of them is loaded, or no release covers the day.
    """
    for system in systems:
        check_system(system, "systems")
    wanted = set(systems)
    held = [release for release in releases if not wanted or release.system in wanted]
    if not held:
        names = ", ".join(NAMES[system] for system in dict.fromkeys(systems))
        raise Refused(Reason.CODE_SET_NOT_LOADED, "systems", f"{names}: not loaded")
    chosen: dict[str, Release] = {}
    for release in held:
        if day is None or release.covers(day):
            chosen.setdefault(release.system, release)
    if not chosen:
        assert day is not None
        raise not_known(held, day)
    return list(chosen.values())


def not_known(held: Sequence[Release], day: date) -> Refused:
    """The refusal for a *day* that none of the releases covers."""
    spans = "; ".join(f"{r.name}: {r.effective} to {r.expires}" for r in held)
    return Refused(
        Reason.NOT_KNOWN_FOR_DATE, "on", f"{day} is not covered by what is loaded ({spans})"
    )
