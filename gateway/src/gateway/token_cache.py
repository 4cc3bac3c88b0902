"""What accounts said of secret tokens: believed for a minute, dropped when accounts takes it back.

Sessions and keys for programs are both held so. Tokens are kept only hashed.
"""

import asyncio
import enum
import hashlib
import re
import time
from abc import ABC, abstractmethod
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from gateway.accounts import AccountsAway
from servicekit.metrics import Counter, Gauge

HELD_SECONDS = 60.0
"""What a token stands for is believed for so long without asking again."""
ENDED_SECONDS = 5.0
"""A token that stands for nothing is refused for so long without asking again."""


class Absent(enum.Enum):
    """Why a token names no account."""

    ENDED = enum.auto()
    """It stands for nothing: never given out, ended, revoked, or expired."""
    UNCHECKED = enum.auto()
    """Accounts could not say. It may be anybody's, so nobody is taken for its owner or a guest."""


type Ended = Literal[Absent.ENDED]


@dataclass(frozen=True, slots=True)
class Named[B]:
    """What a token stands for, as accounts told it.

    *token_id* names the token without being it; *expires_at* (UTC) is None where it does not end.
    """

    bearer: B
    account_id: str
    token_id: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Believed[B]:
    bearer: B
    account_id: str
    token_id: str
    until: float


class TokenCache[B](ABC):
    """Bearers behind tokens of one *form*, at most *capacity* of them.

    *looked_up* counts by outcome, *held* tells how many are believed. *clock* is monotonic, in
    seconds.
    """

    def __init__(
        self,
        form: re.Pattern[str],
        looked_up: Counter,
        held: Gauge,
        *,
        capacity: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_token = form.fullmatch
        self._looked_up = looked_up
        self._found_held = looked_up.labels("held")
        self._held_gauge = held
        self._capacity = capacity
        self._clock = clock
        self._believed: OrderedDict[bytes, _Believed[B]] = OrderedDict()
        self._by_account: defaultdict[str, set[bytes]] = defaultdict(set)
        self._ended: OrderedDict[bytes, float] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[B | Absent]] = {}
        self._purges = 0

    @abstractmethod
    async def _resolve(self, token: str) -> Named[B] | None:
        """Ask accounts what *token* stands for; None for nothing.

        Raises:
            AccountsAway: when it cannot say.
        """

    def held(self, token: str) -> B | Ended | None:
        """What is known of *token* without asking; None when nothing is."""
        if not self._is_token(token):
            return Absent.ENDED
        key = _key(token)
        believed = self._believed.get(key)
        if believed is not None:
            if believed.until > self._clock():
                self._found_held.inc()
                return believed.bearer
            self._drop(key)
        if self._ended.get(key, 0.0) > self._clock():
            self._looked_up.labels("held_ended").inc()
            return Absent.ENDED
        return None

    async def find(self, token: str) -> B | Absent:
        """Whom *token* stands for; those who ask for one token at a time share one call."""
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

    def ended(self, token: str) -> None:
        """Stop believing a token that was ended here."""
        self._purges += 1
        self._note_ended(_key(token))

    def purge(self, account_id: str, token_id: str) -> None:
        """Drop one token of an account, or all of them when *token_id* is empty."""
        self._purges += 1
        for key in list(self._by_account.get(account_id, ())):
            if token_id in ("", self._believed[key].token_id):
                self._drop(key)

    def purge_all(self) -> None:
        """Drop everything: what was revoked meanwhile is not known."""
        self._purges += 1
        self._believed.clear()
        self._by_account.clear()
        self._held_gauge.set(0)

    async def _ask(self, key: bytes, token: str) -> B | Absent:
        purges = self._purges
        try:
            named = await self._resolve(token)
        except AccountsAway:
            self._looked_up.labels("unchecked").inc()
            return Absent.UNCHECKED
        if named is None:
            self._looked_up.labels("ended").inc()
            self._note_ended(key)
            return Absent.ENDED
        self._looked_up.labels("asked").inc()
        # What was revoked while accounts answered may be this token: it is asked for again.
        if purges == self._purges:
            self._believe(key, named)
        return named.bearer

    def believe(self, token: str, named: Named[B]) -> None:
        """Believe what accounts has just given *token* out for."""
        self._believe(_key(token), named)

    def _believe(self, key: bytes, named: Named[B]) -> None:
        left = HELD_SECONDS
        if named.expires_at is not None:
            left = min(left, (named.expires_at - datetime.now(UTC)).total_seconds())
        self._drop(key)
        self._ended.pop(key, None)
        self._believed[key] = _Believed(
            named.bearer, named.account_id, named.token_id, self._clock() + left
        )
        self._by_account[named.account_id].add(key)
        # The oldest goes first: none is believed for more than a minute anyway.
        while len(self._believed) > self._capacity:
            self._drop(next(iter(self._believed)))
        self._held_gauge.set(len(self._believed))

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
        keys = self._by_account[believed.account_id]
        keys.discard(key)
        if not keys:
            del self._by_account[believed.account_id]
        self._held_gauge.set(len(self._believed))


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
