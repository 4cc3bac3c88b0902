"""The events of accounts. People are opaque ids in them, so that erasing works."""

from datetime import UTC, datetime

from codingahead.accounts.v1 import events_pb2
from servicekit.events import Event, EventType

ACCOUNT_REGISTERED = EventType("accounts", "account_registered", 1, events_pb2.AccountRegistered)
SESSION_REVOKED = EventType("accounts", "session_revoked", 1, events_pb2.SessionRevoked)


def account_registered(account_id: str, plan: str, guest_id: str, registered_at: datetime) -> Event:
    """An account was made; it takes over the pages of *guest_id*, unless that is empty."""
    message = events_pb2.AccountRegistered(account_id=account_id, plan=plan, guest_id=guest_id)
    message.registered_at.FromDatetime(registered_at.astimezone(UTC).replace(tzinfo=None))
    return ACCOUNT_REGISTERED.new(message, time=registered_at)


def session_revoked(account_id: str, session_id: str, at: datetime) -> Event:
    """A session was ended before its time."""
    message = events_pb2.SessionRevoked(account_id=account_id, session_id=session_id)
    return SESSION_REVOKED.new(message, time=at)
