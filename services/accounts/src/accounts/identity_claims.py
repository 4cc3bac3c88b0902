"""What an identity that a provider vouched for does here: sign in, make an account, be linked."""

import re
import secrets
import unicodedata
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, events, identities, mails, sessions, tables
from accounts.address_claims import AddressTaken, claim
from accounts.audit import OWNER, Act
from accounts.clients import Client
from accounts.credentials import Address, FieldInvalid, address_of
from accounts.disposable_addresses import is_disposable
from accounts.factors import SecondFactorDue
from accounts.id_tokens import Identity
from accounts.log_in_step import due as still_due
from accounts.login_guard import LoginGuard
from accounts.mail_texts import MailTexts
from accounts.outbox import record
from accounts.passwords import Passwords
from accounts.provider_rounds import IdentityOther, IdentityRefused, IdentityTaken, OnlyWayIn
from accounts.providers import Provider
from accounts.registrar import REGISTRATIONS, SignedIn
from accounts.registration import MAX_NAME, PLAN
from accounts.rotation import rotate
from accounts.sessions import Account
from accounts.store import Transact, session_begun

_GUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class _Overtaken(Exception):  # noqa: N818 - it says what was met
    """The same identity was given an account meanwhile."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An account that was just made."""

    signed_in: SignedIn


type Entered = SignedIn | SecondFactorDue | Registered


