"""Finds the files in a folder, also those in archives, as CMS ships them.

An archive may hold further archives, whose files are read too; a third level is refused. All
sizes are bounded by what is really unpacked, not by what an archive claims.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lookup.build.errors import SourceError
from lookup.build.official.official_file import OfficialFile

MAX_FILE_BYTES: Final = 512 * 1024 * 1024
"""The largest file that is read. The largest published ones have about 150 MB."""
MAX_ARCHIVE_BYTES: Final = 2 * 1024 * 1024 * 1024
"""The most that one archive of the folder may unpack to, archives in it included."""
MAX_ENTRIES: Final = 10_000
_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE_PART: Final = "[Content_Types].xml"
_ENCRYPTED: Final = 0x1
_CHUNK: Final = 1024 * 1024
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
"""What the standard library raises for archives that are cut short or not as they claim."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is unpacked before an archive is refused; the defaults suit what is published."""

    file_bytes: int = MAX_FILE_BYTES
    archive_bytes: int = MAX_ARCHIVE_BYTES
    entries: int = MAX_ENTRIES


def files_in(folder: Path, bounds: Bounds = Bounds()) -> Iterator[OfficialFile]:
    """The files in *folder* and below, one at a time, ordered by name; hidden ones are passed over.

    A file in an archive is named "2026/hcpc2026.zip!HCPC2026_ANWEB.txt".

    Raises:
        SourceError: naming the folder that is missing, the file that cannot be read or is too
            large, or the archive that is damaged, encrypted, too deep or too large.
    """
    if not folder.is_dir():
        raise SourceError(folder, None, "there is no such folder")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if _is_hidden(name) or not path.is_file():
            continue
        try:
            size = path.stat().st_size
            if size > bounds.file_bytes:
                raise _too_large(name, bounds.file_bytes)
            file = OfficialFile(name, path.read_bytes())
        except OSError as error:
            raise SourceError(name, None, f"it cannot be read: {error.strerror}") from None
        yield from _opened(file, bounds, _Budget(name, bounds), may_nest=True)


@dataclass(slots=True)
class _Budget:
    """What an archive of the folder has unpacked so far."""

    archive: str
    bounds: Bounds
    unpacked: int = 0
    entries: int = 0

    def spend(self, count: int) -> None:
        self.unpacked += count
        if self.unpacked > self.bounds.archive_bytes:
            raise _too_large(self.archive, self.bounds.archive_bytes)

    def enter(self, entries: int) -> None:
        self.entries += entries
        if self.entries > self.bounds.entries:
            raise SourceError(self.archive, None, f"it holds more than {self.bounds.entries} files")


def _opened(
    file: OfficialFile, bounds: Bounds, budget: _Budget, *, may_nest: bool
) -> Iterator[OfficialFile]:
    """*file* itself or, of an archive, what is in it."""
    named_archive = file.name.lower().endswith(".zip")
    if not (named_archive or file.content.startswith(_MAGIC)):
        yield file
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.content))
    except _DAMAGE:
        if not named_archive:
            yield file
            return
        raise _damaged(file.name) from None
    with archive:
        entries = archive.infolist()
        if any(entry.filename == _OFFICE_PART for entry in entries):
            # Office documents are archives too; they are files to a reader.
            yield file
            return
        budget.enter(len(entries))
        for entry in sorted(entries, key=lambda entry: entry.filename):
            if entry.is_dir() or _is_hidden(entry.filename):
                continue
            inner = _unpacked(file.name, archive, entry, bounds, budget)
            if may_nest:
                yield from _opened(inner, bounds, budget, may_nest=False)
            elif inner.name.lower().endswith(".zip"):
                raise SourceError(
                    inner.name, None, "an archive in an archive in an archive: unpack it"
                )
            else:
                yield inner


def _unpacked(
    within: str,
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    bounds: Bounds,
    budget: _Budget,
) -> OfficialFile:
    name = f"{within}!{entry.filename}"
    if entry.flag_bits & _ENCRYPTED:
        raise SourceError(name, None, "it is encrypted: unpack the archive and remove it")
    content = bytearray()
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                content += chunk
                if len(content) > bounds.file_bytes:
                    raise _too_large(name, bounds.file_bytes)
                budget.spend(len(chunk))
    except _DAMAGE:
        raise _damaged(name) from None
    return OfficialFile(name, bytes(content))


def _is_hidden(name: str) -> bool:
    """Whether it is what an operating system leaves behind: ".DS_Store", "__MACOSX/…"."""
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _too_large(name: str, limit: int) -> SourceError:
    return SourceError(
        name, None, f"it is larger than {limit // 1024**2:,} MB, more than any published file"
    )


def _damaged(name: str) -> SourceError:
    return SourceError(name, None, "the archive is damaged or not complete; fetch it again")
