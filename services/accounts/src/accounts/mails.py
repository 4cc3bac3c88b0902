"""Mail that is to go out: recorded with what it tells of, and sent if and only if that commits."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.mailed_tokens import LIFETIMES
from accounts.tables import accounts, mails

_KIND = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, in plain text and in HTML.

    *kind* is what metrics and logs call it, in small letters and underscores; they never name the
    recipient.
    """

    kind: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    plain: str = field(repr=False)
    html: str = field(repr=False)


def check(mail: Mail) -> None:
    """See that nothing of *mail* breaks out of a header or a file's name.

    Raises:
        ValueError: when it would; never says what.
    """
    if not _KIND.fullmatch(mail.kind):
        raise ValueError("a mail's kind is of small letters and underscores")
    if not mail.recipient.isprintable() or not mail.subject.isprintable():
        raise ValueError("a mail's recipient and subject must be printable")


async def post(connection: AsyncConnection, account_id: str, mail: Mail, now: datetime) -> None:
    """Record *mail* in the transaction of *connection*.

    *account_id* is whose data it is, and may be empty; erasing the account takes it back. While
    its address is not confirmed it gets links alone: news of it would go to whoever has that
    address, as often as a stranger likes.

    Raises:
        ValueError: as :func:`check`.
    """
    check(mail)
    if account_id and mail.kind not in LIFETIMES:
        confirmed = select(accounts.c.confirmed_at).where(accounts.c.account_id == account_id)
        if (await connection.execute(confirmed)).scalar_one_or_none() is None:
            return
    await connection.execute(
        insert(mails).values(
            mail_id=uuid.uuid4(),
            account_id=account_id or None,
            kind=mail.kind,
            recipient=mail.recipient,
            subject=mail.subject,
            plain=mail.plain,
            html=mail.html,
            made_at=now,
            due_at=now,
        )
    )
