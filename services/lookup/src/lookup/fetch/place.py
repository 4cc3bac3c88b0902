"""What lies in the folder for each listed file.

Beside ``hcpcs.zip`` stand ``.hcpcs.zip.fetched``, which says what version it is, and while it
is not whole yet ``.hcpcs.zip.part`` and ``.hcpcs.zip.part.state``. No listed name starts with a
dot, so none of these can be mistaken for a file.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import FileIO
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lookup.pointer import sync_folder

type _Header = Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,1000}$")]


class _Note(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The note at *path*; None when there is none or it makes no sense."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None

    def write(self, path: Path) -> None:
        """Replace the note at *path* as a whole, durably.

        Raises:
            OSError: when it cannot be written; the note before it stands.
        """
        fresh = path.with_name(f"{path.name}.new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                file.write(self.model_dump_json() + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


class Version(_Note):
    """Where a file came from and what its server calls this version; *sha256* of the content."""

    url: str
    sha256: str
    etag: _Header | None
    last_modified: _Header | None


class _PartState(_Note):
    url: str
    version: _Header
    total: int | None
    received: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole file that is there; *version* where it is known to be of this content."""

    size: int
    sha256: str
    since: date
    version: Version | None

    def conditions(self) -> dict[str, str]:
        """Headers that ask for it only if it has changed; none when that cannot be asked."""
        if self.version is None:
            return {}
        asked = {
            "If-None-Match": self.version.etag,
            "If-Modified-Since": self.version.last_modified,
        }
        return {name: value for name, value in asked.items() if value is not None}


class Partial:
    """What has arrived of a file so far.

    Every *checkpoint* bytes it is made durable and noted with its SHA-256. What lies behind the
    last note, or is not what was noted, is not gone on with: a crash may have left anything.
    """

    received = 0
    """Bytes that have arrived and are good."""
    version: str | None = None
    """What to ask ``If-Range`` by; None when the rest cannot be asked for."""
    total: int | None = None
    """Size of the whole file in bytes, where the server said it."""

    def __init__(self, path: Path, url: str, checkpoint: int) -> None:
        self.path = path
        self._state = path.with_name(f"{path.name}.state")
        self._url = url
        self._checkpoint = checkpoint
        self._noted = 0
        self._file: FileIO | None = None
        self._digest = hashlib.sha256()
        self._recall()

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of what has arrived."""
        return self._digest.hexdigest()

    @property
    def is_open(self) -> bool:
        """Whether content is being written to it."""
        return self._file is not None

    def begin(self, version: str | None, total: int | None) -> None:
        """Start anew with *version*, dropping what was there."""
        self.discard()
        self._file = FileIO(self.path, "w")
        self.version, self.total = version, total

    def go_on(self) -> None:
        """Make ready for what follows on :attr:`received`."""
        self._file = FileIO(self.path, "r+")
        self._file.truncate(self.received)
        self._file.seek(self.received)

    def write(self, content: bytes) -> None:
        """Add *content*.

        Raises:
            OSError: when the disk does not take it; what it took counts as received.
        """
        assert self._file is not None
        rest = memoryview(content)
        while rest:
            taken = self._file.write(rest)
            self._digest.update(rest[:taken])
            self.received += taken
            rest = rest[taken:]
        if self.version is not None and self.received - self._noted >= self._checkpoint:
            self._note(self._file, self.version)

    def finish(self) -> None:
        """Make all of it durable; it is whole."""
        assert self._file is not None
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None

    def close(self) -> None:
        """Keep what can be gone on with and drop the rest; for when it broke off."""
        if self._file is None:
            return
        if self.version is None or not self.received:
            self.discard()
            return
        # On a full disk the note before this one stands, if there is one.
        with suppress(OSError):
            self._note(self._file, self.version)
        if not self._noted:
            self.discard()
            return
        self._file.close()
        self._file = None

    def discard(self) -> None:
        """Drop it all."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)
        self._digest = hashlib.sha256()
        self.received = self._noted = 0
        self.version = self.total = None

    def _note(self, file: FileIO, version: str) -> None:
        os.fsync(file.fileno())
        _PartState(
            url=self._url,
            version=version,
            total=self.total,
            received=self.received,
            sha256=self.sha256,
        ).write(self._state)
        self._noted = self.received

    def _recall(self) -> None:
        state = _PartState.read(self._state)
        if state is None or state.url != self._url or not self.path.is_file():
            return
        digest = hashlib.sha256()
        rest = state.received
        with self.path.open("rb") as file:
            while rest > 0 and (content := file.read(min(rest, 1 << 20))):
                digest.update(content)
                rest -= len(content)
        if digest.hexdigest() == state.sha256:
            self.version, self.total = state.version, state.total
            self.received = self._noted = state.received
            self._digest = digest


@dataclass(frozen=True, slots=True)
class Place:
    """Where one listed file lies, there or not."""

    folder: Path
    file: str

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.file

    @property
    def _note(self) -> Path:
        return self.folder / f".{self.file}.fetched"

    def kept(self, url: str) -> Kept | None:
        """The file from an earlier time; its version if that came from *url*."""
        try:
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                found = os.fstat(file.fileno())
        except FileNotFoundError:
            return None
        version = Version.read(self._note)
        if version is not None and (version.url, version.sha256) != (url, digest):
            version = None
        since = datetime.fromtimestamp(found.st_mtime, UTC).date()
        return Kept(found.st_size, digest, since, version)

    def partial(self, url: str, checkpoint: int) -> Partial:
        """What has arrived from *url* so far; noted anew every *checkpoint* bytes."""
        return Partial(self.folder / f".{self.file}.part", url, checkpoint)

    def put(self, partial: Partial, version: Version) -> None:
        """Make the finished *partial* the file: readers see the old one or the new one."""
        partial.path.replace(self.path)
        sync_folder(self.folder)
        self.note(version)
        partial.discard()

    def note(self, version: Version) -> None:
        """Note that the file is *version*."""
        version.write(self._note)
        sync_folder(self.folder)
