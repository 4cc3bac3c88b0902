"""Lets new guests in, while their network has brought fewer than it may today.

A guest who is known by a cookie and an account are never stopped here. Asked just before a new
guest would be metered, so that what is free stays so: searches, HEAD, what is fetched ahead.
Whoever is not let in gets no guest id either.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from gateway import problems
from gateway.guest_ceiling import GuestCeiling
from gateway.networks import is_loopback, network_of
from gateway.problems import Refused
from gateway.responses import Scope
from gateway.visitors import Guest, Known
from servicekit.metrics import Counter

CAME = Counter(
    "gateway_newcomers_total",
    "New guests about to spend something, by what the ceiling of their network said.",
    ["outcome"],
)

type Admit = Callable[[], Awaitable[None]]
"""Raises :class:`gateway.problems.Refused` for a visitor who is not let in."""


class Newcomers:
    """The door for new guests; *ceiling* is None where there is none.

    *local*: this machine itself is no network. *proxies* of ours are in front. Metering may be
    away: who is let in then has a guest's cookie, with which something can be spent later.
    """

    def __init__(self, ceiling: GuestCeiling | None, *, local: bool, proxies: int) -> None:
        self._ceiling = ceiling
        self._local = local
        self._proxies = proxies

    async def refused_until(self, scope: Scope, visitor: Known) -> datetime | None:
        """When *visitor*, who asks by *scope*, may come again; None for those who are let in."""
        if self._ceiling is None or not (isinstance(visitor, Guest) and visitor.new):
            return None
        network = network_of(scope, self._proxies)
        if not network or (self._local and is_loopback(network)):
            CAME.labels("not_counted").inc()
            return None
        admitted = await self._ceiling.take(network)
        if admitted is None:
            CAME.labels("unchecked").inc()
            return None
        CAME.labels("admitted" if admitted else "refused").inc()
        return None if admitted else self._ceiling.resets()

    async def admit(self, scope: Scope, visitor: Known) -> None:
        """Let *visitor* in.

        Raises:
            Refused: where their network has brought all the new guests that it may.
        """
        if (until := await self.refused_until(scope, visitor)) is not None:
            raise Refused(problems.network_ceiling(until))
