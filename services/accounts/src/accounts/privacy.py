"""What a person may have done with everything that is held about them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import mails, personal_data, tables
from accounts.audit import OWNER, Act, record
from accounts.credentials import FieldInvalid, address_of
from accounts.erasing import erase
from accounts.freshness import Freshness
from accounts.mail_texts import MailTexts
from accounts.notebook import AccountUnknown
from accounts.store import Transact


class ConfirmationWrong(Exception):  # noqa: N818 - it is the answer
    """What was typed to confirm is not the account's address."""


class Privacy:
    """Exports and erases accounts; calls *recorded* when there is an event to relay."""

    def __init__(
        self,
        transact: Transact,
        freshness: Freshness,
        texts: MailTexts,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transact = transact
        self._freshness = freshness
        self._texts = texts
        self._recorded = recorded
        self._now = now

    async def export(self, account_id: str, session_id: str) -> bytes:
        """Everything held about an account, as JSON.

        Raises:
            ProofNeeded: when its owner has not just proven who they are.
            AccountUnknown: when there is no such account.
            DatabaseAway: when it cannot be read.
        """
        await self._freshness.require(account_id, session_id)
        now = self._now()

        async def work(connection: AsyncConnection) -> bytes:
            document = await personal_data.document(connection, account_id, now)
            if document is None:
                raise AccountUnknown
            await record(connection, Act(account_id, OWNER, "data_exported"), now)
            return document

        return await self._transact(work)

    async def erase(self, account_id: str, session_id: str, confirmation: str) -> None:
        """Erase an account whose owner has typed its address as *confirmation*.

        A last mail says that it is done. Of two who ask at once one finds no account any more.

        Raises:
            ProofNeeded: when its owner has not just proven who they are.
            ConfirmationWrong: when *confirmation* is not the address.
            AccountUnknown: when there is no such account.
            DatabaseAway: when it is not known to be erased.
        """
        await self._freshness.require(account_id, session_id)
        typed = _key_of(confirmation)
        await self._erase(Act(account_id, OWNER, "account_erased"), typed)

    async def erase_for(self, account_id: str, operator: str, reason: str) -> None:
        """Erase an account on behalf of its owner, as *operator* does by hand.

        Raises:
            AccountUnknown: when there is no such account.
            DatabaseAway: when it is not known to be erased.
        """
        await self._erase(Act(account_id, operator, "account_erased", reason), None)

    async def _erase(self, act: Act, typed: str | None) -> None:
        now, table = self._now(), tables.accounts
        mine = select(table.c.email, table.c.email_key).where(table.c.account_id == act.account_id)

        async def work(connection: AsyncConnection) -> None:
            row = (await connection.execute(mine.with_for_update())).one_or_none()
            if row is None:
                raise AccountUnknown
            if typed is not None and typed != row.email_key:
                raise ConfirmationWrong
            await erase(connection, act, now)
            # Nobody's any more: it goes out although the account is gone, and is deleted then.
            await mails.post(connection, "", self._texts.account_erased(row.email), now)

        await self._transact(work)
        self._recorded()


def _key_of(confirmation: str) -> str:
    try:
        return address_of(confirmation).key
    except FieldInvalid:
        return ""
