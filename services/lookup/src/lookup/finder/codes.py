"""Codes in order, found by how they begin."""

from collections.abc import Iterator

from lookup.finder.columns import Columns
from lookup.finder.layout import LONGEST_KEY, SHORTEST_CODE
from lookup.spelling import code_key


class CodeList:
    """All codes, by key, system and time."""

    def __init__(self, columns: Columns) -> None:
        self._keys = columns.numbers("codes.key")
        self._documents = columns.numbers("codes.document")
        self._codes = columns.strings("documents.code")

    def __len__(self) -> int:
        return len(self._documents)

    def key_at(self, place: int) -> bytes:
        """The key at *place*."""
        begin = place * LONGEST_KEY
        return bytes(self._keys[begin : begin + LONGEST_KEY]).rstrip(b"\0")

    def beginning(self, key: str) -> range:
        """The places of codes that begin with *key*."""
        begun = key.encode("ascii", errors="replace")
        if len(begun) > LONGEST_KEY:
            return range(0)
        return range(self._place(begun), self._place(begun + b"\xff"))

    def listed(self, text: str, shortest: int = SHORTEST_CODE) -> Iterator[int]:
        """Documents whose code *text* as a whole is or begins, in order of code.

        With a dot in it, *text* only begins codes that have theirs in the same place.
        """
        key = code_key(text)
        if len(key) < shortest or not (key.isascii() and key.isalnum()):
            return
        if shortest == SHORTEST_CODE and not any(sign.isdigit() for sign in key):
            return
        printed = "".join(text.split()).upper()
        dotted = printed if "." in printed.rstrip(".") else ""
        for place in self.beginning(key):
            document = self._documents[place]
            if not dotted or self._codes[document].startswith(dotted):
                yield document

    def is_code_in_text(self, key: str) -> bool:
        """Whether *key*, a word among others, is a code; it must hold a digit."""
        if len(key) < SHORTEST_CODE or not any(sign.isdigit() for sign in key):
            return False
        if not (key.isascii() and key.isalnum()):
            return False
        places = self.beginning(key)
        return bool(places) and self.key_at(places.start) == key.encode()

    def _place(self, key: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.key_at(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low
