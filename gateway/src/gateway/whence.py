"""Where the request in hand comes from, for the one call that anything may lead to.

A session is resolved on behalf of whatever asks first; its owner is told the network it was last
used from. That is looked up only when accounts is asked, which is seldom.
"""

from contextvars import ContextVar

from gateway.networks import network_of
from gateway.responses import Scope

_scope: ContextVar[Scope | None] = ContextVar("whence", default=None)


def begin(scope: Scope) -> None:
    """Note the request that is now being answered."""
    _scope.set(scope)


def network(proxies: int) -> str:
    """The network it comes from, as :func:`gateway.networks.network_of` tells; empty for none."""
    scope = _scope.get()
    return network_of(scope, proxies) if scope is not None else ""
