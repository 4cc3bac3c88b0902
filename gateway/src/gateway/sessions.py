"""Sessions as this process knows them: held for a minute, and dropped when accounts says so."""

import asyncio
import enum
import hashlib
import re
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from codingahead.accounts.v1 import accounts_pb2, events_pb2
from gateway.accounts import Accounts, AccountsAway
from servicekit.events import Event, EventType
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

SESSION_REVOKED = EventType("accounts", "session_revoked", 1, events_pb2.SessionRevoked)
HELD_SECONDS = 60.0
"""A session is believed for so long without asking again."""
ENDED_SECONDS = 5.0
"""A token of no session is refused for so long without asking again."""

log = get_logger("gateway.sessions")

LOOKED_UP = Counter("gateway_sessions_total", "Sessions looked up.", ["outcome"])
HELD = Gauge("gateway_sessions_held", "Sessions believed without asking.")

_FOUND_HELD = LOOKED_UP.labels("held")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in: an opaque account id, the plan it holds, the name to be called by."""

    id: str
    plan: str
    name: str = field(default="", repr=False)
    session_id: str = ""


class Absent(enum.Enum):
    """Why a token names no account."""

    ENDED = enum.auto()
    """It is no session's: never begun, ended, or expired."""
    UNCHECKED = enum.auto()
    """Accounts could not say. It may be anybody's, so nobody is taken for its owner or a guest."""


type Ended = Literal[Absent.ENDED]


@dataclass(frozen=True, slots=True)
class _Believed:
    account: Account
    until: float


class Sessions:
    """Accounts behind session tokens, at most *capacity* of them; tokens are kept only hashed.

    *clock* is monotonic, in seconds.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        capacity: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._capacity = capacity
        self._clock = clock
        self._believed: OrderedDict[bytes, _Believed] = OrderedDict()
        self._by_account: defaultdict[str, set[bytes]] = defaultdict(set)
        self._ended: OrderedDict[bytes, float] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Account | Absent]] = {}
        self._purges = 0

    def held(self, token: str) -> Account | Ended | None:
        """What is known of *token* without asking; None when nothing is."""
        if not _TOKEN.fullmatch(token):
            return Absent.ENDED
        key = _key(token)
        believed = self._believed.get(key)
        if believed is not None:
            if believed.until > self._clock():
                _FOUND_HELD.inc()
                return believed.account
            self._drop(key)
        if self._ended.get(key, 0.0) > self._clock():
            LOOKED_UP.labels("held_ended").inc()
            return Absent.ENDED
        return None

    async def find(self, token: str) -> Account | Absent:
        """The account of *token*; those who ask for one token at a time share one call."""
        if (held := self.held(token)) is not None:
            return held
        key = _key(token)
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(key, token))
            self._asking[key] = task
            task.add_done_callback(lambda _done: self._asking.pop(key, None))
        # A visitor who leaves must not take the answer from those who wait for it too.
        return await asyncio.shield(task)

    def begun(self, session: accounts_pb2.Session) -> None:
        """Believe a session that accounts has just begun."""
        account = _account(session.principal)
        self._believe(_key(session.token), account, session.expires_at.ToDatetime(UTC))

    def ended(self, token: str) -> None:
        """Stop believing a session that was ended here."""
        self._purges += 1
        self._note_ended(_key(token))

    def purge(self, account_id: str, session_id: str) -> None:
        """Drop one session of an account, or all of them when *session_id* is empty."""
        self._purges += 1
        for key in list(self._by_account.get(account_id, ())):
            if session_id in ("", self._believed[key].account.session_id):
                self._drop(key)

    def purge_all(self) -> None:
        """Drop everything: what was revoked meanwhile is not known."""
        self._purges += 1
        self._believed.clear()
        self._by_account.clear()
        HELD.set(0)

    async def on_session_revoked(self, event: Event) -> None:
        """Handle ``session_revoked``."""
        revoked = SESSION_REVOKED.parse(event)
        self.purge(revoked.account_id, revoked.session_id)

    async def _ask(self, key: bytes, token: str) -> Account | Absent:
        purges = self._purges
        try:
            answer = await self._accounts.resolve(token)
        except AccountsAway:
            LOOKED_UP.labels("unchecked").inc()
            return Absent.UNCHECKED
        if answer is None:
            LOOKED_UP.labels("ended").inc()
            self._note_ended(key)
            return Absent.ENDED
        LOOKED_UP.labels("asked").inc()
        account = _account(answer.principal)
        # What was revoked while accounts answered may be this session: it is asked for again.
        if purges == self._purges:
            self._believe(key, account, answer.expires_at.ToDatetime(UTC))
        return account

    def _believe(self, key: bytes, account: Account, expires_at: datetime) -> None:
        left = min(HELD_SECONDS, (expires_at - datetime.now(UTC)).total_seconds())
        self._drop(key)
        self._ended.pop(key, None)
        self._believed[key] = _Believed(account, self._clock() + left)
        self._by_account[account.id].add(key)
        # The oldest goes first: none is believed for more than a minute anyway.
        while len(self._believed) > self._capacity:
            self._drop(next(iter(self._believed)))
        HELD.set(len(self._believed))

    def _note_ended(self, key: bytes) -> None:
        self._drop(key)
        self._ended[key] = self._clock() + ENDED_SECONDS
        self._ended.move_to_end(key)
        while len(self._ended) > self._capacity:
            self._ended.popitem(last=False)

    def _drop(self, key: bytes) -> None:
        believed = self._believed.pop(key, None)
        if believed is None:
            return
        keys = self._by_account[believed.account.id]
        keys.discard(key)
        if not keys:
            del self._by_account[believed.account.id]
        HELD.set(len(self._believed))


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _account(principal: accounts_pb2.Principal) -> Account:
    return Account(principal.account_id, principal.plan, principal.name, principal.session_id)
