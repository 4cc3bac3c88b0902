"""The folder of catalogs, and the file in it that says which one is current.

A catalog lies in ``<folder>/<catalog id>/`` and never changes once it is there. ``current``
holds the id of the one to serve and is only ever replaced as a whole.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CATALOG_FILE = "catalog.sqlite"
SEARCH_FOLDER = "search"
_POINTER = "current"
_ID = re.compile(r"[0-9]{8}-[0-9a-f]{16}")


def is_catalog_id(text: str) -> bool:
    """Whether *text* has the form of a catalog's id: date of the newest release, digest."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class CatalogFolder:
    """Where catalogs lie."""

    path: Path

    def place(self, catalog_id: str) -> Path:
        """The folder of one catalog, there or not."""
        return self.path / catalog_id

    def current(self) -> str | None:
        """Id of the current catalog; None when there is none or the pointer makes no sense."""
        try:
            text = (self.path / _POINTER).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return text if is_catalog_id(text) else None

    def switch(self, catalog_id: str) -> None:
        """Make *catalog_id* current: readers see the old one or the new one, nothing between."""
        fresh = self.path / f".{_POINTER}-{os.getpid()}"
        with fresh.open("w", encoding="ascii") as file:
            file.write(f"{catalog_id}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path / _POINTER)
        sync_folder(self.path)

    def catalogs(self) -> list[str]:
        """Ids of the finished catalogs, oldest release first."""
        if not self.path.is_dir():
            return []
        return sorted(
            entry.name
            for entry in self.path.iterdir()
            if is_catalog_id(entry.name) and (entry / CATALOG_FILE).is_file()
        )


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """One writer at a time in a folder; a second one calls *waiting* and waits for the first."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
