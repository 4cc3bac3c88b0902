"""Passwords: changed by who knows the one in force, set anew by who reads mail of the address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, events, mails, secret_tokens, tables
from accounts.address_claims import claim
from accounts.audit import OWNER, Act
from accounts.clients import UNKNOWN, Client
from accounts.common_passwords import weakness_of
from accounts.confirmations import confirm_address, void_links
from accounts.credentials import FieldInvalid, FieldsInvalid, address_of, password_of
from accounts.freshness import Freshness, ProofNeeded
from accounts.login_guard import LoginGuard
from accounts.mail_texts import MailTexts
from accounts.mailed_tokens import LIFETIMES, RESET
from accounts.notebook import AccountUnknown
from accounts.outbox import record
from accounts.passwords import Passwords
from accounts.registrar import SignedIn
from accounts.rotation import rotate
from accounts.secret_tokens import TokenRefused
from accounts.session_ends import end_sessions
from accounts.store import Transact
from accounts.tables import accounts

_WRONG = {"current_password": "is wrong"}

# What somebody could have left in an account before its address was anybody's, to come back by.
_OTHER_WAYS_IN = (
    tables.passkeys,
    tables.one_time_passwords,
    tables.recovery_codes,
    tables.identities,
    tables.api_keys,
)


class _WrongPassword(Exception):  # noqa: N818 - it says what was met
    """So that the guard counts it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A wish for another password, in a session; *current* may be empty after a fresh proof."""

    account_id: str
    session_id: str
    current: str = field(repr=False)
    password: str = field(repr=False)


class PasswordChanges:
    """Changes passwords; calls *recorded* when there is mail to send or an event to relay.

    Methods also raise what *transact* raises, and PoolFull when too many passwords are hashed.
    """

    def __init__(
        self,
        transact: Transact,
        passwords: Passwords,
        freshness: Freshness,
        guard: LoginGuard,
        texts: MailTexts,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transact = transact
        self._passwords = passwords
        self._freshness = freshness
        self._guard = guard
        self._texts = texts
        self._recorded = recorded
        self._now = now

    async def change(self, asked: Change) -> SignedIn:
        """Set another password; all sessions end but the one of *asked*, which gets a new token.

        Raises:
            FieldsInvalid: when the current password is wrong, or the new one cannot be.
            ProofNeeded: without a current one, when the owner has not just proven who they are.
            AccountUnknown: when there is no such account.
            TooManyAttempts: when so many wrong ones were given a short while ago.
        """
        self._passwords.admit()
        row = await self._account(asked.account_id)
        secret = self._new(asked.password, row)
        if asked.current:
            await self._verify(asked.account_id, asked.current, row)
        else:
            await self._freshness.require(asked.account_id, asked.session_id)
        password_hash = await self._passwords.hash(secret)
        now = self._now()

        async def work(connection: AsyncConnection) -> SignedIn:
            rotated = await rotate(
                connection, asked.account_id, asked.session_id, now, proven=bool(asked.current)
            )
            if rotated is None:
                raise ProofNeeded
            await end_sessions(connection, asked.account_id, now, but=rotated.session.id)
            await self._set(connection, row, password_hash, now, "password_changed")
            return rotated

        rotated = await self._transact(work)
        self._recorded()
        return rotated

    async def ask_reset(self, email: str, client: Client = UNKNOWN) -> None:
        """Mail a link to set a new password to whoever has the address *email*, if anybody has.

        That is the account that confirmed it, or else the newest that has not. The same is done
        where nobody has it, and then undone.

        Raises:
            FieldsInvalid: when it is no address.
            TooManyAttempts: when so many were asked for a short while ago.
        """
        try:
            address = address_of(email)
        except FieldInvalid as fault:
            raise FieldsInvalid({"email": str(fault)}) from None
        await self._guard.mail(address.key, client)
        now = self._now()
        owner = (
            select(accounts.c.account_id, accounts.c.email)
            .where(accounts.c.email_key == address.key, accounts.c.disabled_at.is_(None))
            .order_by(accounts.c.confirmed_at.is_(None), accounts.c.position.desc())
            .limit(1)
        )

        async def work(connection: AsyncConnection) -> None:
            row = (await connection.execute(owner)).one_or_none()
            account_id, recipient = (row.account_id, row.email) if row else ("", address.email)
            async with connection.begin_nested() as kept:
                token = await secret_tokens.give_out(
                    connection, RESET, account_id, now, LIFETIMES[RESET], replace=False,
                    key=address.key,
                )  # fmt: skip
                mail = self._texts.reset_password(recipient, token)
                await mails.post(connection, account_id, mail, now)
                act = Act(account_id, OWNER, "password_reset_asked")
                await audit.record(connection, act, now)
                if row is None:
                    await kept.rollback()

        await self._transact(work)
        self._recorded()

    async def see(self, token: str) -> None:
        """See that *token* is good, before anybody thinks of a password.

        Raises:
            TokenRefused: when it is not.
        """
        await self._by_token(token)

    async def reset(self, token: str, password: str) -> None:
        """Set a new password by a token that was mailed; all sessions end.

        Whoever followed the link reads mail of the address, so it is confirmed as well. What was
        set up in an account before that may be a stranger's, and goes: passkeys and other ways in.

        Raises:
            FieldsInvalid: when the password cannot be.
            TokenRefused: when the token is not good.
            AddressTaken: when another account has confirmed the address since.
        """
        self._passwords.admit()
        known = await self._by_token(token)
        secret = self._new(password, known)
        password_hash = await self._passwords.hash(secret)
        now = self._now()

        async def work(connection: AsyncConnection) -> None:
            if known.confirmed_at is None:
                await claim(connection, known.account_id, known.email_key, now)
            row = await _hold(connection, known.account_id)
            found = await secret_tokens.use(connection, RESET, token, now)
            if row is None or row.email_key != found.facts["key"]:
                raise TokenRefused
            if (row.confirmed_at is None) != (known.confirmed_at is None):
                # It was confirmed meanwhile, and its links are void.
                raise TokenRefused
            if row.confirmed_at is None:
                await _take_over(connection, row.account_id, now)
            await end_sessions(connection, row.account_id, now)
            await self._set(connection, row, password_hash, now, "password_reset")

        await self._transact(work)
        self._recorded()

    async def _set(
        self, connection: AsyncConnection, row: Any, password_hash: str, now: datetime, act: str
    ) -> None:
        account_id = row.account_id
        await connection.execute(
            update(accounts)
            .where(accounts.c.account_id == account_id)
            .values(password_hash=password_hash, has_password=True)
        )
        await void_links(connection, account_id)
        # No device is let past the limits for having known the old one.
        devices = tables.known_devices
        await connection.execute(delete(devices).where(devices.c.account_id == account_id))
        await audit.record(connection, Act(account_id, OWNER, act), now)
        await mails.post(connection, account_id, self._texts.password_changed(row.email), now)

    async def _verify(self, account_id: str, current: str, row: Any) -> None:
        try:
            secret = password_of(current)
        except FieldInvalid:
            secret = ""
        try:
            async with self._guard.proving(account_id):
                if not row.has_password or not await self._passwords.verify(
                    secret, row.password_hash
                ):
                    raise _WrongPassword
        except _WrongPassword:
            raise FieldsInvalid(_WRONG) from None

    def _new(self, password: str, row: Any) -> str:
        try:
            secret = password_of(password)
            weakness = weakness_of(secret, row.email, row.name, self._texts.site_name)
            if weakness:
                raise FieldInvalid(weakness)
        except FieldInvalid as fault:
            raise FieldsInvalid({"password": str(fault)}) from None
        return secret

    async def _account(self, account_id: str) -> Any:
        async def work(connection: AsyncConnection) -> Any:
            query = select(accounts).where(accounts.c.account_id == account_id)
            return (await connection.execute(query)).one_or_none()

        row = await self._transact(work)
        if row is None:
            raise AccountUnknown
        return row

    async def _by_token(self, token: str) -> Any:
        """The account of a reset's token."""

        async def work(connection: AsyncConnection) -> Any:
            found = await secret_tokens.look_at(connection, RESET, token, self._now())
            query = select(accounts).where(
                accounts.c.account_id == found.account_id,
                accounts.c.email_key == found.facts["key"],
                accounts.c.disabled_at.is_(None),
            )
            return (await connection.execute(query)).one_or_none()

        row = await self._transact(work)
        if row is None:
            raise TokenRefused
        return row


async def _hold(connection: AsyncConnection, account_id: str) -> Any:
    query = select(accounts).where(accounts.c.account_id == account_id).with_for_update()
    return (await connection.execute(query)).one_or_none()


async def _take_over(connection: AsyncConnection, account_id: str, now: datetime) -> None:
    """Give an account to whoever reads its mail, and nobody else a way in."""
    await confirm_address(connection, account_id, now)
    for table in _OTHER_WAYS_IN:
        await connection.execute(delete(table).where(table.c.account_id == account_id))
    await record(connection, events.api_key_revoked(account_id, "", now))
