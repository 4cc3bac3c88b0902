"""Keys for programs as this process knows them: held for a minute, as sessions are."""

import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from gateway.api_key_calls import ApiKeyCalls
from gateway.responses import Scope
from gateway.sessions import Account, account_of
from gateway.token_cache import Named, TokenCache
from servicekit.metrics import Counter, Gauge

LOOKED_UP = Counter("gateway_api_keys_total", "Keys for programs looked up.", ["outcome"])
HELD = Gauge("gateway_api_keys_held", "Keys for programs believed without asking.")

FORM: Final = re.compile(r"ca_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}([0-9A-Za-z]{6})")
"""A key: its prefix, its identifier, its secret and the check digits over all that."""

BEARER: Final = "gateway.key_bearer"
"""Where the scope of a request has the bearer of the key that came along and opens it."""

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class KeyBearer:
    """A program that acts for *account*, as far as *scopes* let it."""

    account: Account
    key_id: str
    scopes: frozenset[str]


class ApiKeys(TokenCache[KeyBearer]):
    """Accounts behind keys, at most *capacity* of them; *clock* is monotonic, in seconds."""

    def __init__(
        self,
        calls: ApiKeyCalls,
        *,
        capacity: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(FORM, LOOKED_UP, HELD, capacity=capacity, clock=clock)
        self._calls = calls

    async def _resolve(self, token: str) -> Named[KeyBearer] | None:
        answer = await self._calls.resolve(token)
        if answer is None:
            return None
        account = account_of(answer.principal)
        bearer = KeyBearer(account, answer.key_id, frozenset(answer.scopes))
        ends = answer.expires_at.ToDatetime(UTC) if answer.HasField("expires_at") else None
        return Named(bearer, account.id, answer.key_id, ends)


def account_by_key(scope: Scope) -> Account | None:
    """The account a key acts for in this request; None where it carries none.

    Cookies that came along do not tell who asks then.
    """
    bearer: KeyBearer | None = scope.get(BEARER)
    return None if bearer is None else bearer.account


def is_intact(text: str) -> bool:
    """Whether *text* can be a key: nobody need be asked about one that was mistyped or cut off.

    The check digits are the CRC-32 of all before them, in base 62.
    """
    match = FORM.fullmatch(text)
    return match is not None and _check_digits(text[: match.start(1)]) == match[1]


def _check_digits(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return digits
