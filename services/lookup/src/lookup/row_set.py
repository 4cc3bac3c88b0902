"""Sets of rows of the search index, a bit for each row."""

from collections.abc import Iterable, Iterator


class RowSet:
    """Row numbers as bits: row 10 is bit 2 of byte 1."""

    def __init__(self, bits: bytes) -> None:
        self.bits = bits

    @classmethod
    def of(cls, rows: Iterable[int], most: int) -> "RowSet":
        """The set of *rows*, of which none is above *most*."""
        bits = bytearray(most // 8 + 1)
        for row in rows:
            bits[row >> 3] |= 1 << (row & 7)
        return cls(bytes(bits))

    def __contains__(self, row: int) -> bool:
        return bool(self.bits[row >> 3] >> (row & 7) & 1)

    def __iter__(self) -> Iterator[int]:
        """The rows, lowest first."""
        for place, byte in enumerate(self.bits):
            if byte:
                yield from (place * 8 + bit for bit in range(8) if byte >> bit & 1)

    def __len__(self) -> int:
        return int.from_bytes(self.bits).bit_count()

    def __and__(self, other: "RowSet") -> "RowSet":
        return self._joined(int.from_bytes(self.bits) & int.from_bytes(other.bits))

    def __or__(self, other: "RowSet") -> "RowSet":
        return self._joined(int.from_bytes(self.bits) | int.from_bytes(other.bits))

    def _joined(self, number: int) -> "RowSet":
        return RowSet(number.to_bytes(len(self.bits)))
