"""Addresses: confirmed by a link that was mailed to them, and changed by confirming another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, events, mails, secret_tokens
from accounts.address_claims import claim, rivals_of
from accounts.audit import OWNER, Act
from accounts.clients import UNKNOWN, Client
from accounts.credentials import Address, FieldInvalid, FieldsInvalid
from accounts.disposable_addresses import lasting_address_of
from accounts.freshness import Freshness
from accounts.login_guard import LoginGuard
from accounts.mail_texts import MailTexts
from accounts.mailed_tokens import CHANGE, CONFIRM, LIFETIMES
from accounts.notebook import AccountUnknown
from accounts.outbox import record
from accounts.secret_tokens import Found, TokenRefused
from accounts.store import Transact
from accounts.tables import accounts
from accounts.tables import secret_tokens as tokens


class AddressConfirmed(Exception):  # noqa: N818 - it is the answer
    """The account's address is confirmed already."""


@dataclass(frozen=True, slots=True)
class Held:
    """By what an account is entered."""

    email: str = field(repr=False)
    confirmed: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """What a token would confirm: that *email* is the account's.

    *replaces*: the account has another address now. *rivals* other accounts claim the address and
    would be erased.
    """

    account_id: str
    email: str = field(repr=False)
    replaces: bool
    registered_at: datetime
    rivals: int


