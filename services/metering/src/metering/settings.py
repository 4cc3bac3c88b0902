"""Settings of metering."""

from pathlib import Path

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import SettingsConfigDict

from metering.redis_cluster import seeds_of
from servicekit.settings import ServiceSettings


class MeteringSettings(ServiceSettings):
    """What metering can be told; variables start with ``METERING_``."""

    model_config = SettingsConfigDict(env_prefix="METERING_")

    port: int = Field(default=50053, ge=0, le=65535)
    plans_file: Path = Path("deploy/plans.yaml")
    """The plan file; changes are taken up while running."""
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        validation_alias=AliasChoices("redis_url", "METERING_REDIS_URL", "REDIS_URL"),
    )
    """``redis://[user[:password]@]host[:port][/database]``, or ``rediss://`` for TLS; of a cluster
    ``redis+cluster://host:port,host:port`` or ``rediss+cluster://``."""
    redis_seconds: float = Field(default=0.1, gt=0, le=5)
    """Longest wait for the count before the outage policy answers; below callers' deadlines."""
    outbox_capacity: int = Field(default=1_000_000, ge=64)
    """Grants that may wait for the ledger, about 150 bytes each; then the outage policy answers."""
    strict_seconds: float = Field(default=1.0, gt=0, le=5)
    """Longest wait for the ledger to reserve or settle units of strict actions. Decisions wait
    ``redis_seconds`` for it, as they share batches with page views."""
    reservation_seconds: float = Field(default=120.0, ge=1, le=3_600)
    """How long units of a strict action stay reserved unless they are settled."""
    relay: bool = True
    """Whether this process takes part in moving grants to the ledger; at least one must."""

    reconcile_seconds: float = Field(default=3_600.0, ge=0)
    """How long a comparison of all shards with the ledger takes, one after the other; 0: none."""

    @field_validator("redis_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        seeds_of(value)
        return value
