"""How letters go out: to a mail server, or into a folder."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientRefused
from aiosmtplib.errors import SMTPResponseException

from accounts.letters import Letter
from accounts.mail_settings import MailSettings
from servicekit.logs import get_logger

log = get_logger("accounts.mail_carriers")

type HandOver = Callable[[], Awaitable[None]]

# "Relay access denied" and the like: about us, not about who was to get the mail.
_POLICY = re.compile(r"5\.7\.\d")
_FAREWELL_SECONDS = 1.0


class MailRefused(Exception):  # noqa: N818 - it says what was met
    """The server will never take this mail; says by which code."""


class MailDeferred(Exception):  # noqa: N818 - it says what was met
    """The server does not take this mail now; says by which code."""


class ServerAway(Exception):  # noqa: N818 - it says what was met
    """The server cannot be reached, hangs, or takes nothing of ours; says why."""


class Carrier(Protocol):
    """A way for letters to go out."""

    def ready(self, letter: Letter) -> AbstractAsyncContextManager[HandOver]:
        """Do all but the last step; entering gives that step, which hands *letter* over.

        What fails before the step is called left nothing behind. Entering and the step raise
        :class:`MailRefused`, :class:`MailDeferred` and :class:`ServerAway`.
        """
        ...


def carrier_of(settings: MailSettings) -> Carrier | None:
    """The way that *settings* name; None when they name none, and mail waits."""
    if settings.smtp_host:
        return SmtpCarrier(settings)
    if settings.mail_dir is not None:
        log.info("mail_goes_to_a_folder", folder=str(settings.mail_dir.absolute()))
        return FolderCarrier(settings.mail_dir)
    log.warning("mail_waits", why="set ACCOUNTS_SMTP_HOST or ACCOUNTS_MAIL_DIR to have it sent")
    return None


class SmtpCarrier:
    """Sends each letter over a connection of its own."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def ready(self, letter: Letter) -> AsyncIterator[HandOver]:
        """As :meth:`Carrier.ready`."""
        settings = self._settings
        password = settings.smtp_password.get_secret_value()
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=password or None,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            cert_bundle=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
            timeout=settings.mail_seconds,
            local_hostname=settings.mail_from.rpartition("@")[2],
        )
        encoding = "utf-8" if letter.international else "ascii"
        try:
            with _translated():
                async with asyncio.timeout(settings.mail_seconds):
                    await client.connect()
                    if letter.international and not client.supports_extension("smtputf8"):
                        raise MailRefused("the server knows no SMTPUTF8")
                    options = ["SMTPUTF8", "BODY=8BITMIME"] if letter.international else []
                    await client.mail(letter.sender, options=options, encoding=encoding)
                    await client.rcpt(letter.recipient, encoding=encoding)

            async def hand_over() -> None:
                with _translated():
                    async with asyncio.timeout(settings.mail_seconds):
                        await client.data(letter.message)

            yield hand_over
            with suppress(SMTPException, OSError, TimeoutError):
                await client.quit(timeout=_FAREWELL_SECONDS)
        finally:
            client.close()


class FolderCarrier:
    """Writes each letter to a file in *folder* whose name says when, what kind and which.

    A letter that is written again takes the place of itself.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    @asynccontextmanager
    async def ready(self, letter: Letter) -> AsyncIterator[HandOver]:
        """As :meth:`Carrier.ready`."""
        path = self._folder / f"{letter.made_at:%Y%m%d-%H%M%S}-{letter.kind}-{letter.id}.eml"

        async def hand_over() -> None:
            try:
                await asyncio.to_thread(_write, path, letter.message)
            except OSError as error:
                raise ServerAway(f"{path}: {error.strerror}") from None
            log.info("mail_filed", file=str(path))

        yield hand_over


def _write(path: Path, message: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    # Links in mail let whoever reads them in: they are for nobody else on this machine.
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


@contextmanager
def _translated() -> Iterator[None]:
    """Tell what the server's answers mean for the mail; its words may name people and stay here."""
    try:
        yield
    except (SMTPRecipientRefused, SMTPDataError) as error:
        if error.code < 500 or _POLICY.match(error.message):
            raise MailDeferred(str(error.code)) from None
        raise MailRefused(str(error.code)) from None
    except SMTPResponseException as error:
        raise ServerAway(f"{type(error).__name__} {error.code}") from None
    except (SMTPException, OSError, TimeoutError) as error:
        cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
        raise ServerAway(f"{type(error).__name__}{cause}") from None