class Confirmations:
    """Sends links that confirm addresses, and follows them.

    Calls *recorded* when there is mail to send or an event to relay. Methods also raise what
    *transact* raises.
    """

    def __init__(
        self,
        transact: Transact,
        freshness: Freshness,
        guard: LoginGuard,
        texts: MailTexts,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transact = transact
        self._freshness = freshness
        self._guard = guard
        self._texts = texts
        self._recorded = recorded
        self._now = now

    async def ask(
        self,
        connection: AsyncConnection,
        account_id: str,
        address: Address,
        registered_at: datetime,
    ) -> None:
        """Post the link for an account that was registered, in the transaction of *connection*."""
        # Links that were mailed before stay good: people open whichever mail they find.
        token = await secret_tokens.give_out(
            connection, CONFIRM, account_id, self._now(), LIFETIMES[CONFIRM], replace=False,
            key=address.key,
        )  # fmt: skip
        mail = self._texts.confirm_address(address.email, token, registered_at)
        await mails.post(connection, account_id, mail, self._now())

    async def held(self, account_id: str) -> Held:
        """By what an account is entered.

        Raises:
            AccountUnknown: when there is no such account.
        """

        async def work(connection: AsyncConnection) -> Held:
            row = await _account(connection, account_id)
            return Held(row.email, row.confirmed_at is not None, row.has_password)

        return await self._transact(work)

    async def send_again(self, account_id: str, client: Client = UNKNOWN) -> None:
        """Send the link of an account's address once more.

        Raises:
            AddressConfirmed: when it is no longer needed.
            AccountUnknown: when there is no such account.
            TooManyAttempts: when so many were sent a short while ago.
        """

        async def look(connection: AsyncConnection) -> str:
            row = await _account(connection, account_id)
            if row.confirmed_at is not None:
                raise AddressConfirmed
            return str(row.email_key)

        await self._guard.mail(await self._transact(look), client)

        async def work(connection: AsyncConnection) -> None:
            row = await _account(connection, account_id)
            address = Address(row.email, row.email_key)
            await self.ask(connection, account_id, address, row.registered_at)

        await self._transact(work)
        self._recorded()

    async def look(self, token: str) -> Pending:
        """What confirming by *token* would do.

        Raises:
            TokenRefused: when the token is not good.
        """

        async def work(connection: AsyncConnection) -> Pending:
            purpose, found, row = await self._open(connection, token)
            return Pending(
                found.account_id,
                found.facts["email"] if purpose == CHANGE else row.email,
                purpose == CHANGE,
                row.registered_at,
                await rivals_of(connection, found.account_id, found.facts["key"]),
            )

        return await self._transact(work)

    async def confirm(self, token: str) -> str:
        """Make the address that *token* was mailed to its account's own; says whose.

        Raises:
            TokenRefused: when the token is not good.
            AddressTaken: when another account has confirmed the address.
        """
        now = self._now()

        async def work(connection: AsyncConnection) -> str:
            _, found, _ = await self._open(connection, token)
            # Before anything of the account is written: whoever confirms a rival waits here.
            await claim(connection, found.account_id, found.facts["key"], now)
            purpose, found, row = await self._open(connection, token, lock=True)
            await secret_tokens.use(connection, purpose, token, now)
            if purpose == CHANGE:
                await self._move(connection, row, found, now)
            else:
                await confirm_address(connection, found.account_id, now)
            return found.account_id

        account_id = await self._transact(work)
        self._recorded()
        return account_id

    async def change(
        self, account_id: str, session_id: str, email: str, client: Client = UNKNOWN
    ) -> None:
        """Send a link to *email* that makes it the account's address.

        Whether anybody has that address is not looked at before its owner has followed the link.

        Raises:
            FieldsInvalid: when it is no address, or the one the account has.
            ProofNeeded: when the owner has not proven shortly before who they are.
            AccountUnknown: when there is no such account.
            TooManyAttempts: when so many were sent a short while ago.
        """
        try:
            address = lasting_address_of(email)
        except FieldInvalid as fault:
            raise FieldsInvalid({"email": str(fault)}) from None
        await self._freshness.require(account_id, session_id)
        await self._guard.mail(address.key, client)
        now = self._now()

        async def work(connection: AsyncConnection) -> None:
            row = await _account(connection, account_id)
            if row.email_key == address.key and row.confirmed_at is not None:
                raise FieldsInvalid({"email": "is your address already"})
            token = await secret_tokens.give_out(
                connection, CHANGE, account_id, now, LIFETIMES[CHANGE],
                email=address.email, key=address.key, was=row.email_key,
            )  # fmt: skip
            mail = self._texts.confirm_new_address(address.email, token)
            await mails.post(connection, account_id, mail, now)
            await audit.record(connection, Act(account_id, OWNER, "address_change_asked"), now)

        await self._transact(work)
        self._recorded()

    async def _open(
        self, connection: AsyncConnection, token: str, *, lock: bool = False
    ) -> tuple[str, Found, Any]:
        """The purpose of *token*, what it was made with, and the row of its account."""
        now = self._now()
        try:
            purpose, found = CONFIRM, await secret_tokens.look_at(connection, CONFIRM, token, now)
        except TokenRefused:
            purpose, found = CHANGE, await secret_tokens.look_at(connection, CHANGE, token, now)
        query = select(accounts).where(accounts.c.account_id == found.account_id)
        row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
        # The account has moved to another address since.
        if row is None or row.email_key != found.facts.get("was", found.facts["key"]):
            raise TokenRefused
        return purpose, found, row

    async def _move(
        self, connection: AsyncConnection, row: Any, found: Found, now: datetime
    ) -> None:
        """Give an account the address it asked for; whoever reads mail of the old one is told."""
        account_id = found.account_id
        moved = {"email": found.facts["email"], "email_key": found.facts["key"]}
        await connection.execute(
            update(accounts).where(accounts.c.account_id == account_id).values(moved)
        )
        await confirm_address(connection, account_id, now, act="address_changed")
        # One that was never confirmed may be a stranger's.
        if row.confirmed_at is not None and row.email_key != found.facts["key"]:
            await mails.post(connection, account_id, self._texts.address_changed(row.email), now)


async def confirm_address(
    connection: AsyncConnection, account_id: str, now: datetime, *, act: str = "address_confirmed"
) -> None:
    """Note that an account's address is confirmed; links that were mailed before are void."""
    await connection.execute(
        update(accounts).where(accounts.c.account_id == account_id).values(confirmed_at=now)
    )
    await void_links(connection, account_id)
    await audit.record(connection, Act(account_id, OWNER, act), now)
    await record(connection, events.account_changed(account_id, now))


async def void_links(connection: AsyncConnection, account_id: str) -> None:
    """Make every link void that was mailed to an account, and every log-in that is half done."""
    await connection.execute(delete(tokens).where(tokens.c.account_id == account_id))


async def _account(connection: AsyncConnection, account_id: str) -> Any:
    query = select(accounts).where(accounts.c.account_id == account_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise AccountUnknown
    return row
