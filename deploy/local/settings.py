"""What the local runner can be told, by variables of its environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
"""The tree that is run."""

_PORT_VARIABLE = re.compile(r"(?:[A-Z]+_)?PORT|[A-Z]+_METRICS_PORT")
_OWN_SERVERS = {
    "NATS_URL": ("nats", "tls"),
    "REDIS_URL": ("redis", "rediss"),
    "DATABASE_URL": ("postgresql", "postgres", "postgresql+asyncpg"),
}


class SettingWrong(Exception):  # noqa: N818 - it names what was received
    """A variable that has no sense; says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """*ports*: those that are asked for, by variable; all others are picked.

    *servers*: addresses of servers the person runs, by variable; these are used instead of ours.
    *state*: the folder for data and keys.
    """

    state: Path
    ports: Mapping[str, int] = field(default_factory=dict)
    servers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], names: set[str]) -> Self:
        """Read ``PORT``, ``<NAME>_PORT`` and ``<NAME>_METRICS_PORT`` of *names*,
        ``DATABASE_URL``, ``REDIS_URL``, ``NATS_URL`` and ``LOCAL_STATE_FOLDER``.

        Raises:
            SettingWrong: for the first that is no good.
        """
        prefixes = {name.upper() for name in names}
        ports = {"PORT": 8000}
        for variable, value in environment.items():
            prefix = variable.removesuffix("_PORT").removesuffix("_METRICS")
            if variable == "PORT" or (_PORT_VARIABLE.fullmatch(variable) and prefix in prefixes):
                ports[variable] = _port(variable, value)
        servers = {
            variable: _address(variable, environment[variable], schemes)
            for variable, schemes in _OWN_SERVERS.items()
            if environment.get(variable)
        }
        return cls(state_folder(environment), ports, servers)


def state_folder(environment: Mapping[str, str]) -> Path:
    """The folder ``LOCAL_STATE_FOLDER`` names, or ``var/local`` of this tree."""
    named = environment.get("LOCAL_STATE_FOLDER")
    return Path(named).absolute() if named else ROOT / "var" / "local"


def mail_folder(state: Path) -> Path:
    """The folder that mail of a platform goes to: ``var/mail``, or within a *state* of its own."""
    return ROOT / "var" / "mail" if state == ROOT / "var" / "local" else state / "mail"


def _port(variable: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65_535:
        raise SettingWrong(f"{variable} is {value!r}; set it to a port from 1 to 65535")
    return int(value)


def _address(variable: str, value: str, schemes: tuple[str, ...]) -> str:
    example = f"{schemes[0]}://127.0.0.1:1234"
    for address in value.split(","):
        try:
            parts = urlsplit(address.strip())
            well_formed = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            well_formed = False
        if not well_formed:
            # The address itself may hold a password.
            raise SettingWrong(
                f"{variable} is no address of the form {example}; correct it, or unset it to have "
                "a server started"
            )
    return value
