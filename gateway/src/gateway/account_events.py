"""What accounts publishes: whatever this process believes of the account is dropped at once."""

from collections.abc import Callable
from typing import Final

from codingahead.accounts.v1 import events_pb2
from servicekit.events import Event, EventType

STREAM: Final = "ACCOUNTS"
SUBJECT: Final = "codingahead.accounts.v1.*"
"""All that accounts publishes; what nobody here listens to is passed over."""

SESSION_REVOKED: Final = EventType("accounts", "session_revoked", 1, events_pb2.SessionRevoked)
PLAN_CHANGED: Final = EventType("accounts", "plan_changed", 1, events_pb2.PlanChanged)
ACCOUNT_CHANGED: Final = EventType("accounts", "account_changed", 1, events_pb2.AccountChanged)
ACCOUNT_ERASED: Final = EventType("accounts", "account_erased", 1, events_pb2.AccountErased)
API_KEY_REVOKED: Final = EventType("accounts", "api_key_revoked", 1, events_pb2.ApiKeyRevoked)

type Purge = Callable[[str, str], None]
"""Drops what is believed of one token of an account, or of all of them when that is empty."""


class AccountEvents:
    """Tells the caches of *sessions* and of *keys* what to drop."""

    def __init__(self, sessions: Purge, keys: Purge) -> None:
        self._sessions = sessions
        self._keys = keys
        self._handlers: dict[str, Callable[[Event], None]] = {
            SESSION_REVOKED.type: self._session_revoked,
            API_KEY_REVOKED.type: self._key_revoked,
            PLAN_CHANGED.type: lambda event: self._drop(PLAN_CHANGED.parse(event).account_id),
            ACCOUNT_CHANGED.type: lambda event: self._drop(ACCOUNT_CHANGED.parse(event).account_id),
            ACCOUNT_ERASED.type: lambda event: self._drop(ACCOUNT_ERASED.parse(event).account_id),
        }

    async def handle(self, event: Event) -> None:
        """Handle any event of accounts."""
        handler = self._handlers.get(event.type)
        if handler is not None:
            handler(event)

    def _session_revoked(self, event: Event) -> None:
        revoked = SESSION_REVOKED.parse(event)
        if revoked.session_id:
            self._sessions(revoked.account_id, revoked.session_id)
        else:
            # Of an account that was disabled, say: its keys are asked for again too.
            self._drop(revoked.account_id)

    def _key_revoked(self, event: Event) -> None:
        revoked = API_KEY_REVOKED.parse(event)
        self._keys(revoked.account_id, revoked.key_id)

    def _drop(self, account_id: str) -> None:
        self._sessions(account_id, "")
        self._keys(account_id, "")
