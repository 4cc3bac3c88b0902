"""Signed values that visitors carry: who signed, what for, and whether it still holds."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from typing import Self

from servicekit.keys import parse_keys

_MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """A value whose signature holds; *stale* when an older key made it."""

    value: str
    stale: bool


class Keyring:
    """Keys by id. The first signs; all of them are accepted, so that keys can be changed.

    A signature covers a *purpose*, so that what was signed for one use is worth nothing in
    another.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self._signer = next(iter(keys))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``kid:base64url-of-32-bytes[,kid:…]``.

        Raises:
            ValueError: saying which part is malformed, without repeating a key.
        """
        return cls(parse_keys(text))

    @classmethod
    def ephemeral(cls) -> Self:
        """A key that dies with the process: what it signed is not accepted afterwards."""
        return cls({"tmp": secrets.token_bytes(32)})

    def sign(self, purpose: str, value: str) -> str:
        """*value* (of cookie-safe characters without a dot) with its key id and signature."""
        return f"{self._signer}.{value}.{self._mac(self._signer, purpose, value)}"

    def open(self, purpose: str, signed: str) -> Opened | None:
        """What :meth:`sign` was given for *purpose*; None for anything else."""
        key_id, _, rest = signed.partition(".")
        value, _, mac = rest.partition(".")
        if key_id not in self._keys or not mac.isascii():
            return None
        if not hmac.compare_digest(self._mac(key_id, purpose, value), mac):
            return None
        return Opened(value, stale=key_id != self._signer)

    def _mac(self, key_id: str, purpose: str, value: str) -> str:
        covered = f"{purpose}.{key_id}.{value}".encode("utf-8", "surrogatepass")
        mac = hmac.digest(self._keys[key_id], covered, "sha256")[:_MAC_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
