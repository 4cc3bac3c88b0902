"""Who a request comes from, as far as its cookies tell."""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.signing import Keyring

GUEST_LIFETIME = timedelta(days=365)

_GUEST_PURPOSE = "guest"
_PRINCIPAL_PURPOSE = "principal"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLAN = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody without an account, known by an id the gateway gave.

    *set_cookie* is what a metered answer must set so that they are known again; empty when they
    carry it already.
    """

    id: str
    set_cookie: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in: an opaque account id and the plan it holds."""

    id: str
    plan: str


type Visitor = Guest | Account


class Visitors:
    """Reads and writes the cookies by which visitors are known.

    Over plain http (local mode) cookies can carry neither ``Secure`` nor ``__Host-``.
    """

    def __init__(self, guests: Keyring, principals: Keyring | None, *, secure: bool) -> None:
        self._guests = guests
        self._principals = principals
        prefix = "__Host-" if secure else ""
        self._guest_cookie = f"{prefix}guest"
        self._principal_cookie = f"{prefix}principal"
        self._attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    def identify(self, cookies: str) -> Visitor:
        """The visitor whose ``Cookie`` header is *cookies*.

        A cookie that was tampered with, has ended or was signed by a key no longer known counts
        as none.
        """
        guest: Guest | None = None
        for name, value in _pairs(cookies):
            if name == self._principal_cookie and (account := self._account(value)):
                return account
            if name == self._guest_cookie and guest is None:
                guest = self._guest(value)
        return guest or self._new_guest()

    def principal_cookie(self, account: Account, until: datetime) -> str:
        """``name=value`` of a cookie that makes its bearer *account* until then.

        For tests and local trials, while there is no signing in.

        Raises:
            ValueError: when there are no principal keys.
        """
        if self._principals is None:
            raise ValueError("set GATEWAY_PRINCIPAL_KEYS to issue principals")
        claims = {"id": account.id, "plan": account.plan, "until": int(until.timestamp())}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return f"{self._principal_cookie}={self._principals.sign(_PRINCIPAL_PURPOSE, payload)}"

    def _new_guest(self) -> Guest:
        identity = secrets.token_urlsafe(16)
        return Guest(identity, self._guest_set_cookie(identity))

    def _guest(self, signed: str) -> Guest | None:
        opened = self._guests.open(_GUEST_PURPOSE, signed)
        if opened is None or not _ID.fullmatch(opened.value):
            return None
        return Guest(opened.value, self._guest_set_cookie(opened.value) if opened.stale else "")

    def _guest_set_cookie(self, identity: str) -> str:
        signed = self._guests.sign(_GUEST_PURPOSE, identity)
        seconds = int(GUEST_LIFETIME.total_seconds())
        return f"{self._guest_cookie}={signed}; Max-Age={seconds}; {self._attributes}"

    def _account(self, signed: str) -> Account | None:
        opened = self._principals.open(_PRINCIPAL_PURPOSE, signed) if self._principals else None
        if opened is None:
            return None
        try:
            padded = opened.value + "=" * (-len(opened.value) % 4)
            claims = json.loads(base64.urlsafe_b64decode(padded))
            identity, plan, until = claims["id"], claims["plan"], int(claims["until"])
        except (binascii.Error, ValueError, KeyError, TypeError):
            return None
        if until <= datetime.now(UTC).timestamp():
            return None
        if not (_ID.fullmatch(str(identity)) and _PLAN.fullmatch(str(plan))):
            return None
        return Account(str(identity), str(plan))


def _pairs(cookies: str) -> Iterator[tuple[str, str]]:
    for part in cookies.split(";"):
        name, _, value = part.strip().partition("=")
        yield name, value
