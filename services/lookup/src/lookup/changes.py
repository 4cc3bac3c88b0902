"""What a release changed against the one before it, from how codes read in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lookup.facts import Code, Release


class ChangeKind(StrEnum):
    """Ways in which a code can change."""

    ADDED = "added"
    RETURNED = "returned"
    """Earlier releases had it, the one before this did not."""
    ENDED = "ended"
    REVISED = "revised"
    """It reads otherwise, or can be reported where it could not, or the other way round."""


@dataclass(frozen=True, slots=True)
class Change:
    """One code that changed: as it reads now, or as it last read when it *ended*.

    *before* is how a revised one read, empty for the others.
    """

    kind: ChangeKind
    code: Code
    before: str = ""


def change_on(stretches: Iterable[Code], day: date) -> Change | None:
    """What happened on *day*, on which a release begins, to the code that has *stretches*.

    *stretches* are in order of time and reach back to what is loaded, which must be more than
    the release that begins on *day*.
    """
    earlier: Code | None = None
    for stretch in stretches:
        if stretch.effective == day:
            if earlier is None:
                return Change(ChangeKind.ADDED, stretch)
            if earlier.expires + timedelta(days=1) == day:
                return Change(ChangeKind.REVISED, stretch, earlier.title)
            return Change(ChangeKind.RETURNED, stretch)
        if stretch.effective > day:
            break
        earlier = stretch
    if earlier is not None and earlier.expires + timedelta(days=1) == day:
        return Change(ChangeKind.ENDED, earlier)
    return None


def release_before(releases: Iterable[Release], release: Release) -> Release | None:
    """The release of the same system that *release* follows without a gap, if it is loaded."""
    return next(
        (
            other
            for other in releases
            if other.system == release.system
            and other.expires + timedelta(days=1) == release.effective
        ),
        None,
    )
