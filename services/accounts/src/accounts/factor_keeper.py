"""Setting factors up and taking them away: only with a fresh proof, told by mail and audited."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import factor_mails, factor_store, given_codes, one_time_passwords, secret_tokens
from accounts.audit import OWNER, Act, record
from accounts.database import Work
from accounts.factor_store import Holder
from accounts.factors import (
    MOST_PASSKEYS,
    FactorExists,
    Factors,
    FactorsFull,
    FactorUnknown,
    OneTimePasswordsOff,
    Passkey,
    ProofRejected,
    name_of,
)
from accounts.freshness import Freshness
from accounts.identities import ways_in
from accounts.mail_texts import MailTexts
from accounts.notebook import AccountUnknown
from accounts.passkeys import CHALLENGE_LIFETIME, PasskeyRefused, RelyingParty, answer_of
from accounts.provider_rounds import OnlyWayIn
from accounts.secret_keys import KeyMissing, Sealed, SecretKeys, Spoilt
from accounts.secret_tokens import TokenRefused
from accounts.store import Transact

_CREATION = "passkey_creation"
_OFFERED_FOR = timedelta(minutes=10)
"""A secret that was shown is shown again for so long, and can be confirmed."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The secret of an app, to be typed, and as an address for a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


class FactorKeeper:
    """Changes what an account proves itself with; calls *recorded* when there is mail to send.

    *issuers* are those of the providers at which identities can be used.

    Methods that change something raise :class:`accounts.freshness.ProofNeeded` without a fresh
    proof in the session, all of them :class:`accounts.database.DatabaseAway`.
    """

    def __init__(
        self,
        transact: Transact,
        freshness: Freshness,
        keys: SecretKeys,
        party: RelyingParty,
        texts: MailTexts,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
        issuers: Collection[str] = (),
    ) -> None:
        self._transact = transact
        self._freshness = freshness
        self._keys = keys
        self._party = party
        self._texts = texts
        self._recorded = recorded
        self._issuers = issuers
        self._now = now

    @property
    def offers_apps(self) -> bool:
        """Whether an app can be set up here."""
        return self._keys.ready

    async def factors(self, account_id: str) -> Factors:
        """What an account has."""

        async def work(connection: AsyncConnection) -> Factors:
            return await factor_store.factors_of(connection, account_id)

        return await self._transact(work)

    async def offer_app(self, account_id: str, session_id: str) -> Offer:
        """The secret of an app, which counts for nothing until it is confirmed.

        Raises:
            OneTimePasswordsOff: when none can be set up here.
            FactorExists: when the account has an app already.
            AccountUnknown: when there is no such account.
        """
        if not self._keys.ready:
            raise OneTimePasswordsOff
        await self._freshness.require(account_id, session_id)
        now = self._now()

        async def work(connection: AsyncConnection) -> Offer:
            holder = await _hold(connection, account_id)
            app = await factor_store.hold_app(connection, account_id)
            if app is not None and app.confirmed_at is not None:
                raise FactorExists
            secret = ""
            if app is not None and now - app.made_at < _OFFERED_FOR:
                secret = self._opened(app.secret, account_id)
            if not secret:
                secret = one_time_passwords.new_secret()
                sealed = self._keys.seal(secret.encode(), account_id)
                await factor_store.offer_app(connection, account_id, sealed, now)
            return Offer(secret, one_time_passwords.uri_of(secret, self._party.name, holder.email))

        return await self._transact(work)

    async def confirm_app(self, account_id: str, session_id: str, code: str) -> list[str]:
        """Take the app whose secret was shown; answers recovery codes where there were none.

        Raises:
            ProofRejected: when *code* is not one of its passwords.
            FactorUnknown: when no secret was shown, or too long ago.
            FactorExists: when the account has an app already.
            AccountUnknown: when there is no such account.
        """
        await self._freshness.require(account_id, session_id)
        now = self._now()

        async def work(connection: AsyncConnection) -> list[str]:
            holder = await _hold(connection, account_id)
            app = await factor_store.hold_app(connection, account_id)
            if app is not None and app.confirmed_at is not None:
                raise FactorExists
            if app is None or now - app.made_at >= _OFFERED_FOR:
                raise FactorUnknown
            secret = self._opened(app.secret, account_id)
            step = one_time_passwords.step_of(secret, code, now, app.last_step) if secret else None
            if step is None:
                raise ProofRejected
            await factor_store.note_step(connection, account_id, step, confirmed_at=now)
            await self._tell(connection, account_id, holder, factor_mails.APP_ADDED, now)
            return await given_codes.give_first(connection, account_id, now)

        return await self._told(work)

    async def remove_app(self, account_id: str, session_id: str) -> None:
        """Take the app away, if there is one.

        Raises:
            AccountUnknown: when there is no such account.
        """
        await self._freshness.require(account_id, session_id)
        now = self._now()

        async def work(connection: AsyncConnection) -> None:
            holder = await _hold(connection, account_id)
            if await factor_store.drop_app(connection, account_id):
                await self._tell(connection, account_id, holder, factor_mails.APP_REMOVED, now)
                await given_codes.drop_with_last(connection, account_id, now)

        await self._told(work)

    async def renew_codes(self, account_id: str, session_id: str) -> list[str]:
        """Ten new recovery codes in place of those there are.

        Raises:
            FactorUnknown: when the account has no factor they could stand in for.
            AccountUnknown: when there is no such account.
        """
        await self._freshness.require(account_id, session_id)
        now = self._now()

        async def work(connection: AsyncConnection) -> list[str]:
            holder = await _hold(connection, account_id)
            if not (await factor_store.factors_of(connection, account_id)).second:
                raise FactorUnknown
            await self._tell(connection, account_id, holder, factor_mails.CODES_RENEWED, now)
            return await given_codes.give_new(connection, account_id, now)

        return await self._told(work)

    async def passkey_options(self, account_id: str, session_id: str) -> str:
        """What a browser needs to create a passkey, as JSON.

        Raises:
            FactorsFull: when there are as many as there may be.
            AccountUnknown: when there is no such account.
        """
        await self._freshness.require(account_id, session_id)
        now = self._now()

        async def work(connection: AsyncConnection) -> str:
            holder = await _hold(connection, account_id)
            known = await factor_store.passkeys_of(connection, account_id)
            if len(known) >= MOST_PASSKEYS:
                raise FactorsFull
            challenge = await secret_tokens.give_out(
                connection, _CREATION, account_id, now, CHALLENGE_LIFETIME
            )
            return self._party.creation_options(challenge, account_id, holder.email, known)

        return await self._transact(work)

    async def add_passkey(
        self, account_id: str, session_id: str, credential: str, name: str
    ) -> tuple[Passkey, list[str]]:
        """Keep a passkey that a browser made; also recovery codes where there were none.

        Raises:
            FieldInvalid: when *name* cannot be.
            ProofRejected: when it is not what was asked for; asking again is needed.
            FactorsFull: when there are as many as there may be.
            AccountUnknown: when there is no such account.
        """
        await self._freshness.require(account_id, session_id)
        now = self._now()
        called = name_of(name, now)

        async def work(connection: AsyncConnection) -> tuple[Passkey, list[str]] | None:
            holder = await _hold(connection, account_id)
            try:
                answer = answer_of(credential)
                asked = await secret_tokens.use(connection, _CREATION, answer.challenge, now)
                if asked.account_id != account_id:
                    return None
                made = self._party.created(answer)
            except (PasskeyRefused, TokenRefused):
                return None
            if len(await factor_store.passkeys_of(connection, account_id)) >= MOST_PASSKEYS:
                raise FactorsFull
            kept = await factor_store.add_passkey(connection, account_id, made, called, now)
            if kept is None:
                return None
            await self._tell(connection, account_id, holder, factor_mails.PASSKEY_ADDED, now)
            return kept, await given_codes.give_first(connection, account_id, now)

        added = await self._told(work)
        if added is None:
            raise ProofRejected
        return added

    async def rename_passkey(self, account_id: str, passkey_id: bytes, name: str) -> None:
        """Give a passkey another name; that changes nothing for anybody but its owner's eyes.

        Raises:
            FieldInvalid: when *name* cannot be.
            FactorUnknown: when the account has no such passkey.
        """
        called = name_of(name, self._now())

        async def work(connection: AsyncConnection) -> bool:
            return await factor_store.rename_passkey(connection, account_id, passkey_id, called)

        if not await self._transact(work):
            raise FactorUnknown

    async def remove_passkey(self, account_id: str, session_id: str, passkey_id: bytes) -> None:
        """Take a passkey away, if it is there.

        Raises:
            OnlyWayIn: when nothing else lets its owner in.
            AccountUnknown: when there is no such account.
        """
        await self._freshness.require(account_id, session_id)
        now = self._now()

        async def work(connection: AsyncConnection) -> None:
            holder = await _hold(connection, account_id)
            if await factor_store.drop_passkey(connection, account_id, passkey_id):
                if not await ways_in(connection, account_id, self._issuers):
                    raise OnlyWayIn
                await self._tell(connection, account_id, holder, factor_mails.PASSKEY_REMOVED, now)
                await given_codes.drop_with_last(connection, account_id, now)

        await self._told(work)

    async def _told[T](self, work: Work[T]) -> T:
        done = await self._transact(work)
        self._recorded()
        return done

    async def _tell(
        self, connection: AsyncConnection, account_id: str, holder: Holder, kind: str, now: datetime
    ) -> None:
        await record(connection, Act(account_id, OWNER, kind), now)
        await factor_mails.tell(connection, self._texts, account_id, holder, kind, now)

    def _opened(self, sealed: Sealed, account_id: str) -> str:
        """The secret of an app that was only offered; empty where its key is gone meanwhile."""
        try:
            return self._keys.open(sealed, account_id).decode()
        except (KeyMissing, Spoilt):
            return ""


async def _hold(connection: AsyncConnection, account_id: str) -> Holder:
    holder = await factor_store.lock(connection, account_id)
    if holder is None:
        raise AccountUnknown
    return holder
