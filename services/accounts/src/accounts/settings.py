"""Settings of accounts."""

import os

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from accounts.limits import parse_limits
from accounts.mail_settings import MailSettings
from accounts.payment_settings import PaymentSettings
from accounts.provider_settings import ProviderSettings
from accounts.secret_keys import SecretKeys
from servicekit.redis_client import check_address

_DRIVERS = ("postgresql", "postgres", "postgresql+asyncpg")


class AccountsSettings(MailSettings, PaymentSettings, ProviderSettings):
    """What accounts can be told; variables start with ``ACCOUNTS_``."""

    model_config = SettingsConfigDict(env_prefix="ACCOUNTS_")

    port: int = Field(default=50052, ge=0, le=65535)
    database_url: SecretStr = Field(
        default=SecretStr("postgresql://postgres@127.0.0.1:5432/accounts"),
        validation_alias=AliasChoices("database_url", "ACCOUNTS_DATABASE_URL", "DATABASE_URL"),
    )
    """``postgresql://[user[:password]@]host[:port]/database[?sslmode=…]``."""
    database_pool: int = Field(default=10, ge=1, le=100)
    """Connections for calls; two more relay events and probe."""
    database_seconds: float = Field(default=0.4, gt=0, le=5)
    """Longest wait for PostgreSQL in one step of a call; a log-in takes two."""
    hash_workers: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), ge=1, le=256)
    """Passwords hashed at once, 19 MiB each."""
    hash_queue: int = Field(default=8, ge=0, le=1000)
    """Hashing jobs that may wait, for each worker; more are refused."""
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        validation_alias=AliasChoices("redis_url", "ACCOUNTS_REDIS_URL", "REDIS_URL"),
    )
    """``redis://host:port/database``, or ``redis+cluster://host:port,host:port``."""
    redis_seconds: float = Field(default=0.05, gt=0, le=5)
    """Longest wait for a limit; then this process counts for itself."""
    limits: str = ""
    """``login-account=10/900,…``: attempts at once, and seconds in which they are made up for."""
    secret_keys: SecretStr = SecretStr("")
    """Keys that encrypt secrets of apps: ``kid:base64url-of-32-bytes[,kid:…]``; the first does.

    Without any, nobody can set an app up.
    """
    relay: bool = True
    """Whether this process takes part in moving events to the bus; at least one must."""

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: SecretStr) -> SecretStr:
        database_at(value.get_secret_value())
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_an_address_of_redis(cls, value: str) -> str:
        check_address(value)
        return value

    @field_validator("secret_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        SecretKeys.parse(value.get_secret_value())
        return value

    @field_validator("limits")
    @classmethod
    def _are_limits(cls, value: str) -> str:
        parse_limits(value)
        return value

    @property
    def database(self) -> URL:
        """Where the database is; hides its password when printed."""
        return database_at(self.database_url.get_secret_value())


def database_at(address: str) -> URL:
    """Read the address of a database.

    Raises:
        ValueError: when it is none, or asks for what is not offered.
    """
    form = "must be postgresql://[user[:password]@]host[:port]/database"
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError(form) from None
    if url.drivername not in _DRIVERS or not url.host or not url.database:
        raise ValueError(form)
    if foreign := set(url.query) - {"sslmode"}:
        raise ValueError(f"option {min(foreign)!r} is not known; only sslmode is")
    mode = url.query.get("sslmode")
    return url.set(drivername="postgresql+asyncpg", query={"ssl": mode} if mode else {})
