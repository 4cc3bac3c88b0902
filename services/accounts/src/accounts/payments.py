"""What payment providers tell, in words that are no provider's own."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class SignatureRefused(Exception):  # noqa: N818 - it is the answer
    """What was sent does not prove to come from the provider, or is too old."""


class EventMalformed(Exception):  # noqa: N818 - it is the answer
    """It comes from the provider and cannot be read."""


class Kind(enum.Enum):
    """What an event tells."""

    BOUGHT = enum.auto()
    """An account has become a customer."""
    SUBSCRIBED = enum.auto()
    """A subscription is in force, for what it now pays."""
    ENDED = enum.auto()
    """A subscription is not in force any more."""
    OTHER = enum.auto()
    """Nothing that concerns plans."""


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """One event of a provider; what it does not tell is empty.

    *type* is the provider's own word. *created_at* is by the provider's clock, UTC. *prices* are
    what is paid for. Whatever else the provider sent is never kept.
    """

    id: str
    type: str
    created_at: datetime
    kind: Kind
    account_id: str = ""
    customer_id: str = ""
    subscription_id: str = ""
    prices: tuple[str, ...] = ()


class PaymentProvider(Protocol):
    """Reads what one provider sends. Another provider is another module with such a class."""

    def verify(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        """The event in *body*; *headers* have names in lower case.

        Raises:
            SignatureRefused: when the provider's signature is not good for it now.
            EventMalformed: when it is good and the event cannot be read.
        """
        ...
