"""Mails as they are sent: whole messages with headers that nobody can break out of."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from accounts.mail_queue import Taken
from accounts.mails import check


class Unwritable(Exception):  # noqa: N818 - it describes the mail
    """No message can be made of a mail; says why without naming anybody."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with its envelope; *international* where its recipient needs SMTPUTF8."""

    id: uuid.UUID
    kind: str
    made_at: datetime
    sender: str
    recipient: str = field(repr=False)
    international: bool
    message: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Makes letters *sender* (an ASCII address) sends in the name of *site_name*."""

    site_name: str
    sender: str

    def letter(self, taken: Taken) -> Letter:
        """The letter of a mail: the same bytes and the same Message-ID whenever it is made.

        Raises:
            Unwritable: when its recipient is no address, or a header cannot hold its value.
        """
        mail = taken.mail
        try:
            check(mail)
            address = validate_email(mail.recipient, check_deliverability=False)
            recipient = address.ascii_email or address.normalized
            message = EmailMessage(SMTPUTF8 if address.smtputf8 else SMTP)
            message["From"] = Address(self.site_name, addr_spec=self.sender)
            local, _, domain = recipient.rpartition("@")
            message["To"] = Address(username=local, domain=domain)
            message["Subject"] = mail.subject
            message["Date"] = format_datetime(taken.made_at)
            message["Message-ID"] = f"<{taken.id}@{self.sender.rpartition('@')[2]}>"
            # Programs that answer mail by themselves leave this one alone.
            message["Auto-Submitted"] = "auto-generated"
        except (EmailNotValidError, ValueError) as error:
            raise Unwritable(type(error).__name__) from None
        message.set_content(mail.plain, cte=_encoding(mail.plain))
        message.add_alternative(mail.html, subtype="html", cte=_encoding(mail.html))
        message.set_boundary(f"={taken.id.hex}=")
        return Letter(
            taken.id,
            mail.kind,
            taken.made_at,
            self.sender,
            recipient,
            address.smtputf8,
            bytes(message),
        )


def _encoding(text: str) -> str:
    """Readable as it is where it can be: links stay whole, and lines are short enough for SMTP."""
    return "7bit" if text.isascii() else "quoted-printable"
