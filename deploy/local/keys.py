"""Secrets of this machine, made once: cookies and data stay good from one start to the next."""

import base64
import os
import secrets
from pathlib import Path

_KEYS = ("GATEWAY_COOKIE_KEYS", "ACCOUNTS_SECRET_KEYS")
_PASSWORDS = ("POSTGRES_PASSWORD",)


def local_keys(folder: Path) -> dict[str, str]:
    """The keys by variable, from ``keys.env`` in *folder*, which only its owner may read.

    What the file lacks is made and added.
    """
    file = folder / "keys.env"
    keys = {}
    if file.exists():
        lines = file.read_text("utf-8").splitlines()
        keys = dict(line.split("=", 1) for line in lines if "=" in line)
    missing = {name: _first_key() for name in _KEYS if name not in keys}
    missing |= {name: secrets.token_urlsafe(24) for name in _PASSWORDS if name not in keys}
    if missing:
        keys |= missing
        draft = file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.writelines(f"{name}={value}\n" for name, value in keys.items())
        draft.replace(file)
    return keys


def _first_key() -> str:
    """A first key in the form the services read, ``kid:base64url-of-32-bytes``."""
    return f"local1:{base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b'=').decode()}"
