"""Where a running platform's parts are, in a file that other commands read."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

_FILE = "addresses.json"


def write_addresses(state: Path, addresses: Mapping[str, str]) -> None:
    """Replace the file in one step; only its owner may read it, as the database's address holds
    its password."""
    draft = state / f"{_FILE}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(addresses, out, indent=2)
    draft.replace(state / _FILE)


def read_addresses(state: Path) -> dict[str, str]:
    """Addresses by part, ``{"nats": "nats://127.0.0.1:4222", …}``; empty when nothing runs."""
    try:
        content = json.loads((state / _FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(address) for name, address in content.items()}


def remove_addresses(state: Path) -> None:
    """Say that nothing runs."""
    (state / _FILE).unlink(missing_ok=True)
