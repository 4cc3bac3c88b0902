"""Finds the code that a spelling means, or the codes nearest to it."""

from string import ascii_uppercase, digits

from lookup.facts import Code, Release
from lookup.spelling import code_key, distance
from lookup.store import Store

MOST_SUGGESTIONS = 8
LONGEST_TEXT = 64

_ALPHABET = ascii_uppercase + digits
_CATEGORY = 3
_LONGEST_KEY = 7
_MOST_EDITS = 2
_COMPARED = 1_000


def resolve(store: Store, release: Release, text: str) -> Code | None:
    """The code that *text* spells, if there is one."""
    return store.code(release, code_key(text))


def nearest(store: Store, release: Release, text: str) -> list[Code]:
    """Codes that *text*, which spells none, may have been meant for; best first, eight at most.

    Those of its own category come before others, fewer edits before more, and at equal edits
    what *text* begins with ("E11.9" for "E11.99"). Elsewhere than in its category one edit is
    forgiven: with two, short codes all lie near one another.
    """
    key = code_key(text)
    if not (key.isascii() and key.isalnum()) or not 2 <= len(key) <= _LONGEST_KEY + _MOST_EDITS:
        return []
    near = store.keys_among(release, _one_edit_away(key))
    near.update(_alike_in_category(store, release, key))
    ranked = sorted(
        near,
        key=lambda other: (
            other[:_CATEGORY] != key[:_CATEGORY],
            distance(key, other, _MOST_EDITS),
            not key.startswith(other),
            other,
        ),
    )
    if not ranked:
        ranked = _holder(store, release, key)
    return store.codes(release, ranked[:MOST_SUGGESTIONS])


def _one_edit_away(key: str) -> list[str]:
    cuts = [(key[:place], key[place:]) for place in range(len(key) + 1)]
    made = {head + tail[1:] for head, tail in cuts if tail}
    made.update(head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1)
    made.update(head + sign + tail[1:] for head, tail in cuts if tail for sign in _ALPHABET)
    made.update(head + sign + tail for head, tail in cuts for sign in _ALPHABET)
    return sorted(other for other in made if _CATEGORY <= len(other) <= _LONGEST_KEY)


def _alike_in_category(store: Store, release: Release, key: str) -> list[str]:
    """Codes of *key*'s category within two edits of it."""
    start = key[:_CATEGORY]
    # Comparing takes microseconds each and some categories hold thousands: those are narrowed.
    while len(start) < len(key) and store.count_starting(release, start) > _COMPARED:
        start = key[: len(start) + 1]
    if len(start) < _CATEGORY:
        return []
    return [
        other
        for other in store.keys_starting(release, start, _COMPARED)
        if distance(key, other, _MOST_EDITS) <= _MOST_EDITS
    ]


def _holder(store: Store, release: Release, key: str) -> list[str]:
    """The longest code that *key* begins with: "E11" for "E11ABCD"."""
    for length in range(min(len(key), _LONGEST_KEY), _CATEGORY - 1, -1):
        if store.code(release, key[:length]) is not None:
            return [key[:length]]
    return []
