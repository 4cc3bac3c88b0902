"""The folder that mail goes to in local mode, as somebody who waits for mail sees it."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)


class MailFolder:
    """Reads the mail in *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def to(self, recipient: str) -> list[EmailMessage]:
        """The mails that *recipient* has got, the latest last."""
        files = sorted(self.path.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        found = [_read(file) for file in files]
        return [mail for mail in found if mail["To"] == recipient]

    async def link(self, recipient: str, page: str, count: int = 1, seconds: float = 15) -> str:
        """The path and query of the latest link to *page* that *recipient* was mailed.

        Waits until there are *count* such links.
        """
        async with asyncio.timeout(seconds):
            while True:
                links = [link for mail in self.to(recipient) for link in _links(mail, page)]
                if len(set(links)) >= count:
                    return links[-1]
                await asyncio.sleep(0.05)


def plain(mail: EmailMessage) -> str:
    """The plain part of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def _links(mail: EmailMessage, page: str) -> list[str]:
    parts = [urlsplit(address) for address in _LINK.findall(plain(mail).replace("\r\n", "\n"))]
    return [f"{link.path}?{link.query}" for link in parts if link.path == page and link.query]


def _read(file: Path) -> EmailMessage:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