class IdentityClaims:
    """Does what an identity may; calls *recorded* when there is an event to relay.

    Methods raise what *transact* raises.
    """

    def __init__(
        self,
        transact: Transact,
        passwords: Passwords,
        guard: LoginGuard,
        texts: MailTexts,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transact = transact
        self._passwords = passwords
        self._guard = guard
        self._texts = texts
        self._recorded = recorded
        self._now = now

    async def sign_in(
        self, provider: Provider, identity: Identity, client: Client, guest_id: str
    ) -> Entered:
        """Begin a session of the account that has *identity*, or of a new one; or what is due.

        Raises:
            IdentityRefused: when no account can be made for it, or its account is closed.
            AddressTaken: when a confirmed account has its address: its owner logs in first, and
                links it then. Nobody is let in for having an address alone.
            TooManyAttempts, PoolFull: as registering does.
        """
        while (entered := await self._enter(provider, identity, client)) is None:
            address = _address_of(identity)
            async with self._guard.registering(address.key, client):
                # Of a secret that nobody has: logging in takes as long as with any other.
                password_hash = await self._passwords.hash(secrets.token_urlsafe(32))
                guest = guest_id if _GUEST_ID.fullmatch(guest_id) else ""
                try:
                    return Registered(
                        await self._make(provider, identity, address, password_hash, client, guest)
                    )
                except _Overtaken:
                    continue
        return entered

    async def link(self, provider: Provider, identity: Identity, account_id: str) -> None:
        """Let *identity* sign the account in from now on.

        Raises:
            IdentityTaken: when it signs in another.
            IdentityOther: when the account has another one at this provider.
        """
        now = self._now()

        async def work(connection: AsyncConnection) -> None:
            email = await _held(connection, account_id)
            holder = await identities.holder_of(connection, identity)
            if holder is not None and holder.account.id == account_id:
                return
            if holder is not None:
                raise IdentityTaken
            linked = await identities.of_account(connection, account_id)
            if any(one.issuer == identity.issuer for one in linked):
                raise IdentityOther
            if not await identities.add(connection, identity, account_id, now):
                raise IdentityTaken
            act = Act(account_id, OWNER, "identity_linked", provider.key)
            await audit.record(connection, act, now)
            notice = self._texts.notice(
                "identity_linked",
                email,
                f"{provider.name} signs you in",
                f"Your account can be entered through {provider.name} from now on.",
            )
            await mails.post(connection, account_id, notice, now)

        await self._transact(work)

    async def prove(
        self, provider: Provider, identity: Identity, account_id: str, session_id: str
    ) -> SignedIn | None:
        """Take *identity* as a proof of who owns the session, which goes on under another token.

        None when the session is not open.

        Raises:
            IdentityOther: when it is not the account's.
        """
        now = self._now()

        async def work(connection: AsyncConnection) -> SignedIn | None:
            holder = await identities.holder_of(connection, identity)
            if holder is None or holder.account.id != account_id:
                raise IdentityOther
            await identities.note_use(connection, identity, now)
            signed_in = await rotate(connection, account_id, session_id, now, proven=True)
            if signed_in is not None:
                act = Act(account_id, OWNER, "reauthenticated", provider.key)
                await audit.record(connection, act, now)
            return signed_in

        signed_in = await self._transact(work)
        if signed_in is not None:
            self._recorded()
        return signed_in

    async def unlink(self, account_id: str, identity_id: str, issuers: Collection[str]) -> None:
        """Take one identity away, if the account has it; *issuers* are those that sign in here.

        Raises:
            OnlyWayIn: when nothing else lets its owner in.
        """
        now = self._now()

        async def work(connection: AsyncConnection) -> None:
            email = await _held(connection, account_id)
            if not await identities.remove(connection, account_id, identity_id):
                return
            if not await identities.ways_in(connection, account_id, issuers):
                raise OnlyWayIn
            act = Act(account_id, OWNER, "identity_unlinked")
            await audit.record(connection, act, now)
            notice = self._texts.notice(
                "identity_unlinked",
                email,
                "a way to sign in was removed",
                "An account at another site, which signed you in before, does so no more.",
            )
            await mails.post(connection, account_id, notice, now)

        await self._transact(work)

    async def of_account(self, account_id: str) -> list[identities.Linked]:
        """The identities of an account, the one linked first first."""

        async def work(connection: AsyncConnection) -> list[identities.Linked]:
            return await identities.of_account(connection, account_id)

        return await self._transact(work)

    async def _enter(
        self, provider: Provider, identity: Identity, client: Client
    ) -> SignedIn | SecondFactorDue | None:
        now = self._now()

        async def work(connection: AsyncConnection) -> SignedIn | SecondFactorDue | None:
            holder = await identities.holder_of(connection, identity)
            if holder is None:
                return None
            if holder.disabled:
                raise IdentityRefused("The account is closed. Write to us if you think it is not.")
            await identities.note_use(connection, identity, now)
            due = await still_due(connection, holder.account.id, now)
            if due is not None:
                return due
            session = sessions.beginning(now, client)
            await connection.execute(session_begun(holder.account.id, session))
            act = Act(holder.account.id, OWNER, "logged_in", provider.key)
            await audit.record(connection, act, now)
            return SignedIn(holder.account, session)

        entered = await self._transact(work)
        if isinstance(entered, SignedIn):
            device = await self._guard.welcome(entered.account.id, client, now)
            return SignedIn(entered.account, entered.session, device)
        return entered

    async def _make(
        self,
        provider: Provider,
        identity: Identity,
        address: Address,
        password_hash: str,
        client: Client,
        guest_id: str,
    ) -> SignedIn:
        now = self._now()
        account = Account(sessions.new_id(), PLAN, _name_of(identity), confirmed=True)
        session = sessions.beginning(now, client)

        async def work(connection: AsyncConnection) -> SignedIn:
            try:
                await claim(connection, account.id, address.key, now)
            except AddressTaken:
                # Of two rounds at once the other may have made it: then it is this identity's.
                if await identities.is_known(connection, identity):
                    raise _Overtaken from None
                raise
            made = insert(tables.accounts).values(
                account_id=account.id,
                email=address.email,
                email_key=address.key,
                name=account.name,
                plan=account.plan,
                password_hash=password_hash,
                has_password=False,
                request_id=uuid.uuid4(),
                registered_at=now,
                confirmed_at=now,
            )
            await connection.execute(made)
            if not await identities.add(connection, identity, account.id, now):
                raise _Overtaken
            await connection.execute(session_begun(account.id, session))
            act = Act(account.id, OWNER, "registered", provider.key)
            await audit.record(connection, act, now)
            await record(
                connection, events.account_registered(account.id, account.plan, guest_id, now)
            )
            return SignedIn(account, session)

        signed_in = await self._transact(work)
        REGISTRATIONS.inc()
        self._recorded()
        return signed_in


async def _held(connection: AsyncConnection, account_id: str) -> str:
    """The address of an account, which is held until the commit."""
    table = tables.accounts
    query = select(table.c.email).where(table.c.account_id == account_id)
    # Sessions may begin meanwhile: who begins one may hold what is waited for here.
    query = query.with_for_update(key_share=True)
    email: str | None = (await connection.execute(query)).scalar_one_or_none()
    if email is None:
        raise IdentityOther
    return email


def _address_of(identity: Identity) -> Address:
    if not identity.email:
        raise IdentityRefused(
            "It vouches for no e-mail address of yours. Register with an address and a password, "
            "then add this way to sign in under “Signing in”."
        )
    try:
        address = address_of(identity.email)
    except FieldInvalid:
        raise IdentityRefused(
            "The e-mail address it vouches for cannot be used here. Register with another one."
        ) from None
    if is_disposable(address.email):
        raise IdentityRefused(
            "The e-mail address it vouches for is one that its provider throws away. Register "
            "with one that stays yours."
        )
    return address


def _name_of(identity: Identity) -> str:
    name = unicodedata.normalize("NFC", identity.name.strip())
    return name if len(name) <= MAX_NAME and name.isprintable() else ""
