"""Mail that is to go out: recorded with what it tells of, and sent if and only if that commits."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.tables import mails


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, in plain text and in HTML.

    *kind* is what metrics and logs call it; they never name the recipient.
    """

    kind: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    plain: str = field(repr=False)
    html: str = field(repr=False)


async def post(connection: AsyncConnection, account_id: str, mail: Mail, now: datetime) -> None:
    """Record *mail* in the transaction of *connection*.

    *account_id* is whose data it is, and may be empty; erasing the account takes it back.
    """
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
