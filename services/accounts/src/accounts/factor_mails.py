"""Notices of changes to what an account proves itself with, for whoever did not make them."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.factor_store import Holder
from accounts.mail_texts import MailTexts
from accounts.mails import post

PASSKEY_ADDED: Final = "passkey_added"
PASSKEY_REMOVED: Final = "passkey_removed"
APP_ADDED: Final = "one_time_password_added"
APP_REMOVED: Final = "one_time_password_removed"
CODES_RENEWED: Final = "recovery_codes_renewed"
FACTORS_REMOVED: Final = "second_factors_removed"
"""By an operator."""

_SAID = {
    PASSKEY_ADDED: (
        "a passkey was added",
        "A passkey was added to your account: it can be logged in with.",
    ),
    PASSKEY_REMOVED: (
        "a passkey was removed",
        "A passkey was removed from your account: it opens it no more.",
    ),
    APP_ADDED: (
        "an authenticator app was added",
        "An authenticator app was added to your account: logging in asks for its codes.",
    ),
    APP_REMOVED: (
        "the authenticator app was removed",
        "The authenticator app was removed from your account: logging in asks for its codes no "
        "more.",
    ),
    CODES_RENEWED: (
        "new recovery codes were made",
        "New recovery codes were made for your account; the ones of before are void.",
    ),
    FACTORS_REMOVED: (
        "second factors were removed",
        "All passkeys, the authenticator app and the recovery codes of your account were removed, "
        "as somebody asked us to who could not use them any more. You log in by your password or "
        "another site, as before.",
    ),
}


async def tell(
    connection: AsyncConnection,
    texts: MailTexts,
    account_id: str,
    holder: Holder,
    kind: str,
    now: datetime,
) -> None:
    """Tell *holder* of one *kind* of change, in the transaction of *connection*.

    An address that nobody confirmed may be anybody's: it is told nothing.
    """
    if holder.confirmed:
        subject, what = _SAID[kind]
        await post(connection, account_id, texts.notice(kind, holder.email, subject, what), now)
