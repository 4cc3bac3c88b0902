"""Arrays, lists and strings in one file, read where they lie through a memory map."""

import json
import mmap
import os
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lookup.finder.errors import UnreadableIndex

type Numbers = memoryview[int]
"""Whole numbers, none negative."""

_ALIGNED = 8
_DATA = "columns.bin"
_META = "meta.json"
_INCOMPLETE = "the search index in {folder} is not whole ({why}); build the catalog anew"


class Strings:
    """Strings by number."""

    __slots__ = ("_bytes", "_ends")

    def __init__(self, ends: Numbers, content: memoryview) -> None:
        self._ends = ends
        self._bytes = content

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        return str(self._bytes[self._ends[number] : self._ends[number + 1]], "utf-8")


class Lists:
    """Lists of numbers by number."""

    __slots__ = ("_ends", "_values")

    def __init__(self, ends: Numbers, values: Numbers) -> None:
        self._ends = ends
        self._values = values

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> Numbers:
        return self._values[self._ends[number] : self._ends[number + 1]]


class ColumnsWriter:
    """Writes columns and *facts*, each under a name, into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / _DATA).open("xb")
        self._places: dict[str, tuple[str, int, int]] = {}

    def numbers(self, name: str, values: Iterable[int], width: str = "I") -> None:
        """Write numbers; *width* is "B", "H" or "I" for one, two or four bytes each."""
        self._put(name, width, array(width, values).tobytes())

    def strings(self, name: str, values: Iterable[str]) -> None:
        """Write strings."""
        ends = array("I", (0,))
        content = bytearray()
        for value in values:
            content += value.encode()
            ends.append(len(content))
        self._put(f"{name}.ends", "I", ends.tobytes())
        self._put(f"{name}.values", "B", bytes(content))

    def lists(self, name: str, values: Iterable[Iterable[int]]) -> None:
        """Write lists of numbers."""
        ends = array("I", (0,))
        content = array("I")
        for value in values:
            content.extend(value)
            ends.append(len(content))
        self._put(f"{name}.ends", "I", ends.tobytes())
        self._put(f"{name}.values", "I", content.tobytes())

    def finish(self, facts: Mapping[str, object]) -> None:
        """Write where everything is, and let the disk have it all."""
        self._sync(self._file)
        self._file.close()
        meta = {**facts, "columns": self._places, "bytes": (self._folder / _DATA).stat().st_size}
        with (self._folder / _META).open("x", encoding="utf-8") as file:
            json.dump(meta, file, sort_keys=True, indent=1)
            self._sync(file)

    def _put(self, name: str, width: str, content: bytes) -> None:
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNED))
        self._places[name] = (width, self._file.tell(), len(content))
        self._file.write(content)

    @staticmethod
    def _sync(file: Any) -> None:
        file.flush()
        os.fsync(file.fileno())


class Columns:
    """What a folder's columns hold; freed with the last that is in use."""

    def __init__(self, folder: Path) -> None:
        """Open *folder*.

        Raises:
            UnreadableIndex: when something is missing or cut short.
        """
        try:
            self.facts: dict[str, Any] = json.loads((folder / _META).read_text("utf-8"))
            with (folder / _DATA).open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            if len(self._map) != self.facts["bytes"]:
                raise UnreadableIndex(_INCOMPLETE.format(folder=folder, why="cut short"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnreadableIndex(_INCOMPLETE.format(folder=folder, why=error)) from error
        self._view = memoryview(self._map)
        self._folder = folder

    def numbers(self, name: str) -> Numbers:
        """The numbers that were written as *name*."""
        try:
            width, begin, length = self.facts["columns"][name]
            return self._view[begin : begin + length].cast(width)
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableIndex(_INCOMPLETE.format(folder=self._folder, why=error)) from error

    def strings(self, name: str) -> Strings:
        """The strings that were written as *name*."""
        return Strings(self.numbers(f"{name}.ends"), self.numbers(f"{name}.values"))

    def lists(self, name: str) -> Lists:
        """The lists that were written as *name*."""
        return Lists(self.numbers(f"{name}.ends"), self.numbers(f"{name}.values"))
