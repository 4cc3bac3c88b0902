"""What a place of a code set's hierarchy shows, whichever set it is."""

from dataclasses import dataclass

from lookup.content import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """What lies right below a place, and how many codes that can be reported it holds."""

    place: Place
    billable: bool
    billable_count: int


@dataclass(frozen=True, slots=True)
class Browsed:
    """A place of the hierarchy.

    *place* is None for the whole set. A range that the set does not publish has a place without
    kind and title. *ancestors* hold it, outermost first.
    """

    place: Place | None
    ancestors: tuple[Place, ...]
    entries: tuple[Entry, ...]
