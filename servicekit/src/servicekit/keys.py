"""Secret keys by id, as settings carry them: ``kid:base64url-of-32-bytes[,kid:…]``."""

import base64
import binascii
import re

_KEY_ID = re.compile(r"[A-Za-z0-9]{1,16}")
KEY_BYTES = 32


def parse_keys(text: str) -> dict[str, bytes]:
    """The keys of *text* by id, in its order: the first is the one in use.

    Raises:
        ValueError: saying which part is malformed, without repeating a key.
    """
    keys: dict[str, bytes] = {}
    for number, part in enumerate(text.split(","), 1):
        key_id, _, encoded = part.strip().partition(":")
        if not _KEY_ID.fullmatch(key_id):
            raise ValueError(f"key {number}: its id must be 1 to 16 letters and digits")
        if key_id in keys:
            raise ValueError(f"key {number}: the id {key_id} is used twice")
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError(f"key {number} ({key_id}): must be {KEY_BYTES} bytes in base64url")
        keys[key_id] = key
    return keys
