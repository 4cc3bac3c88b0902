"""Settings of the commands on the event bus."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class NatsSettings(BaseSettings):
    """What they can be told; variables start with ``NATS_``."""

    model_config = SettingsConfigDict(env_prefix="NATS_", extra="ignore", frozen=True)

    url: str = ""
    """Servers of the event bus, separated by commas; empty: those of ``make run``."""
    replicas: int = Field(default=1, ge=1, le=5)
    """Servers that keep a copy of each stream: 1 locally, 3 in production."""
    ledger_bytes: int = Field(default=2 * 2**30, ge=2**20)
    """Room for the ledger, about 500 bytes a grant; when it is full, grants wait in Redis."""
