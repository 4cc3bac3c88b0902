"""Sessions as this process knows them: held for a minute, and dropped when accounts says so."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC

from codingahead.accounts.v1 import accounts_pb2
from gateway.accounts import Accounts
from gateway.token_cache import Absent, Ended, Named, TokenCache
from servicekit.metrics import Counter, Gauge

__all__ = ["Absent", "Account", "Ended", "Sessions", "account_of"]

LOOKED_UP = Counter("gateway_sessions_total", "Sessions looked up.", ["outcome"])
HELD = Gauge("gateway_sessions_held", "Sessions believed without asking.")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in: an opaque account id, the plan it holds, the name to be called by.

    *session_id* is empty where a key acts for the account.
    """

    id: str
    plan: str
    name: str = field(default="", repr=False)
    session_id: str = ""
    confirmed: bool = True
    role: str = "user"


class Sessions(TokenCache[Account]):
    """Accounts behind session tokens, at most *capacity* of them.

    *clock* is monotonic, in seconds.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        capacity: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(_TOKEN, LOOKED_UP, HELD, capacity=capacity, clock=clock)
        self._accounts = accounts

    def begun(self, session: accounts_pb2.Session) -> None:
        """Believe a session that accounts has just begun."""
        account = account_of(session.principal)
        expires_at = session.expires_at.ToDatetime(UTC)
        self.believe(session.token, Named(account, account.id, account.session_id, expires_at))

    async def _resolve(self, token: str) -> Named[Account] | None:
        answer = await self._accounts.resolve(token)
        if answer is None:
            return None
        account = account_of(answer.principal)
        expires_at = answer.expires_at.ToDatetime(UTC)
        return Named(account, account.id, account.session_id, expires_at)


def account_of(principal: accounts_pb2.Principal) -> Account:
    """The account that accounts names."""
    return Account(
        principal.account_id,
        principal.plan,
        principal.name,
        principal.session_id,
        principal.confirmed,
        principal.role or "user",
    )
