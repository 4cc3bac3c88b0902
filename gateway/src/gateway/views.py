"""What pages need to know of whoever looks and of what metering answered. Values, no plumbing."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


class Unlock(enum.StrEnum):
    """What opens what is locked."""

    REGISTER = "REGISTER"
    """A free account."""
    UPGRADE = "UPGRADE"
    """A larger plan."""
    RETRY = "RETRY"
    """Nothing but time: it could not be known what may be shown."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking.

    *kind* ``unresolved`` is a visitor with a session that could not be checked: neither a guest
    nor an account until it can be. *plan* is the key of the plan in force.
    """

    kind: Literal["guest", "account", "unresolved"]
    plan: str
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What metering answered for one view of one page.

    *unlocked* holds section keys. *denied*: the wall. *degraded*: nobody could be asked, so
    *limit*, *remaining* and *reset_time* (UTC) say nothing. Otherwise *limit* and *remaining* are
    None for a plan without limit. *unlock* is what opens the sections that stay locked, or the
    page itself when it is denied. *crowded*: denied to a new guest, as their network has brought
    too many today; *reset_time* is when it may again.
    """

    unlocked: frozenset[str]
    denied: bool
    degraded: bool
    unlock: Unlock | None
    limit: int | None
    remaining: int | None
    reset_time: datetime | None
    plan: str
    crowded: bool = False

    @property
    def way_out(self) -> Unlock:
        """What opens what is locked, also where metering named nothing."""
        if self.unlock is not None:
            return self.unlock
        if self.degraded:
            return Unlock.RETRY
        return Unlock.REGISTER if self.plan == "guest" else Unlock.UPGRADE
