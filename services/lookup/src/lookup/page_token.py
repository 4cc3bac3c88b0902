"""Where the next page of a search begins, as an opaque word."""

import base64
import hashlib
import re

from lookup.refusals import Reason, Refused

_LONGEST = 200


def fingerprint(catalog_id: str, *asked: str) -> str:
    """What a token is good for: one catalog and one question."""
    digest = hashlib.sha256("\0".join((catalog_id, *asked)).encode())
    return digest.hexdigest()[:16]


def write_token(of: str, offset: int) -> str:
    """The token for *offset* in the results of the question with fingerprint *of*."""
    return base64.urlsafe_b64encode(f"{of}:{offset}".encode()).decode().rstrip("=")


def read_token(token: str, of: str) -> int:
    """The offset a token holds; 0 for none.

    Raises:
        Refused: when it was not written for the question with fingerprint *of*.
    """
    if not token:
        return 0
    try:
        padded = token[:_LONGEST] + "=" * (-len(token) % 4)
        text = base64.b64decode(padded.encode("ascii"), b"-_", validate=True).decode("ascii")
    except ValueError:
        text = ""
    written, _, offset = text.partition(":")
    if written == of and re.fullmatch("[0-9]{1,9}", offset):
        return int(offset)
    raise Refused(
        Reason.PAGE_TOKEN_INVALID,
        "page_token",
        "must come from an answer to the same query in the catalog now served; start over",
    )
