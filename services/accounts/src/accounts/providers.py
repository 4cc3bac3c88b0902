"""Providers of identities, as the settings name them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

_KEY = re.compile(r"[a-z][a-z0-9-]{0,31}")
_MEMBERS = ("key", "name", "issuer", "client_id", "client_secret")
_LONGEST = 1_000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Paths below /login that are not a provider's.
_TAKEN = ("second-factor", "passkey")


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider and what it knows this site by.

    *key* stands in addresses, *name* is what people call it. Without a *client_secret* the site
    is a public client, which only PKCE protects.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)


def parse_providers(text: str) -> Mapping[str, Provider]:
    """Read providers by key: a JSON list of objects, or the path of a file that holds one.

    Raises:
        ValueError: saying what is wrong with which, without repeating a secret.
    """
    if not text.strip():
        return {}
    if not text.lstrip().startswith("["):
        try:
            text = Path(text.strip()).read_text("utf-8")
        except (OSError, ValueError):
            raise ValueError("names a file that cannot be read") from None
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not valid JSON") from None
    if not isinstance(entries, list):
        raise ValueError("must be a JSON list of objects")
    found: dict[str, Provider] = {}
    for number, entry in enumerate(entries, 1):
        provider = _provider(number, entry)
        if provider.key in found:
            raise ValueError(f"provider {number}: the key {provider.key} is used twice")
        if any(provider.issuer == other.issuer for other in found.values()):
            raise ValueError(f"provider {number}: its issuer is used twice")
        found[provider.key] = provider
    return found


def is_safe(url: str) -> bool:
    """Whether *url* may be asked: https, or http on this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or parts.fragment or not host:
        return False
    return parts.scheme == "https" or _is_local(parts)


def _is_local(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _provider(number: int, entry: object) -> Provider:
    if not isinstance(entry, dict):
        raise ValueError(f"provider {number}: must be an object")
    if unknown := sorted(set(entry) - set(_MEMBERS)):
        raise ValueError(f"provider {number}: {unknown[0]!r} is not known; {_listed(_MEMBERS)} are")
    values: list[str] = []
    for member in _MEMBERS:
        value = entry.get(member, "" if member == "client_secret" else None)
        if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
            raise ValueError(f"provider {number}: {member} must be a text")
        values.append(value)
    provider = Provider(*values)
    if not _KEY.fullmatch(provider.key) or provider.key in _TAKEN:
        raise ValueError(
            f"provider {number}: key must be 1 to 32 of a-z, 0-9 and '-', "
            f"begin with a letter and be none of {_listed(_TAKEN)}"
        )
    if not provider.name.strip() or not provider.client_id:
        raise ValueError(f"provider {number} ({provider.key}): name and client_id must be given")
    if not is_safe(provider.issuer) or urlsplit(provider.issuer).query:
        raise ValueError(
            f"provider {number} ({provider.key}): issuer must be an https address without a query"
        )
    return provider


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
