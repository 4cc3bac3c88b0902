"""The values of a request's ``Cookie`` header."""

from collections.abc import Iterator


def values(cookies: str, wanted: str) -> Iterator[str]:
    """Every value that the header *cookies* gives the cookie *wanted*."""
    for part in cookies.split(";"):
        name, _, value = part.strip().partition("=")
        if name == wanted:
            yield value
