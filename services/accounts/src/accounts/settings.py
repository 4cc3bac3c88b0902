"""Settings of accounts."""

import os

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from servicekit.settings import ServiceSettings

_DRIVERS = ("postgresql", "postgres", "postgresql+asyncpg")


class AccountsSettings(ServiceSettings):
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
    relay: bool = True
    """Whether this process takes part in moving events to the bus; at least one must."""

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr) -> SecretStr:
        database_at(value.get_secret_value())
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
