"""Settings of the gateway."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from gateway.payment_links import parse_payment_links
from gateway.search_limits import parse_limits
from gateway.signing import Keyring
from servicekit.redis_client import check_address
from servicekit.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """What the gateway can be told; variables start with ``GATEWAY_``."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    port: int = Field(default=8000, ge=0, le=65535)
    mode: Literal["local", "production"] = "local"
    """``production`` sets Secure ``__Host-`` cookies and demands keys."""
    site_name: str = Field(
        default="Coding Ahead",
        min_length=1,
        max_length=60,
        validation_alias=AliasChoices("site_name", "SITE_NAME"),
    )
    base_url: str = ""
    """Address at which people reach the site, ``https://example.org``; for links in documents."""
    lookup_target: str = "127.0.0.1:50051"
    accounts_target: str = "127.0.0.1:50052"
    metering_target: str = "127.0.0.1:50053"
    assistant_target: str = "127.0.0.1:50054"
    cookie_keys: str = ""
    """Keys that sign guest cookies: ``kid:base64url-of-32-bytes[,kid:…]``; the first signs."""
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        validation_alias=AliasChoices("redis_url", "GATEWAY_REDIS_URL", "REDIS_URL"),
    )
    """As metering's: ``redis://host:port/database``, or ``redis+cluster://host:port,host:port``."""
    redis_seconds: float = Field(default=0.05, gt=0, le=5)
    """Longest wait for a limit; then what was asked for is allowed."""
    search_limits: str = "search=60,suggest=600,note=20"
    """How many a minute one visitor may ask for."""
    search_networks: int = Field(default=10, ge=1, le=10_000)
    """How much more than a visitor a whole network may ask for."""
    guest_ceiling: int = Field(default=60, ge=0, le=1_000_000)
    """How many new guests one network may bring in a day (UTC); 0: any number."""
    crawlers: Literal["on", "off"] = "on"
    """Whether verified crawlers see the public sections unmetered; DNS is asked about them."""
    payment_links: str = ""
    """Where plans are bought: ``professional=https://…[,enterprise=…]``; none: not open yet."""
    proxies: int = Field(default=0, ge=0, le=10)
    """Proxies of ours in front, each of which adds its caller to ``X-Forwarded-For``."""
    page_cache_pages: int = Field(default=5_000, ge=1, le=1_000_000)
    """Rendered code pages kept in memory, about 60 KB each."""
    max_body_bytes: int = Field(default=65_536, ge=1_024)
    request_seconds: float = Field(default=10.0, gt=0, le=120)
    """Longest time for a request to arrive and for any but a streamed answer to be made."""

    @field_validator("lookup_target", "accounts_target", "metering_target", "assistant_target")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"{value!r} is not of the form host:port")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        check_address(value)
        return value

    @field_validator("search_limits")
    @classmethod
    def _are_limits(cls, value: str) -> str:
        parse_limits(value)
        return value

    @field_validator("payment_links")
    @classmethod
    def _are_links(cls, value: str) -> str:
        parse_payment_links(value)
        return value

    @field_validator("cookie_keys")
    @classmethod
    def _are_keys(cls, value: str) -> str:
        if value:
            Keyring.parse(value)
        return value

    @model_validator(mode="after")
    def _secrets_are_set_in_production(self) -> Self:
        if self.mode == "production" and not self.cookie_keys:
            raise ValueError("GATEWAY_COOKIE_KEYS must be set in production mode")
        if self.mode == "production" and not self.base_url.startswith("https://"):
            raise ValueError("GATEWAY_BASE_URL must be set to an https address in production mode")
        return self

    @property
    def public_url(self) -> str:
        """Where people reach the site, without a slash at the end."""
        return self.base_url.rstrip("/") or f"http://localhost:{self.port}"
