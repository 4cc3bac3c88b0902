"""Settings of the assistant."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.settings import ServiceSettings


class AssistantSettings(ServiceSettings):
    """What the assistant can be told; variables start with ``ASSISTANT_``."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_")

    port: int = Field(default=50054, ge=0, le=65535)
    lookup_target: str = Field(default="127.0.0.1:50051", pattern=r"^[^\s/]+:[0-9]+$")
    """``host:port`` of lookup."""
    lookup_seconds: float = Field(default=0.3, gt=0, le=5)
    """Longest wait for one call to lookup."""
    answer_seconds: float = Field(default=2.0, gt=0, le=30)
    """Longest time for a whole answer; the caller's deadline may leave less."""
