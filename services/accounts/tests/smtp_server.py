"""A real mail server for tests, which takes mail, refuses it, hangs, and goes away."""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.nats_server import free_port

OK = "250 OK"


@dataclass
class Received:
    """A mail as the server has it, and how its sender came."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    raw: bytes
    over_tls: bool
    user: str = ""

    @property
    def plain(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        text: str = part.get_content()
        return text


@dataclass
class SmtpServer:
    """Answers RCPT and DATA with *to_recipient* and *to_data*; holds them up at closed gates."""

    folder: Path
    to_recipient: str = OK
    to_data: str = OK
    user: str = ""
    password: str = ""
    port: int = field(default_factory=free_port)
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.recipient_gate, self.data_gate = asyncio.Event(), asyncio.Event()
        self.recipient_gate.set()
        self.data_gate.set()
        self.at_recipient, self.at_data = asyncio.Event(), asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Transport] = set()

    async def start(self, *, tls: bool = False, starttls: bool = False) -> None:
        context = self._context() if tls or starttls else None
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {}
        if self.user:
            options = {"authenticator": self._known, "auth_required": True}

        def connected() -> "_Connection":
            self.connections += 1
            return _Connection(
                self,
                hostname="mail.test",
                loop=loop,
                tls_context=context if starttls else None,
                require_starttls=starttls,
                enable_SMTPUTF8=True,
                auth_require_tls=starttls,
                opened=self._open,
                **options,
            )

        self._server = await loop.create_server(
            connected, "127.0.0.1", self.port, ssl=context if tls else None
        )

    async def stop(self) -> None:
        """Go away, and drop whoever is connected."""
        if self._server is not None:
            self._server.close()
            for transport in list(self._open):
                transport.abort()
            await self._server.wait_closed()
            self._server = None
            await asyncio.sleep(0)

    async def until(self, count: int, seconds: float = 15) -> list[Received]:
        """The mails, once there are *count* or more."""
        async with asyncio.timeout(seconds):
            while len(self.received) < count:
                await asyncio.sleep(0.01)
        return self.received

    @property
    def certificate(self) -> Path:
        return self.folder / "mail.pem"

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.at_recipient.set()
        await self.recipient_gate.wait()
        if self.to_recipient == OK:
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802 - named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        if self.to_data == OK:
            message = message_from_bytes(raw, policy=policy.default)
            assert isinstance(message, EmailMessage)
            user = session.auth_data.login.decode() if session.auth_data else ""
            self.received.append(
                Received(
                    envelope.mail_from or "",
                    list(envelope.rcpt_tos),
                    message,
                    raw,
                    _is_over_tls(server),
                    user,
                )
            )
        self.at_data.set()
        await self.data_gate.wait()
        return self.to_data

    def _known(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            self.user.encode(),
            self.password.encode(),
        )
        return AuthResult(success=right, handled=True, auth_data=data)

    def _context(self) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.certificate.write_bytes(certificate.public_bytes(pem))
        secret = self.folder / "mail.key"
        secret.write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, secret)
        return context


def _is_over_tls(server: SMTP) -> bool:
    transport = server.transport
    return transport is not None and transport.get_extra_info("ssl_object") is not None


class _Connection(SMTP):
    """One connection, which the server can drop."""

    def __init__(self, handler: Any, *, opened: set[asyncio.Transport], **options: Any) -> None:
        super().__init__(handler, **options)
        self._opened = opened

    def connection_made(self, transport: Any) -> None:
        self._opened.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self._opened.discard(self.transport)
        super().connection_lost(error)
