"""The balance of one holder and action: what is charged, set aside and remembered of it."""

import enum
import hashlib
from dataclasses import dataclass

from metering.decision import Subject

DIGEST_BYTES = 8
"""How long a digest is: of a few hundred, two are the same once in 10^14 times."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose balance of which *action* it is."""

    subject: Subject
    action: str


class Kind(enum.Enum):
    """What can happen to units: set aside, charged, or gone back uncharged."""

    RESERVED = "reserved"
    SETTLED = "settled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reservation:
    """*units* set aside until *expires_ms* for what has the digest *resource*."""

    id: str
    units: int
    expires_ms: int
    resource: bytes


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of one period, named by *key* and *start_ms*; *ends_ms* is the moment after it.

    *limit* are the units of the largest *plan* held within it, None when unlimited; *resources*
    are digests of what was charged, the oldest first.
    """

    key: str
    start_ms: int
    ends_ms: int
    limit: int | None
    plan: str
    settled: int = 0
    open: tuple[Reservation, ...] = ()
    resources: tuple[bytes, ...] = ()

    @property
    def reserved(self) -> int:
        """Units of open reservations."""
        return sum(reservation.units for reservation in self.open)


@dataclass(frozen=True, slots=True)
class Request:
    """A request, by its digest, the reservation it got, and what became of that."""

    digest: bytes
    reservation: str
    kind: Kind = Kind.RESERVED
    units: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What the ledger says of one holder and action, as of *clock_ms*.

    *reserved*, *settled* and *expired* are all units that ever were; reserved is settled and
    expired and :attr:`open` together. An *erased* holder gets nothing more.
    """

    clock_ms: int = 0
    reserved: int = 0
    settled: int = 0
    expired: int = 0
    tallies: tuple[Tally, ...] = ()
    requests: tuple[Request, ...] = ()
    erased: bool = False

    @property
    def open(self) -> int:
        """Units of open reservations."""
        return sum(tally.reserved for tally in self.tallies)


@dataclass(frozen=True, slots=True)
class Change:
    """*units* of *reservation* to which something of a *kind* happened, counted in *tally*."""

    kind: Kind
    reservation: str
    units: int
    tally: Tally


def digest(*words: str) -> bytes:
    """A few bytes that stand for *words*: the ledger has no need of the words themselves."""
    return hashlib.blake2b("\n".join(words).encode(), digest_size=DIGEST_BYTES).digest()


def next_expiry(balance: Balance) -> int | None:
    """When the next open reservation expires; None when there is none."""
    moments = [each.expires_ms for tally in balance.tallies for each in tally.open]
    return min(moments, default=None)
