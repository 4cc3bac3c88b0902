"""What must be read again and yet not lie open: encrypted under keys that have ids."""

import secrets
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from servicekit.keys import parse_keys

_NONCE_BYTES = 12


class KeyMissing(Exception):  # noqa: N818 - it says what was met
    """What is to be opened was sealed by a key that is not known any more."""


class Spoilt(Exception):  # noqa: N818 - it says what was met
    """What is to be opened was changed, or belongs to somebody else."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something encrypted, and the id of the key that did it."""

    key_id: str
    data: bytes = field(repr=False)


class SecretKeys:
    """Seals and opens by AES-256-GCM. The first key seals, all of them open, so that keys can be
    changed.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``kid:base64url-of-32-bytes[,kid:…]``; an empty text holds no keys.

        Raises:
            ValueError: saying which part is malformed, without repeating a key.
        """
        return cls(parse_keys(text) if text else {})

    @property
    def ready(self) -> bool:
        """Whether there is a key to seal with."""
        return bool(self._keys)

    @property
    def sealing_id(self) -> str:
        """The id of the key that seals; there must be one."""
        return next(iter(self._keys))

    def seal(self, plain: bytes, owner: str) -> Sealed:
        """*plain* encrypted for *owner*: for nobody else does it open."""
        key_id = self.sealing_id
        nonce = secrets.token_bytes(_NONCE_BYTES)
        covered = _covered(key_id, owner)
        return Sealed(key_id, nonce + AESGCM(self._keys[key_id]).encrypt(nonce, plain, covered))

    def open(self, sealed: Sealed, owner: str) -> bytes:
        """What :meth:`seal` was given for *owner*.

        Raises:
            KeyMissing: when the key is not known.
            Spoilt: when it is not what was sealed.
        """
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise KeyMissing(sealed.key_id)
        nonce, data = sealed.data[:_NONCE_BYTES], sealed.data[_NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, data, _covered(sealed.key_id, owner))
        except (InvalidTag, ValueError):
            raise Spoilt(sealed.key_id) from None


def _covered(key_id: str, owner: str) -> bytes:
    return f"{key_id}:{owner}".encode()
