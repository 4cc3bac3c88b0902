"""What the head of a server's answer says, and whether it can be believed."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from lookup.fetch.sources import fault_of_address

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_LENGTH = re.compile(r"\d{1,18}")


class NotFetched(Exception):  # noqa: N818 - it is said of a file
    """A file could not be fetched; the message says why and what to do, in one line."""


class Interrupted(NotFetched):
    """It broke off for a reason that may be gone a moment later."""


def check_redirect(current: httpx.URL, location: str | None) -> httpx.URL:
    """Where a redirect at *current* leads.

    Raises:
        NotFetched: when it leads nowhere, to what is not http(s), or from https back to http.
    """
    try:
        target = current.join(location or "")
    except httpx.InvalidURL:
        raise NotFetched(f"{current} redirects to what is no address") from None
    if not location or fault_of_address(target):
        raise NotFetched(f"{current} redirects to what is no http or https address")
    if current.scheme == "https" and target.scheme == "http":
        raise NotFetched(
            f"{current} redirects to {target}, which is not encrypted; "
            "if that is meant, list that address with its sha256"
        )
    return target


def check_status(status: int) -> None:
    """Raises unless *status* says that content follows, whole or in part."""
    known = status in HTTPStatus.__members__.values()
    said = f"{status} {HTTPStatus(status).phrase}" if known else f"{status}"
    match status:
        case 200 | 206:
            return
        case 401 | 403:
            raise NotFetched(
                f"the server refuses it ({said}); if its terms must be accepted first, "
                "download it in a browser"
            )
        case 404 | 410:
            raise NotFetched(
                f"there is no such file ({said}); look for its new address on the publisher's page"
            )
        case 408 | 500 | 502 | 503 | 504:
            raise Interrupted(f"the server answers {said}; try again later")
        case _:
            raise NotFetched(f"the server answers {said}; check the address")


def check_content(headers: httpx.Headers, file: str) -> None:
    """Raises when what follows cannot be the file as its publisher keeps it.

    Raises:
        NotFetched: for a web page in place of a file, or an encoding that was not asked for.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"} and not file.endswith((".htm", ".html")):
        raise NotFetched(
            "a web page came in its place; list the address of the file itself, "
            "or download it in a browser if its terms must be accepted first"
        )
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise NotFetched("the server encodes it, which was not asked for; use another address")


def length(headers: httpx.Headers) -> int | None:
    """Bytes of content that the head promises; None where it does not say."""
    text = headers.get("content-length", "")
    return int(text) if _LENGTH.fullmatch(text) and "transfer-encoding" not in headers else None


def ends_by_closing(headers: httpx.Headers) -> bool:
    """Whether the content just ends with the connection, so that a cut one looks whole."""
    return "content-length" not in headers and "transfer-encoding" not in headers


def part(headers: httpx.Headers) -> tuple[int, int] | None:
    """First byte and size of the whole file, of an answer that holds a part of it."""
    match = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    return (int(match[1]), int(match[3])) if match else None


def validator(headers: httpx.Headers, name: str) -> str | None:
    """The header *name*, if it can be sent back as it came."""
    text = headers.get(name, "")
    return text if text and len(text) <= 1000 and text.isascii() and text.isprintable() else None


def same_version(headers: httpx.Headers) -> str | None:
    """What ``If-Range`` may ask by: None when parts of two versions might be put together.

    A date is good for that only if the file was at least a second old (RFC 9110, 8.8.2.2).
    """
    etag = validator(headers, "etag")
    if etag:
        return etag if etag.startswith('"') else None
    modified = validator(headers, "last-modified")
    answered = validator(headers, "date")
    if modified is None or answered is None:
        return None
    try:
        age = _moment(answered) - _moment(modified)
    except (ValueError, TypeError, OverflowError):
        return None
    return modified if age >= timedelta(seconds=1) else None


def continues(headers: httpx.Headers, version: str, received: int, total: int | None) -> bool:
    """Whether a part follows on the *received* bytes of *version*, of the same size in *total*.

    A server that does not know ``If-Range`` may send a part of another version.
    """
    found = part(headers)
    if found is None or found[0] != received or (total is not None and found[1] != total):
        return False
    if version.startswith('"'):
        return validator(headers, "etag") == version
    return (validator(headers, "last-modified") or version) == version


def _moment(text: str) -> datetime:
    return parsedate_to_datetime(text)
