"""Recovery codes: for whoever has lost everything else; each good once."""

import hashlib
import re
import secrets

COUNT = 10

# Crockford's base32: nothing in it is taken for something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 16, 4
_CODE = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}")
_READ_AS = str.maketrans("OIL", "011")


def new_codes() -> list[str]:
    """Ten codes of 80 bits, in groups to be copied by hand: ``7KQ2-M0ZT-…``."""
    return [_new_code() for _ in range(COUNT)]


def hash_of(text: str) -> bytes | None:
    """The form in which a code is kept, however it was typed; None when it cannot be one.

    SHA-256: codes are drawn from so many that no slow hash would help.
    """
    code = re.sub(r"[\s-]", "", text[:100]).upper().translate(_READ_AS)
    return hashlib.sha256(code.encode()).digest() if _CODE.fullmatch(code) else None


def _new_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))
