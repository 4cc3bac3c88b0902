"""The events of accounts. People are opaque ids in them, so that erasing works."""

from datetime import UTC, datetime

from codingahead.accounts.v1 import events_pb2
from servicekit.events import Event, EventType

ACCOUNT_REGISTERED = EventType("accounts", "account_registered", 1, events_pb2.AccountRegistered)
SESSION_REVOKED = EventType("accounts", "session_revoked", 1, events_pb2.SessionRevoked)
API_KEY_REVOKED = EventType("accounts", "api_key_revoked", 1, events_pb2.ApiKeyRevoked)
ACCOUNT_ERASED = EventType("accounts", "account_erased", 1, events_pb2.AccountErased)
ACCOUNT_CHANGED = EventType("accounts", "account_changed", 1, events_pb2.AccountChanged)
PLAN_CHANGED = EventType("accounts", "plan_changed", 1, events_pb2.PlanChanged)


def account_registered(account_id: str, plan: str, guest_id: str, registered_at: datetime) -> Event:
    """An account was made; it takes over the pages of *guest_id*, unless that is empty."""
    message = events_pb2.AccountRegistered(account_id=account_id, plan=plan, guest_id=guest_id)
    message.registered_at.FromDatetime(registered_at.astimezone(UTC).replace(tzinfo=None))
    return ACCOUNT_REGISTERED.new(message, time=registered_at)


def session_revoked(account_id: str, session_id: str, at: datetime) -> Event:
    """A session was ended before its time."""
    message = events_pb2.SessionRevoked(account_id=account_id, session_id=session_id)
    return SESSION_REVOKED.new(message, time=at)


def account_changed(account_id: str, at: datetime) -> Event:
    """What others may know of an account has changed: its name, its role, its address."""
    return ACCOUNT_CHANGED.new(events_pb2.AccountChanged(account_id=account_id), time=at)


def api_key_revoked(account_id: str, key_id: str, at: datetime) -> Event:
    """A key for programs was revoked, or every key of the account where *key_id* is empty."""
    message = events_pb2.ApiKeyRevoked(account_id=account_id, key_id=key_id)
    return API_KEY_REVOKED.new(message, time=at)


def plan_changed(account_id: str, before: str, plan: str, at: datetime) -> Event:
    """An account holds *plan* from now on, and not the one *before*."""
    message = events_pb2.PlanChanged(account_id=account_id, before=before, plan=plan)
    message.changed_at.FromDatetime(at.astimezone(UTC).replace(tzinfo=None))
    return PLAN_CHANGED.new(message, time=at)


def account_erased(account_id: str, at: datetime) -> Event:
    """An account is gone: whoever keeps anything under its id removes it."""
    message = events_pb2.AccountErased(account_id=account_id)
    message.erased_at.FromDatetime(at.astimezone(UTC).replace(tzinfo=None))
    return ACCOUNT_ERASED.new(message, time=at)
