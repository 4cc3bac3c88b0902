"""Who a request comes from, as far as its cookies tell."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from gateway.cookies import values
from gateway.sessions import Absent, Account, Sessions
from gateway.signing import Keyring

GUEST_LIFETIME = timedelta(days=365)
SESSION_LIFETIME = timedelta(days=30)
"""As long as accounts keeps a session at most."""
DEVICE_LIFETIME = timedelta(days=365)

_GUEST_PURPOSE = "guest"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody without an account, known by an id the gateway gave.

    *set_cookie* is what a metered answer must set so that they are known again; empty when they
    carry it already. *ending* takes away the cookie of a session that is over, if there is one.
    *new*: they carried none that is believed, and so may be anybody.
    """

    id: str
    set_cookie: str = ""
    ending: str = ""
    new: bool = False

    @property
    def set_cookies(self) -> Iterator[str]:
        """What a metered answer sets."""
        return filter(None, (self.set_cookie, self.ending))


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Somebody with a session that cannot be checked now: neither a guest nor an account."""


UNRESOLVED = Unresolved()

type Known = Guest | Account
type Visitor = Known | Unresolved


class Visitors:
    """Reads and writes the cookies by which visitors are known.

    Over plain http (local mode) cookies can carry neither ``Secure`` nor ``__Host-``.
    """

    def __init__(self, guests: Keyring, sessions: Sessions, *, secure: bool) -> None:
        self._guests = guests
        self._sessions = sessions
        prefix = "__Host-" if secure else ""
        self._guest_cookie = f"{prefix}guest"
        self._session_cookie = f"{prefix}session"
        self.device_cookie_name = f"{prefix}device"
        """By which a device that has logged in before is known to accounts."""
        self._attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        self.session_cleared = f"{self._session_cookie}=; Max-Age=0; {self._attributes}"
        """``Set-Cookie`` that takes a session away."""
        self.device_cleared = f"{self.device_cookie_name}=; Max-Age=0; {self._attributes}"
        """``Set-Cookie`` by which a device is known no more."""

    def at_hand(self, cookies: str) -> Visitor | None:
        """The visitor whose ``Cookie`` header is *cookies*, if nobody need be asked who it is.

        A guest's cookie that was tampered with or was signed by a key no longer known counts as
        none.
        """
        token = self.token(cookies)
        if not token:
            return self._guest_of(cookies)
        found = self._sessions.held(token)
        return None if found is None else self._with_session(found, cookies)

    async def identify(self, cookies: str) -> Visitor:
        """As :meth:`at_hand`; asks accounts when it must."""
        token = self.token(cookies)
        if not token:
            return self._guest_of(cookies)
        return self._with_session(await self._sessions.find(token), cookies)

    def token(self, cookies: str) -> str:
        """The session's token in *cookies*; empty when there is none."""
        return next(values(cookies, self._session_cookie), "")

    def presented_guest(self, cookies: str) -> str:
        """The guest that *cookies* prove to be; empty when they prove none."""
        return next((identity for identity, _ in self._guests_in(cookies)), "")

    def session_cookie(self, token: str) -> str:
        """``Set-Cookie`` that signs its bearer in."""
        seconds = int(SESSION_LIFETIME.total_seconds())
        return f"{self._session_cookie}={token}; Max-Age={seconds}; {self._attributes}"

    def device_cookie(self, device: str) -> str:
        """``Set-Cookie`` by which a device that logged in is known from now on."""
        seconds = int(DEVICE_LIFETIME.total_seconds())
        return f"{self.device_cookie_name}={device}; Max-Age={seconds}; {self._attributes}"

    def _with_session(self, found: Account | Absent, cookies: str) -> Visitor:
        match found:
            case Absent.ENDED:
                return self._guest_of(cookies, self.session_cleared)
            case Absent.UNCHECKED:
                return UNRESOLVED
            case account:
                return account

    def _guest_of(self, cookies: str, ending: str = "") -> Guest:
        for identity, stale in self._guests_in(cookies):
            return Guest(identity, self._guest_set_cookie(identity) if stale else "", ending)
        identity = secrets.token_urlsafe(16)
        return Guest(identity, self._guest_set_cookie(identity), ending, new=True)

    def _guests_in(self, cookies: str) -> Iterator[tuple[str, bool]]:
        """Ids that *cookies* prove, and whether each was signed by an older key."""
        for value in values(cookies, self._guest_cookie):
            opened = self._guests.open(_GUEST_PURPOSE, value)
            if opened is not None and _ID.fullmatch(opened.value):
                yield opened.value, opened.stale

    def _guest_set_cookie(self, identity: str) -> str:
        signed = self._guests.sign(_GUEST_PURPOSE, identity)
        seconds = int(GUEST_LIFETIME.total_seconds())
        return f"{self._guest_cookie}={signed}; Max-Age={seconds}; {self._attributes}"
