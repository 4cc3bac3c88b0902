"""Registering: always a new, unconfirmed account, whoever else may have the address.

An address is unique only once confirmed, so nothing here looks whether it is known: neither the
answer nor the time it takes can tell.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import sessions
from accounts.clients import UNKNOWN, Client
from accounts.confirmations import Confirmations
from accounts.factors import SecondFactorDue
from accounts.login_guard import LoginGuard
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
    """An account and the session that was begun for it.

    *device* is a new secret for the device to keep; empty where it keeps the one it has.
    """

    account: Account
    session: Beginning
    device: str = field(default="", repr=False)


class Registrar:
    """Makes accounts; calls *recorded* after each, when there is an event to relay."""

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        guard: LoginGuard,
        confirmations: Confirmations,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._guard = guard
        self._confirmations = confirmations
        self._recorded = recorded
        self._now = now

    async def register(self, asked: Registration, client: Client = UNKNOWN) -> SignedIn:
        """Make an account and sign it in; the same request again signs the same account in.

        Raises:
            RequestReused: when the request id came with another address or password before.
            TooManyAttempts: when so many were made of the address, or from the network.
            PoolFull: when too many passwords are being hashed.
            DatabaseAway: when nothing can be recorded.
        """
        self._passwords.admit()
        known = await self._store.registered(asked.request_id)
        if known is None:
            async with self._guard.registering(asked.address.key, client) as attempt:
                while known is None:
                    if made := await self._make(asked, client):
                        return made
                    # The same request was made meanwhile, by a caller that did not wait for us.
                    attempt.counts = False
                    known = await self._store.registered(asked.request_id)
        return await self._again(asked, known, client)

    async def _make(self, asked: Registration, client: Client) -> SignedIn | None:
        password_hash = await self._passwords.hash(asked.password)
        account = Account(sessions.new_id(), PLAN, asked.name, confirmed=False)
        session = sessions.beginning(self._now(), client)

        async def also(connection: AsyncConnection) -> None:
            at = session.begun_at
            await self._confirmations.ask(connection, account.id, asked.address, at)

        if not await self._store.register(asked, account, password_hash, session, also):
            return None
        REGISTRATIONS.inc()
        self._recorded()
        return SignedIn(account, session)

    async def _again(self, asked: Registration, known: Registered, client: Client) -> SignedIn:
        same = known.address_key == asked.address.key
        if not await self._passwords.verify(asked.password, known.password_hash) or not same:
            raise RequestReused
        session = sessions.beginning(self._now(), client)
        try:
            await self._store.begin(known.account.id, session)
        except SecondFactorDue:
            raise RequestReused from None  # Log-in is the way into it from now on.
        return SignedIn(known.account, session)
