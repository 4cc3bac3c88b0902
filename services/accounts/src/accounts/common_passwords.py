"""Passwords that everybody tries first, and those that a person's own details give away.

The list is the one of 30,000 that zxcvbn carries, drawn from passwords that became public. It is
asked here, on this machine: nobody is told what a person chose.
"""

import re
import unicodedata
from functools import cache

_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LONGEST_END = 4
_SHORTEST_WORD = 4
_LONGEST_REPEATED = 3
_LETTERS = re.compile(r"[\W\d_]+")


def is_common(password: str) -> bool:
    """Whether *password* is among the first that are tried.

    It is one of the list, whatever its case; one of the list with up to four digits or signs
    around it; one repeated; or up to three characters again and again.
    """
    plain = _plain(password)
    listed = _listed()
    core = _ENDS.sub("", plain)
    once = _once(plain)
    return (
        plain in listed
        or (len(plain) - len(core) <= _LONGEST_END and core in listed)
        or (once != plain and (len(once) <= _LONGEST_REPEATED or once in listed))
    )


def is_personal(password: str, *details: str) -> bool:
    """Whether *password* is nothing but one of *details*, with digits or signs around it.

    *details* are what others may know of its owner: the address, the name, the site's name.
    """
    plain = _LETTERS.sub("", _plain(password))
    known = {word for detail in details for word in _words(detail)}
    return plain in known


def weakness_of(password: str, *details: str) -> str:
    """Why a new *password* would soon be guessed, going on from "the password"; else empty.

    *details* as for :func:`is_personal`.
    """
    if is_common(password):
        return "is one of those that are tried first; take a few words in a row"
    if is_personal(password, *details):
        return "is made of your address, your name or the site's; take a few words in a row"
    return ""


def _words(detail: str) -> set[str]:
    plain = _plain(detail)
    parts = [plain, *plain.split("@"), *re.split(r"[\W\d_]+", plain)]
    words = {_LETTERS.sub("", part) for part in parts}
    return {word for word in words if len(word) >= _SHORTEST_WORD}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _once(text: str) -> str:
    """The shortest beginning of which *text* is a repetition: itself where it is none."""
    return text[: (text + text).find(text, 1)] if text else text


@cache
def _listed() -> frozenset[str]:
    # Imported when the first password is looked at: it takes 50 ms, and nobody else needs it.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
