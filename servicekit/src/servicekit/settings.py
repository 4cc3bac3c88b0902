"""Settings of a process, read from its environment and checked before it starts."""

import sys
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every process can be told.

    A service derives from it, sets ``env_prefix`` (``METERING_``) and a default port.
    """

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, frozen=True)

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=0, ge=0, le=65535)
    """Port to serve on; 0 picks a free one."""
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """Port for ``/metrics``, ``/healthz`` and ``/readyz``; 0 picks a free one."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    nats_url: str = Field(
        default="nats://127.0.0.1:4222", validation_alias=AliasChoices("nats_url", "NATS_URL")
    )
    """Servers of the event bus, separated by commas."""
    drain_wait_seconds: float = Field(default=0.0, ge=0, le=60)
    """Pause between saying NOT_SERVING and refusing new work, so that callers can turn away."""
    drain_seconds: float = Field(default=5.0, gt=0, le=120)
    """Longest time for work in hand to finish at a stop."""
    tls_cert_file: Path | None = None
    """Certificate shown to callers and peers; with ``tls_key_file``."""
    tls_key_file: Path | None = None
    tls_ca_file: Path | None = None
    """Authority of peers: servers then ask callers for a certificate, clients use TLS."""

    @model_validator(mode="after")
    def _tls_files_belong_together(self) -> "ServiceSettings":
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_cert_file and tls_key_file must be set together")
        for path in (self.tls_cert_file, self.tls_key_file, self.tls_ca_file):
            if path is not None and not path.is_file():
                raise ValueError(f"TLS file {path} does not exist")
        return self


def load_settings[S: BaseSettings](kind: type[S]) -> S:
    """Read *kind* from the environment.

    Raises:
        SystemExit: with status 2 and one line naming each variable that is wrong and why.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix") or ""
        faults = "; ".join(
            _variable(prefix, fault["loc"]) + f": {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        print(_line(f"{prefix.rstrip('_').lower()}: wrong setting: {faults}"), file=sys.stderr)
        raise SystemExit(2) from None


def _variable(prefix: str, location: tuple[int | str, ...]) -> str:
    name = ".".join(str(part) for part in location)
    if not name:
        return "settings"
    return name.upper() if name.isupper() else f"{prefix}{name}".upper()


def _line(text: str) -> str:
    return " ".join(text.split())
