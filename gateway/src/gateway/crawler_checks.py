"""Whether a request comes from the crawler that it says to come from.

Anybody can write the name of a crawler. Its operator alone decides what its addresses are called,
and what address that name has: so an address is looked up, the name must lie in the operator's
domain, and looking that up must lead back to the address.
"""

import asyncio
import enum
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

from gateway.crawlers import Operator, host_name, is_within, operator_claimed
from gateway.networks import Address, address_of
from gateway.responses import Scope, header
from servicekit.metrics import Counter

ASKED = Counter(
    "gateway_crawlers_total",
    "Code pages asked for in a crawler's name, by whether that was true; unchecked: not known yet.",
    ["operator", "outcome"],
)

_CHECK_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 0.25
"""A request waits so long for a check; then it is a guest's, and the next one finds it done."""
_AT_ONCE: Final = 8
_CAPACITY: Final = 10_000


class ResolverAway(Exception):  # noqa: N818 - it names a state, not a mistake
    """DNS could not answer now."""


class Resolver(Protocol):
    """DNS. Raises :class:`ResolverAway` when it cannot answer now."""

    async def name_of(self, address: Address) -> str:
        """The name of *address*, as its owner wrote it; empty when it has none."""
        ...

    async def addresses_of(self, name: str) -> frozenset[Address]:
        """All addresses that *name* has."""
        ...


class Outcome(enum.StrEnum):
    """What became of a check."""

    VERIFIED = "verified"
    REFUSED = "refused"
    UNCHECKED = "unchecked"


_HELD_SECONDS: Final = {
    Outcome.VERIFIED: 86_400.0,
    Outcome.REFUSED: 3_600.0,
    # Until DNS is back.
    Outcome.UNCHECKED: 60.0,
}

type _Key = tuple[str, Address]


class Crawlers:
    """Knows verified crawlers. A few checks run at once; what they say is held in memory only.

    *proxies* of ours are in front, *capacity* claims are held of either kind, *clock* is
    monotonic, in seconds.
    """

    def __init__(
        self,
        resolver: Resolver,
        *,
        proxies: int,
        capacity: int = _CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolver = resolver
        self._proxies = proxies
        self._clock = clock
        # Apart, so that claims that are made up cannot drive out those that are true.
        self._verified = _Remembered(capacity)
        self._others = _Remembered(capacity)
        self._checking: dict[_Key, asyncio.Task[Outcome]] = {}

    async def is_one(self, scope: Scope) -> bool:
        """Whether a verified crawler makes the request of *scope*.

        Who cannot be checked now, or not soon, is none.
        """
        operator = operator_claimed(header(scope, b"user-agent"))
        if operator is None:
            return False
        outcome = await self._outcome(operator, address_of(scope, self._proxies))
        ASKED.labels(operator.key, outcome.value).inc()
        return outcome is Outcome.VERIFIED

    async def _outcome(self, operator: Operator, address: Address | None) -> Outcome:
        if address is None or not address.is_global:
            return Outcome.REFUSED
        key = (operator.key, address)
        for remembered in (self._verified, self._others):
            if (held := remembered.get(key, self._clock())) is not None:
                return held
        check = self._checking.get(key)
        if check is None:
            if len(self._checking) >= _AT_ONCE:
                return Outcome.UNCHECKED
            check = asyncio.create_task(self._check(key, operator))
            self._checking[key] = check
            check.add_done_callback(lambda _done: self._checking.pop(key, None))
        # The check goes on, whether or not this request waits to its end.
        await asyncio.wait({check}, timeout=_PATIENCE_SECONDS)
        return check.result() if check.done() else Outcome.UNCHECKED

    async def _check(self, key: _Key, operator: Operator) -> Outcome:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                true = await self._leads_there_and_back(key[1], operator)
            outcome = Outcome.VERIFIED if true else Outcome.REFUSED
        except (ResolverAway, TimeoutError):
            outcome = Outcome.UNCHECKED
        remembered = self._verified if outcome is Outcome.VERIFIED else self._others
        remembered.put(key, outcome, self._clock() + _HELD_SECONDS[outcome])
        return outcome

    async def _leads_there_and_back(self, address: Address, operator: Operator) -> bool:
        name = host_name(await self._resolver.name_of(address))
        if not is_within(name, operator.domains):
            return False
        return address in await self._resolver.addresses_of(name)


class _Remembered:
    """Outcomes by claim, the one not asked about for longest forgotten first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held: OrderedDict[_Key, tuple[Outcome, float]] = OrderedDict()

    def get(self, key: _Key, now: float) -> Outcome | None:
        outcome, until = self._held.get(key, (None, 0.0))
        if outcome is None:
            return None
        if until <= now:
            del self._held[key]
            return None
        self._held.move_to_end(key)
        return outcome

    def put(self, key: _Key, outcome: Outcome, until: float) -> None:
        self._held[key] = (outcome, until)
        self._held.move_to_end(key)
        while len(self._held) > self._capacity:
            self._held.popitem(last=False)
