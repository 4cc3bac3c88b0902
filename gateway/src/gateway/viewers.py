"""Visitors as pages greet them."""

from gateway.sessions import Account
from gateway.views import Viewer
from gateway.visitors import Guest, Visitor

GUEST = Viewer("guest", "guest")
_UNRESOLVED = Viewer("unresolved", "guest")


def viewer_of(visitor: Visitor) -> Viewer:
    """*visitor* as pages greet them."""
    match visitor:
        case Account():
            return Viewer("account", visitor.plan, visitor.name or None)
        case Guest():
            return GUEST
        case _:
            return _UNRESOLVED
