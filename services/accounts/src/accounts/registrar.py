"""Registering: always a new, unconfirmed account, whoever else may have the address.

An address is unique only once confirmed, so nothing here looks whether it is known: neither the
answer nor the time it takes can tell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accounts import sessions
from accounts.passwords import Passwords
from accounts.registration import PLAN, Registration
from accounts.sessions import Account, Beginning
from accounts.store import Registered, Store
from servicekit.metrics import Counter

REGISTRATIONS = Counter("accounts_registrations_total", "Accounts made.")


class RequestReused(Exception):  # noqa: N818 - it names what was seen
    """A request id that stands for another registration."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account and the session that was begun for it."""

    account: Account
    session: Beginning


class Registrar:
    """Makes accounts; calls *recorded* after each, when there is an event to relay."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._recorded = recorded
        self._now = now

    async def register(self, asked: Registration) -> SignedIn:
        """Make an account and sign it in; the same request again signs the same account in.

        Raises:
            RequestReused: when the request id came with another address or password before.
            PoolFull: when too many passwords are being hashed.
            DatabaseAway: when nothing can be recorded.
        """
        self._passwords.admit()
        while (known := await self._store.registered(asked.request_id)) is None:
            password_hash = await self._passwords.hash(asked.password)
            now = self._now()
            account = Account(sessions.new_id(), PLAN, asked.name, confirmed=False)
            session = sessions.beginning(now)
            # False: the same request was made meanwhile, by a caller that did not wait for us.
            if await self._store.register(asked, account, password_hash, session):
                REGISTRATIONS.inc()
                self._recorded()
                return SignedIn(account, session)
        return await self._again(asked, known)

    async def _again(self, asked: Registration, known: Registered) -> SignedIn:
        same = known.address_key == asked.address.key
        if not await self._passwords.verify(asked.password, known.password_hash) or not same:
            raise RequestReused
        session = sessions.beginning(self._now())
        await self._store.begin(known.account.id, session)
        return SignedIn(known.account, session)
