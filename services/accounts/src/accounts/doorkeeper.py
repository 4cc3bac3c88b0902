"""Logging in and out, and who a session belongs to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from accounts import sessions
from accounts.clients import UNKNOWN, Client
from accounts.credentials import MAX_ADDRESS, FieldInvalid, address_of, password_of
from accounts.database import DatabaseAway
from accounts.factors import SecondFactorDue
from accounts.hash_pool import PoolFull
from accounts.login_guard import LoginGuard, TooManyAttempts
from accounts.passwords import Passwords
from accounts.registrar import SignedIn
from accounts.sessions import Session
from accounts.store import NO_RIVALS, Store
from servicekit.metrics import Counter

LOGINS = Counter("accounts_logins_total", "Attempts to log in.", ["outcome"])


class CredentialsRejected(Exception):  # noqa: N818 - it is the answer
    """Address and password belong to no account; which of them is wrong is never told."""


class SessionUnknown(Exception):  # noqa: N818 - it is the answer
    """A token of no session that is open: never begun, ended, or expired."""


class Doorkeeper:
    """Opens and ends sessions; calls *recorded* when there is an event to relay."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        guard: LoginGuard,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._guard = guard
        self._recorded = recorded
        self._now = now

    async def log_in(self, email: str, password: str, client: Client = UNKNOWN) -> SignedIn:
        """Begin a session of the account with this address and password.

        Looks at the confirmed account of the address and at the newest unconfirmed one, and
        verifies two hashes whether these are there or not. Where both match, the confirmed
        account is meant.

        Raises:
            CredentialsRejected: whatever was wrong.
            SecondFactorDue: when nothing was, and the account has a second factor.
            TooManyAttempts: when as many were made as are let through.
            PoolFull: when too many passwords are being hashed.
            DatabaseAway: when nothing can be looked up.
        """
        with _counted():
            self._passwords.admit()
            rivals, now = NO_RIVALS, self._now()
            async with self._guard.logging_in(_key_of(email), client, now):
                try:
                    rivals = await self._store.rivals(address_of(email).key)
                    secret = password_of(password)
                except FieldInvalid:
                    # No account can have it: the work is done all the same, on nobody's hashes.
                    rivals, secret = NO_RIVALS, ""
                found = (rivals.confirmed, rivals.unconfirmed)
                match = await self._passwords.match(
                    secret, *(rival.password_hash if rival else None for rival in found)
                )
                rival = found[match.position] if match else None
                if match is None or rival is None:
                    raise CredentialsRejected
            session = sessions.beginning(now, client)
            await self._store.begin(rival.account.id, session, rehashed=match.rehashed)
            device = await self._guard.welcome(rival.account.id, client, now)
            return SignedIn(rival.account, session, device)

    async def resolve(self, token: str, client: Client = UNKNOWN) -> Session:
        """The session of *token*; that *client* uses it puts off its end.

        Raises:
            SessionUnknown: when it is not open.
            DatabaseAway: when that cannot be known.
        """
        token_hash = sessions.hash_of(token)
        session = None
        if token_hash:
            session = await self._store.resolve(token_hash, self._now(), client.place)
        if session is None:
            raise SessionUnknown
        return session

    async def log_out(self, token: str) -> None:
        """End the session of *token*, if it is open.

        Raises:
            DatabaseAway: when it cannot be ended.
        """
        token_hash = sessions.hash_of(token)
        if token_hash and await self._store.end(token_hash, self._now()):
            self._recorded()


def _key_of(email: str) -> str:
    """By what attempts at an address are counted, also at one that nobody can have."""
    try:
        return address_of(email).key
    except FieldInvalid:
        return email.strip().casefold()[:MAX_ADDRESS]


@contextmanager
def _counted() -> Iterator[None]:
    outcome = "failed"
    try:
        yield
        outcome = "accepted"
    except CredentialsRejected:
        outcome = "rejected"
        raise
    except SecondFactorDue:
        outcome = "second_factor"
        raise
    except PoolFull:
        outcome = "too_many"
        raise
    except TooManyAttempts:
        outcome = "limited"
        raise
    except DatabaseAway:
        outcome = "unavailable"
        raise
    finally:
        LOGINS.labels(outcome).inc()
