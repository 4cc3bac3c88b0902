"""Settings of mail: what it says it is from, and how it goes out."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator

from servicekit.settings import ServiceSettings

_SENDER = "no-reply@localhost"


class MailSettings(ServiceSettings):
    """The part of accounts' settings that mail needs."""

    site_name: str = Field(
        default="Coding Ahead",
        min_length=1,
        max_length=60,
        validation_alias=AliasChoices("ACCOUNTS_SITE_NAME", "site_name", "SITE_NAME"),
    )
    base_url: str = Field(
        default="http://localhost:8000",
        validation_alias=AliasChoices("ACCOUNTS_BASE_URL", "base_url", "BASE_URL"),
    )
    """Address at which people reach the site, ``https://example.org``; links in mail begin so."""
    mail_dir: Path | None = None
    """Folder that mail is written to instead of being sent, one file a mail."""
    mail_from: str = _SENDER
    """Address that mail comes from."""
    mail_seconds: float = Field(default=30.0, gt=0, le=600)
    """Longest wait for the mail server: to take a recipient, and again to take a mail."""
    smtp_host: str = ""
    """Mail server; empty: none."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """``starttls`` demands it, ``tls`` from the first byte on, ``none`` for a server beside us."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca_file: Path | None = None
    """Authority of the mail server; the system's where there is none."""

    @field_validator("site_name")
    @classmethod
    def _fits_a_header(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("must be printable")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        value = value.rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or not value.isprintable():
            raise ValueError("must be http://host or https://host, with a port where it has one")
        if value != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
            raise ValueError("must end with the host or its port")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_a_sender(cls, value: str) -> str:
        if value == _SENDER:
            return value
        try:
            sender = validate_email(value, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            raise ValueError(str(error)) from None
        if sender.ascii_email is None:
            raise ValueError("must be of ASCII characters before the @")
        return sender.ascii_email

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if not self.smtp_host:
            return self
        if self.mail_dir is not None:
            raise ValueError("set ACCOUNTS_SMTP_HOST or ACCOUNTS_MAIL_DIR, not both")
        if "base_url" not in self.model_fields_set:
            raise ValueError("ACCOUNTS_BASE_URL must be set where mail is sent")
        if self.mail_from == _SENDER:
            raise ValueError("ACCOUNTS_MAIL_FROM must be set where mail is sent")
        if self.smtp_user and self.smtp_security == "none":
            raise ValueError("a password is not sent in clear: set ACCOUNTS_SMTP_SECURITY")
        if self.smtp_ca_file is not None and not self.smtp_ca_file.is_file():
            raise ValueError(f"ACCOUNTS_SMTP_CA_FILE {self.smtp_ca_file} does not exist")
        return self
