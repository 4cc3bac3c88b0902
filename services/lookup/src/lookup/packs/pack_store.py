"""Where imported packs are kept, beside the catalogs that are built from them.

A pack lies in ``<catalog folder>/content/<name>/<digest of its files>/``; ``current`` beside it
names the digest in force and is only ever replaced as a whole, so that a reader finds the old
pack or the new one, nothing between.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lookup.packs.read import Pack, PackFile, read_stored
from lookup.pointer import alone, sync_folder

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_POINTER = "current"


def is_pack_name(text: str) -> bool:
    """Whether *text* can name a pack: small letters, digits and dashes."""
    return _NAME.fullmatch(text) is not None


class PackStore:
    """The imported packs of one catalog folder."""

    def __init__(self, catalog_dir: Path) -> None:
        self._folder = catalog_dir / "content"

    def names(self) -> list[str]:
        """Names of the packs, in order."""
        if not self._folder.is_dir():
            return []
        return sorted(
            entry.name
            for entry in self._folder.iterdir()
            if is_pack_name(entry.name) and self._current(entry.name) is not None
        )

    def read(self, name: str) -> Pack | None:
        """The pack *name*; None when there is none."""
        while (version := self._current(name)) is not None:
            pack = read_stored(name, self._folder / name / version)
            # A pack replaced while it was read may have lost files under the reader's hands.
            if version == self._current(name):
                return pack
        return None

    def put(self, name: str, files: Sequence[PackFile]) -> None:
        """Keep *files* as the pack *name*, in place of one of that name.

        Raises:
            OSError: when the folder cannot be written; what was kept before stays.
        """
        if not is_pack_name(name):
            raise ValueError(f"“{name}” cannot name a pack")
        version = _digest(files)
        place = self._folder / name
        with self._alone():
            place.mkdir(exist_ok=True)
            if self._current(name) != version or not _is_whole(place / version, version):
                self._write(place, version, files)
            self._clear(place, version)

    def remove(self, name: str) -> bool:
        """Forget the pack *name*; False when there is none.

        Raises:
            OSError: when the folder cannot be written.
        """
        if name not in self.names():
            return False
        with self._alone():
            place = self._folder / name
            if self._current(name) is None:
                return False
            (place / _POINTER).unlink()
            sync_folder(place)
            shutil.rmtree(place)
        return True

    def _current(self, name: str) -> str | None:
        try:
            text = (self._folder / name / _POINTER).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return text if _DIGEST.fullmatch(text) else None

    def _write(self, place: Path, version: str, files: Sequence[PackFile]) -> None:
        workplace = place / f".writing-{version}"
        shutil.rmtree(workplace, ignore_errors=True)
        workplace.mkdir()
        for file in files:
            _write_durably(workplace / file.name, file.content)
        sync_folder(workplace)
        # What has the same digest already was cut short or damaged: it would not be written again.
        shutil.rmtree(place / version, ignore_errors=True)
        workplace.rename(place / version)
        fresh = place / f".{_POINTER}"
        _write_durably(fresh, f"{version}\n".encode("ascii"))
        sync_folder(place)
        fresh.replace(place / _POINTER)
        sync_folder(place)
        sync_folder(self._folder)

    def _clear(self, place: Path, version: str) -> None:
        for entry in place.iterdir():
            if entry.is_dir() and entry.name != version:
                shutil.rmtree(entry, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other imports out, of this process and of others."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with alone(self._folder):
            yield


def _is_whole(folder: Path, version: str) -> bool:
    try:
        files = [PackFile(entry.name, entry.read_bytes()) for entry in folder.iterdir()]
    except OSError:
        return False
    return _digest(files) == version


def _digest(files: Sequence[PackFile]) -> str:
    whole = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        content = hashlib.sha256(file.content).hexdigest()
        whole.update(f"{content} {file.name}\n".encode())
    return whole.hexdigest()


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
